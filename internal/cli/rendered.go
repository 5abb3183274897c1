package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/render"
)

// renderFlags choose manifests that another program has to render first.
type renderFlags struct {
	kustomize   string
	chart       string
	values, set []string
	// changed says whether a flag was given; nil where there are none.
	changed func(flag string) bool
}

func (f *renderFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	f.changed = flags.Changed
	flags.StringVarP(&f.kustomize, "kustomize", "k", "", "look at what a kustomization renders: a folder; kubectl or kustomize renders it")
	flags.StringVar(&f.chart, "chart", "", "look at what a Helm chart renders: a folder; helm renders it")
	flags.StringArrayVar(&f.values, "values", nil, "with --chart: a file of values; may be repeated")
	flags.StringArrayVar(&f.set, "set", nil, "with --chart: a value, as key=value; may be repeated")
}

// flag is the one that was given.
func (f *renderFlags) flag() string {
	if f.chart != "" {
		return "--chart"
	}
	return "-k"
}

func (f *renderFlags) asked() bool { return f.kustomize != "" || f.chart != "" }

// empty is the flag that was given no folder, as by a variable that is not set:
// it must not mean the cluster.
func (f *renderFlags) empty() string {
	switch {
	case f.changed == nil:
	case f.kustomize == "" && f.changed("kustomize"):
		return "-k"
	case f.chart == "" && f.changed("chart"):
		return "--chart"
	}
	return ""
}

// check refuses flags that say two things.
func (f *sourceFlags) check() error {
	var given []string
	for _, c := range []struct {
		flag  string
		given bool
	}{
		{"-f", len(f.files) > 0},
		{"-k", f.render.kustomize != ""},
		{"--chart", f.render.chart != ""},
		{"--snapshot", f.snapshot != ""},
	} {
		if c.given {
			given = append(given, c.flag)
		}
	}
	switch {
	case f.render.empty() != "":
		return usagef("%s wants a folder", f.render.empty())
	case len(given) > 1:
		return usagef("%s and %s cannot be used together", given[0], given[1])
	case f.render.chart == "" && len(f.render.values)+len(f.render.set) > 0:
		return usagef("--values and --set are for --chart")
	}
	return nil
}

// besides are the paths beside which a configuration is looked for.
func (f *sourceFlags) besides() []string {
	paths := f.files
	for _, dir := range []string{f.render.kustomize, f.render.chart} {
		if dir != "" {
			paths = append(paths[:len(paths):len(paths)], dir)
		}
	}
	return paths
}

// openRendered renders a kustomization or a chart, and reads what comes of it.
func (f *sourceFlags) openRendered(ctx context.Context, a *app) (assess.Source, error) {
	ns := f.kube.Namespace()
	opts := []manifest.Option{manifest.Named(filepath.Base(f.besides()[0]))}
	var out *render.Result
	var err error
	if f.render.kustomize != "" {
		out, err = render.Kustomize(ctx, f.render.kustomize)
	} else {
		out, err = render.Helm(ctx, render.Chart{Dir: f.render.chart, Values: f.render.values, Set: f.render.set, Namespace: ns})
		if ns != "" {
			opts = append(opts, manifest.DefaultNamespace(ns))
		}
	}
	if err != nil {
		return assess.Source{}, err
	}
	if out.Words != "" {
		a.note("%s", out.Words)
	}
	files, err := manifest.OpenRendered(ctx, out.Objects, opts...)
	if err != nil {
		return assess.Source{}, err
	}
	a.describeFiles(files)
	return f.manifests(ctx, files)
}
