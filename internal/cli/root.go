// Package cli is the command line: one file per subcommand.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	"k8s.io/klog/v2"

	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Streams are what a command reads and writes: data goes to Out, everything
// else to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// app is what all commands share.
type app struct {
	Streams
	color string
	// name is how the tool was called: kubectl kspm, or the binary's own name.
	name string
	// autoloaded is set when osquery started the tool, as its extension.
	autoloaded bool
}

// Main runs the command line and returns the exit code.
func Main(ctx context.Context, args []string, s Streams) int {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard) // what client-go has to say, errors say
	a := &app{Streams: s, name: "kubectl kspm", autoloaded: autoloaded(args)}
	root := a.root()
	args = asked(args)
	if a.autoloaded {
		args = append([]string{"osquery"}, args...)
	}
	root.SetArgs(args)
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

// Commands is the command line as a tree, for its reference pages.
func Commands() *cobra.Command {
	root := (&app{name: "kubectl kspm"}).root()
	root.InitDefaultHelpCmd()
	return root
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-kspm",
		Short: "The security posture of Kubernetes, as SQL",
		Long: `Judges clusters and manifests by the NSA/CISA Kubernetes Hardening Guide and
the CIS Kubernetes Benchmark. Every rule is a SQL query over the objects of the
cluster, and the rows it returns are the evidence.`,
		Example: `  # the cluster of the current context
  kubectl kspm check
  # manifests, no cluster needed
  kubectl kspm check -f deploy/
  # why a rule matters, and exactly what to change
  kubectl kspm explain NSA-07
  # any question about a cluster
  kubectl kspm sql "SELECT namespace, name, image FROM k8s_containers WHERE judged AND privileged = 1"`,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: a.name},
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,

		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error {
			switch a.color {
			case "auto", "always", "never":
				return nil
			}
			return usagef("--color %q: want auto, always or never", a.color)
		},
	}
	root.PersistentFlags().StringVar(&a.color, "color", "auto", "colour the output: auto, always or never; NO_COLOR is respected")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v\nSee '%s --help'.", err, cmd.CommandPath())
	})
	root.AddCommand(
		a.checkCommand(),
		a.dashboardCommand(),
		a.explainCommand(),
		a.fixCommand(),
		a.sqlCommand(),
		a.serveCommand(),
		a.hubCommand(),
		a.rbacCommand(),
		a.tablesCommand(),
		a.rulesCommand(),
		a.snapshotCommand(),
		a.waiversCommand(),
		a.alertCommand(),
		a.diffCommand(),
		a.historyCommand(),
		a.nodeCollectCommand(),
		a.osqueryCommand(),
		a.packCommand(),
		a.versionCommand(),
	)
	a.completionCommand(root)
	a.completeFlags(root)
	return root
}

// knownCommand refuses what is no command, and says what is near.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if all := cmd.SuggestionsFor(args[0]); len(all) > 0 {
		near = " (did you mean " + all[0] + "?)"
	}
	return usagef("unknown command %q for %q%s", args[0], cmd.CommandPath(), near)
}

// colored decides whether w is coloured: never when asked not to, or when it
// is not a terminal.
func (a *app) colored(w io.Writer) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	return isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is that of a terminal in columns, 0 for anything else.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

func (a *app) style(w io.Writer) report.Style {
	return report.Style{Width: width(w), Color: a.colored(w), Command: a.name, Version: clientVersion(), APIVersion: apiVersion}
}

// apiVersion is that of a kind that the rules know; kinds are unique among them.
func apiVersion(kind string) string {
	for _, r := range tables.Resources() {
		if r.Kind == kind {
			return r.GVK().GroupVersion().String()
		}
	}
	return ""
}

// note writes a line for people to stderr. It may hold names of files, and
// what the user typed.
func (a *app) note(format string, args ...any) {
	fmt.Fprintln(a.Err, tables.Clean(fmt.Sprintf(format, args...)))
}

// write calls f with the output's file, or stdout. A file appears whole or
// not at all.
func (a *app) write(o output, f func(io.Writer) error) error {
	if o.file == "" {
		return f(a.Out)
	}
	if info, err := os.Stat(o.file); err == nil && !info.Mode().IsRegular() {
		return writeInto(o.file, f) // a device or a pipe is not to be replaced
	}
	tmp, err := os.CreateTemp(filepath.Dir(o.file), ".kspm-*")
	if err != nil {
		return &os.PathError{Op: "create", Path: o.file, Err: errors.Unwrap(err)}
	}
	defer os.Remove(tmp.Name())
	if err := f(tmp); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(0o644); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), o.file)
}

func writeInto(path string, f func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := f(file); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
