package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/config"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// configFlags say which configuration holds.
type configFlags struct {
	path string
	file *config.File // nil without one
}

func (f *configFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.path, "config", "", "what rules are told, what is left out, where waivers are; by default kspm.yaml beside the manifests or in the working directory")
}

// load reads --config, or else the kspm.yaml that is there, once.
func (f *configFlags) load(a *app, manifests []string) error {
	if f.file != nil {
		return nil
	}
	file := f.path
	if file == "" {
		var err error
		if file, err = findConfig(manifests); err != nil || file == "" {
			return err
		}
		a.note("configuration %s", file)
	}
	var err error
	f.file, err = config.Load(file)
	return err
}

// findConfig looks beside the manifests, then in the working directory. Two
// that differ are an error: which one is meant nobody can tell.
func findConfig(manifests []string) (string, error) {
	var found string
	for _, m := range manifests {
		if m == "-" {
			continue
		}
		dir := m
		if info, err := os.Stat(m); err != nil || !info.IsDir() {
			dir = filepath.Dir(m)
		}
		file := filepath.Join(dir, config.Name)
		there, err := exists(file)
		if err != nil {
			return "", err
		}
		if there && found != "" && found != file {
			return "", usagef("%s and %s are both there: say which one by --config", found, file)
		}
		if there {
			found = file
		}
	}
	if found != "" {
		return found, nil
	}
	if there, err := exists(config.Name); err != nil || !there {
		return "", err
	}
	return config.Name, nil
}

func exists(file string) (bool, error) {
	_, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// apply tells the rules what the configuration says. What it names must be
// there.
func (f *configFlags) apply(all []*rule.Rule) error {
	if f.file == nil {
		return nil
	}
	byID := map[string]*rule.Rule{}
	for _, r := range all {
		byID[strings.ToUpper(r.ID)] = r
	}
	for _, s := range f.file.Settings {
		r := byID[strings.ToUpper(s.Rule)]
		if r == nil {
			return f.file.Errorf(s.Line, "parameters: there is no rule %s", s.Rule)
		}
		if err := r.Set(s.Name, s.Value); err != nil {
			return f.file.Errorf(s.Line, "parameters: %v", err)
		}
	}
	for _, s := range f.file.Severities {
		r := byID[strings.ToUpper(s.Rule)]
		if r == nil {
			return f.file.Errorf(s.Line, "severity: there is no rule %s", s.Rule)
		}
		r.Override(s.Severity)
	}
	return nil
}

// exclude is what the configuration leaves out; nil for nothing.
func (f *configFlags) exclude() func(posture.Asset) bool {
	if f.file == nil || len(f.file.Exclude) == 0 {
		return nil
	}
	return f.file.Excludes
}

// settings identify what rules are told.
func (f *configFlags) settings() string {
	if f.file == nil {
		return ""
	}
	return f.file.Text()
}
