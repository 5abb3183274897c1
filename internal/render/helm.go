package render

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
)

// Chart is a Helm chart in a folder, and what it is to be rendered with.
type Chart struct {
	Dir         string
	Values, Set []string
	// Namespace is the release's; empty is helm's own choice.
	Namespace string
}

// Helm renders a chart by helm template, which asks no cluster.
func Helm(ctx context.Context, c Chart) (*Result, error) {
	if err := isFolder("--chart", c.Dir); err != nil {
		return nil, err
	}
	path, err := exec.LookPath("helm")
	if err != nil {
		return nil, errors.New("--chart needs helm on PATH; where it is not, pipe what it renders: helm template . | kubectl kspm check -f -")
	}
	out, words, err := newProgram(path, c.args()...).run(ctx, "helm template")
	if err != nil {
		return nil, err
	}
	r := &Result{Words: words}
	for _, doc := range documents(out) {
		r.Objects = append(r.Objects, manifest.Rendered{File: c.file(source(doc)), Text: doc})
	}
	return r, nil
}

func (c Chart) args() []string {
	dir := filepath.Clean(c.Dir)
	if !filepath.IsAbs(dir) {
		dir = "." + string(filepath.Separator) + dir // neither a flag nor a chart of a repository
	}
	args := []string{"template", dir}
	for _, v := range c.Values {
		args = append(args, "--values="+v)
	}
	for _, s := range c.Set {
		args = append(args, "--set="+s)
	}
	if c.Namespace != "" {
		args = append(args, "--namespace="+c.Namespace)
	}
	return args
}

// source is the template that helm names in a comment before a document:
// CHART/templates/web.yaml, or CHART/charts/SUBCHART/templates/web.yaml.
func source(doc []byte) string {
	for line := range bytes.Lines(doc) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			return ""
		}
		if name, ok := bytes.CutPrefix(line, []byte("# Source: ")); ok {
			return string(bytes.TrimSpace(name))
		}
	}
	return ""
}

// file is the template's file. The chart stands for one that is not there,
// such as a template of a packed subchart.
func (c Chart) file(source string) string {
	_, inChart, ok := strings.Cut(source, "/")
	if !ok || !filepath.IsLocal(filepath.FromSlash(inChart)) {
		return c.Dir
	}
	file := filepath.Join(c.Dir, filepath.FromSlash(inChart))
	if _, err := os.Stat(file); err != nil {
		return c.Dir
	}
	return file
}
