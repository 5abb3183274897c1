package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// completer is the name under which kubectl asks a plugin to complete: it runs
// kubectl_complete-NAME with the words typed so far.
const completer = "kubectl_complete-kspm"

// asked turns a call by the completer's name into the command that completes.
func asked(args []string) []string {
	if strings.TrimSuffix(filepath.Base(args[0]), ".exe") == completer {
		return append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	return args[1:]
}

// completeFlags gives the flags of all commands the values that they can have.
func (a *app) completeFlags(cmd *cobra.Command) {
	for name, values := range map[string]func() []string{
		"rule":      ruleNames,
		"benchmark": benchmarkNames,
		"severity":  severities,
		"fail-on":   severities,
		"by":        func() []string { return posture.Groupings },
		"split-by":  func() []string { return splits },
		"color":     func() []string { return []string{"auto", "always", "never"} },
	} {
		a.completeFlag(cmd, name, values)
	}
	formats := map[string]func() []string{"check": report.Formats, "sql": report.RowFormats}
	if values := formats[cmd.Name()]; values != nil {
		a.completeFlag(cmd, "output", values)
	}
	for _, sub := range cmd.Commands() {
		a.completeFlags(sub)
	}
}

func (a *app) completeFlag(cmd *cobra.Command, name string, values func() []string) {
	f := cmd.LocalFlags().Lookup(name)
	if f == nil {
		return
	}
	list := strings.HasSuffix(f.Value.Type(), "Slice")
	_ = cmd.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		before := ""
		if list { // of values separated by commas, the last is being typed
			before = typed[:strings.LastIndex(typed, ",")+1]
		}
		var found []string
		for _, v := range values() {
			found = append(found, before+v)
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
}

func severities() []string { return []string{"critical", "high", "medium", "low", "info"} }

// complete gives the connection flags the values that they can have.
func (f *sourceFlags) complete(cmd *cobra.Command) {
	contexts := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return contextNames(f.kube), cobra.ShellCompDirectiveNoFileComp
	}
	namespaces := func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return namespaceNames(cmd.Context(), f.kube), cobra.ShellCompDirectiveNoFileComp
	}
	_ = cmd.RegisterFlagCompletionFunc("context", contexts)
	_ = cmd.RegisterFlagCompletionFunc("namespace", namespaces)
}

// contextNames are those of the kubeconfig.
func contextNames(flags *kube.Flags) []string {
	names, _ := flags.Contexts("*")
	return names
}

// namespaceNames are those of the cluster, if it answers while a user waits.
func namespaceNames(ctx context.Context, flags *kube.Flags) []string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	cluster, err := flags.Connect(ctx)
	if err != nil {
		return nil
	}
	var names []string
	_ = cluster.Each(ctx, tables.Namespaces, rows.Scope{}, func(o *tables.Object) { names = append(names, tables.Clean(o.Meta.Name)) })
	slices.Sort(names)
	return names
}

// completionCommand is cobra's own, which writes scripts for the binary by its
// own name, and install, which makes kubectl complete the plugin.
func (a *app) completionCommand(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	cmd, _, err := root.Find([]string{"completion"})
	if err != nil || cmd == root {
		return
	}
	cmd.Short = "Complete commands, rules, tables and namespaces in your shell"
	cmd.Long = fmt.Sprintf(`kubectl completes a plugin by asking %[1]s, a second name of the
same program: '%[2]s completion install' makes it, beside the program.
kubectl's own completion has to be on ('kubectl completion --help').

The other commands print a script for kubectl-kspm called by its own name.`, completer, a.name)
	var dir string
	install := &cobra.Command{
		Use:     "install",
		Short:   "Have 'kubectl kspm <TAB>' complete",
		Example: "  kubectl kspm completion install\n  kubectl kspm completion install --dir ~/.local/bin",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return a.installCompletion(dir) },
	}
	install.Flags().StringVar(&dir, "dir", "", "folder of the PATH to make "+completer+" in; without it the one that holds kubectl-kspm")
	cmd.AddCommand(install)
}

func (a *app) installCompletion(dir string) error {
	program, err := exec.LookPath("kubectl-kspm")
	if err != nil {
		if program, err = os.Executable(); err != nil {
			return err
		}
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	if dir == "" {
		dir = filepath.Dir(program)
	}
	link := filepath.Join(dir, completer)
	if runtime.GOOS == "windows" {
		link += ".exe"
	}
	if to, err := os.Readlink(link); err == nil && to == program {
		a.note("%s is there already", link)
		return nil
	}
	switch err := os.Symlink(program, link); {
	case errors.Is(err, fs.ErrExist):
		return usagef("%s is there already, and is not ours: remove it first", link)
	case errors.Is(err, fs.ErrNotExist):
		return usagef("no folder %s: make it, or choose another of your PATH with --dir", dir)
	case errors.Is(err, fs.ErrPermission):
		return usagef("may not write to %s: choose another folder of your PATH with --dir", dir)
	case err != nil:
		return err
	}
	a.note("made %s", link)
	return nil
}
