package tables

import "strings"

// releaseTable is the public release schedule of Kubernetes: minor, release,
// end of life (planned where it is ahead), newest patch. From
// kubernetes.io/releases and data/releases/eol.yaml of kubernetes/website.
const (
	releaseTableDate = "2026-09-30"
	releaseTable     = `
		1.20 2020-12-08 2022-02-28 1.20.15
		1.21 2021-04-08 2022-06-28 1.21.14
		1.22 2021-08-04 2022-12-08 1.22.17
		1.23 2021-12-07 2023-02-28 1.23.17
		1.24 2022-05-03 2023-07-28 1.24.17
		1.25 2022-08-23 2023-10-28 1.25.16
		1.26 2022-12-09 2024-02-28 1.26.15
		1.27 2023-04-11 2024-07-16 1.27.16
		1.28 2023-08-15 2024-10-22 1.28.15
		1.29 2023-12-13 2025-02-28 1.29.15
		1.30 2024-04-17 2025-07-15 1.30.14
		1.31 2024-08-13 2025-11-11 1.31.14
		1.32 2024-12-11 2026-02-28 1.32.13
		1.33 2025-04-23 2026-06-28 1.33.13
		1.34 2025-08-27 2026-10-27 1.34.12
		1.35 2025-12-17 2027-02-28 1.35.9
		1.36 2026-04-22 2027-06-28 1.36.5
		1.37 2026-08-26 2027-10-28 1.37.1`
)

type releaseRow struct{ minor, released, endOfLife, latestPatch string }

// K8sReleaseTable has one row per minor release.
var K8sReleaseTable = define(spec[releaseRow]{
	Name: "k8s_release_table",
	Row:  "minor release of Kubernetes",
	Doc: `When each minor release of Kubernetes came out and until when it gets fixes from
the project, as known on table_date; it comes with the program, and nothing is
asked. Providers have support windows of their own. Dates are YYYY-MM-DD and
compare with date('now').`,
	Examples: []string{
		"SELECT minor, end_of_life FROM k8s_release_table WHERE end_of_life >= date('now')",
		"SELECT c.git_version, r.end_of_life, r.latest_patch FROM k8s_cluster_info c JOIN k8s_release_table r ON r.minor = c.major || '.' || c.minor",
		"SELECT n.name, n.kubelet_version FROM k8s_nodes n JOIN k8s_release_table r ON r.minor = '1.' || n.kubelet_minor WHERE r.end_of_life < date('now')",
	},
	Columns: [][]column[releaseRow]{{
		text("minor", "minor release: 1.37", func(r releaseRow) Value { return Str(r.minor) }).key(),
		text("released", "day of its first release", func(r releaseRow) Value { return Str(r.released) }),
		text("end_of_life", "last day of support, planned where it is ahead", func(r releaseRow) Value { return Str(r.endOfLife) }),
		text("latest_patch", "newest patch release on table_date", func(r releaseRow) Value { return Str(r.latestPatch) }),
		text("table_date", "day as of which the table is", func(releaseRow) Value { return Str(releaseTableDate) }),
	}},
	Derive: func(_ *World, emit func(releaseRow)) {
		for line := range strings.Lines(strings.TrimSpace(releaseTable)) {
			f := strings.Fields(line)
			emit(releaseRow{f[0], f[1], f[2], f[3]})
		}
	},
})
