package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/benchmark"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

// benchmarkFlags say by which benchmarks is judged, and by how much of them.
type benchmarkFlags struct {
	names    []string
	level    int
	profiles []string
	version  string

	known benchmark.List
	// given reports whether --benchmark was.
	given func() bool
}

func (f *benchmarkFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.names, "benchmark", []string{"nsa"}, "benchmarks: nsa, cis, cis-eks, cis-gke, cis-aks, all, or the capital letters that ids of your own rules begin with; may be repeated")
	flags.IntVar(&f.level, "level", 0, "only rules up to this level of the benchmark, 1 or 2")
	flags.StringSliceVar(&f.profiles, "profile", nil, "only rules about these parts: "+strings.Join(rule.Profiles, ", "))
	flags.StringVar(&f.version, "benchmark-version", "", "edition of the benchmark, such as 1.12; by default the one for the cluster's version")
	f.given = func() bool { return flags.Changed("benchmark") }
	complete := func(name string, values func() []string) {
		_ = cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return values(), cobra.ShellCompDirectiveNoFileComp
		})
	}
	complete("benchmark", benchmarkNames)
	complete("level", func() []string { return []string{"1", "2"} })
	complete("profile", func() []string { return rule.Profiles })
	complete("benchmark-version", func() []string { return benchmarkVersions(f.names) })
}

// benchmarkNames are those of our own rules, with their titles.
func benchmarkNames() []string {
	known, err := benchmark.Load(queries.Files)
	if err != nil {
		return nil
	}
	var names []string
	for _, b := range known {
		names = append(names, b.Name+"\t"+b.Title)
	}
	return append(names, benchmark.All+"\tevery rule")
}

func benchmarkVersions(names []string) []string {
	known, err := benchmark.Load(queries.Files)
	if err != nil {
		return nil
	}
	var versions []string
	for _, b := range known {
		for _, v := range b.Versions {
			if slices.Contains(names, b.Name) {
				versions = append(versions, v.Version)
			}
		}
	}
	return versions
}

func (f *benchmarkFlags) complete() error {
	var err error
	if f.known, err = benchmark.Load(queries.Files); err != nil {
		return err
	}
	if f.version == "" || slices.ContainsFunc(f.names, func(name string) bool { b, _ := f.known.Named(name); return b.Has(f.version) }) {
		return nil
	}
	if versions := benchmarkVersions(f.names); len(versions) > 0 {
		return usagef("--benchmark-version %q: want one of %s", f.version, strings.Join(versions, ", "))
	}
	return usagef("--benchmark-version %q: %s has no editions", f.version, f.benchmark())
}

// pick are the rules that the flags ask for.
func (f *benchmarkFlags) pick(rules []*rule.Rule) ([]*rule.Rule, error) {
	picked, err := benchmark.Selection{Names: f.names, Level: f.level, Profiles: f.profiles}.Pick(rules)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return picked, nil
}

// benchmark names what is judged by.
func (f *benchmarkFlags) benchmark() string { return strings.ToLower(strings.Join(f.names, ",")) }

// edition is the version of a benchmark for a cluster of a version of
// Kubernetes, unless the flag says it. Of several benchmarks none is named.
func (f *benchmarkFlags) edition(kubernetes string) string {
	if len(f.names) != 1 {
		return ""
	}
	if f.version != "" {
		return f.version
	}
	b, _ := f.known.Named(f.benchmark())
	return b.VersionFor(kubernetes)
}

// propose says which benchmark is written for the platform of the cluster,
// when another CIS benchmark was asked for.
func (f *benchmarkFlags) propose(a *app, src posture.Source) {
	fitting, ok := f.known.For(src.Provider)
	other := slices.ContainsFunc(f.names, func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "cis") })
	if ok && other && !slices.Contains(f.names, fitting.Name) {
		a.note("This is a cluster of %s: --benchmark %s is written for it (%s).", strings.ToUpper(src.Provider), fitting.Name, fitting.Title)
	}
}
