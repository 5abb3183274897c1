package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const defaultLimit = 100

func (p Page) limit() int { return cmp.Or(p.Limit, defaultLimit) }

// findingsWhere leaves findings; state is one of them, empty for all.
func findingsWhere(f Filter, state string) where {
	w := where{}
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, placeOf)
	w.assets(f)
	w.between(f, "x.first_seen")
	among(&w, "x.team", f.Teams)
	among(&w, "r.status", f.Statuses)
	if state != "" {
		w.add("x.state = '" + state + "'")
	}
	return w
}

// state is that of the filter, empty for all.
func (f Filter) state() string {
	switch f.State {
	case "all":
		return ""
	case waived, exempt, resolved:
		return f.State
	}
	return open
}

const assetOrder = "x.namespace, x.kind, x.name, x.fingerprint"

// Findings implements Reader.
func (h *history) Findings(ctx context.Context, f Filter, p Page) (out []Finding, total int, err error) {
	err = h.read(ctx, func(c conn) error {
		out = []Finding{}
		groups, err := c.groups(ctx, f)
		if err != nil {
			return err
		}
		skip := max(p.Offset, 0)
		for _, g := range groups {
			total += g.n
			left := p.limit() - len(out)
			if skip >= g.n || left <= 0 {
				skip -= min(skip, g.n)
				continue
			}
			w := findingsWhere(f, f.state())
			w.add("x.cluster = ? AND x.rule = ? AND x.severity = ?", g.cluster, g.rule, int64(g.severity))
			some, err := c.findings(ctx, w, "ORDER BY "+assetOrder, left, skip)
			if err != nil {
				return err
			}
			out, skip = append(out, some...), 0
		}
		return nil
	})
	return out, total, err
}

// findingGroup is a part of the list that is in order by asset.
type findingGroup struct {
	cluster, name, rule string
	severity            posture.Severity
	n                   int
}

// groups are those that the filter leaves something of, in order: of the
// rollups, where they tell.
func (c conn) groups(ctx context.Context, f Filter) ([]findingGroup, error) {
	count := map[string]string{open: "x.opened", waived: "x.waived", exempt: "x.exempt", resolved: "x.resolved", "": "x.opened + x.waived + x.exempt + x.resolved"}[f.state()]
	from, n := "rollup", "sum("+count+")"
	w := where{}
	switch {
	case f.single():
		from, n = "finding", "count(*)"
		w = findingsWhere(f, f.state())
	case f.narrow():
		w.rolled(f)
		w.add(count + " > 0")
	default:
		from = "rule_count"
		w.clusters(f)
		w.rules(f, "x.severity")
		among(&w, "r.status", f.Statuses)
		w.add(count + " > 0")
	}
	var out []findingGroup
	err := c.each(ctx, `SELECT x.cluster, c.name, x.rule, x.severity, `+n+` FROM `+joined(from)+w.and()+` GROUP BY x.cluster, c.name, x.rule, x.severity`, w.args, func(scan func(...any) error) error {
		var g findingGroup
		err := scan(&g.cluster, &g.name, &g.rule, &g.severity, &g.n)
		out = append(out, g)
		return err
	})
	slices.SortFunc(out, func(a, b findingGroup) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), posture.CompareIDs(a.rule, b.rule), cmp.Compare(a.rule, b.rule), cmp.Compare(a.name, b.name), cmp.Compare(a.cluster, b.cluster))
	})
	return out, err
}

func (c conn) findings(ctx context.Context, w where, order string, limit, offset int) ([]Finding, error) {
	var out []Finding
	return out, c.each(ctx, `SELECT x.cluster, c.name, x.rule, r.title, r.section, r.benchmark, x.fingerprint, x.kind, x.namespace, x.name, x.severity, x.team,
			x.first_seen, x.changed, x.resolved, x.reason, x.content_json
		FROM finding x JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule JOIN cluster c ON c.cluster = x.cluster`+w.only()+` `+order+` LIMIT ? OFFSET ?`,
		append(w.args, limit, offset), func(scan func(...any) error) error {
			var f Finding
			var first, changed, gone int64
			var text string
			if err := scan(&f.Cluster, &f.ClusterName, &f.Rule, &f.Title, &f.Section, &f.Benchmark, &f.Fingerprint, &f.Kind, &f.Namespace, &f.Name, &f.Severity, &f.Team,
				&first, &changed, &gone, &f.ResolveReason, &text); err != nil {
				return err
			}
			var rest content
			if err := json.Unmarshal([]byte(text), &rest); err != nil {
				return err
			}
			f.File, f.Line, f.Pods, f.Exempt, f.Evidence, f.Fix, f.Waiver, f.Proposed = rest.File, rest.Line, rest.Pods, rest.Exempt, rest.Evidence, rest.Fix, rest.Waiver, rest.Proposed
			f.FirstSeen, f.Changed, f.Resolved = timeOf(first), timeOf(changed), timeOf(gone)
			out = append(out, f)
			return nil
		})
}

// Finding implements Reader.
func (h *history) Finding(ctx context.Context, cluster, fingerprint string) (f Finding, events []Event, err error) {
	err = h.read(ctx, func(c conn) error {
		var w where
		w.named(Filter{Clusters: []string{cluster}})
		// There are few rules, and every one of them is a look into the index.
		w.add("r.cluster = c.cluster AND x.cluster = r.cluster AND x.rule = r.rule AND x.fingerprint = ?", fingerprint)
		found, err := c.findings(ctx, w, "", 1, 0)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return ErrNotFound
		}
		f = found[0]
		w = where{}
		w.add("x.cluster = ? AND x.rule = ? AND x.fingerprint = ?", f.Cluster, f.Rule, fingerprint)
		events, err = c.events(ctx, w, "ORDER BY x.seq DESC", defaultLimit, 0)
		return err
	})
	return f, events, err
}
