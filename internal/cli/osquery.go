package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/osquery"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// extensionName is the file name under which osquery starts the tool: it loads
// files that end in .ext alone.
const extensionName = "kspm.ext"

type osqueryOptions struct {
	*app
	source            sourceFlags
	socket            string
	timeout, interval seconds
	ttl               time.Duration
	watch, verbose    bool
	install           string
}

// seconds is a flag that osquery gives as a number of seconds.
type seconds time.Duration

func (s *seconds) String() string { return time.Duration(*s).String() }
func (s *seconds) Type() string   { return "seconds" }
func (s *seconds) Set(text string) error {
	d, err := time.ParseDuration(text)
	if n, notNumber := strconv.Atoi(text); notNumber == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 {
		return errors.New("want a number of seconds above 0")
	}
	*s = seconds(d)
	return nil
}

// autoloaded tells whether osquery started the process, by the name it has.
func autoloaded(args []string) bool {
	named := func(path string) bool {
		return strings.HasSuffix(strings.TrimSuffix(path, ".exe"), extensionName)
	}
	exe, _ := os.Executable()
	return len(args) > 0 && named(args[0]) || named(exe)
}

func (a *app) osqueryCommand() *cobra.Command {
	o := &osqueryOptions{app: a, timeout: seconds(3 * time.Second), interval: seconds(3 * time.Second)}
	cmd := &cobra.Command{
		Use:   "osquery --socket PATH",
		Short: "Serve the tables to osquery, as an extension",
		Long: `Registers every table with the osqueryd or osqueryi that listens on a socket, and
answers its queries from the cluster of the current context. What was read is
shared by the queries of --ttl; with --watch it is kept up to date instead. Under the name ` + extensionName + ` the tool is an extension that
osquery loads by itself: --install makes one. 'pack' writes the rules as a pack.`,
		Example: `  # try it: osqueryi in one terminal, the tables in another
  osqueryi --nodisable_extensions --extensions_socket=/tmp/osquery.em
  kubectl kspm osquery --socket /tmp/osquery.em
  # for osqueryd --extensions_autoload=/opt/kspm/extensions.load
  kubectl kspm osquery --install /opt/kspm`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.install != "" {
				return o.installTo(o.install)
			}
			if o.watch && !cmd.Flags().Changed("ttl") {
				o.ttl = time.Second
			}
			return o.run(cmd.Context())
		},
	}
	o.source.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.socket, "socket", "", "osquery's extension socket (required)")
	f.Var(&o.timeout, "timeout", "how long osquery may take to answer")
	f.Var(&o.interval, "interval", "time between two looks whether osquery is there")
	f.DurationVar(&o.ttl, "ttl", time.Minute, "how old rows may be: what one query read serves others for so long")
	f.BoolVar(&o.watch, "watch", false, "read once, then watch: rows are as the cluster is, at the cost of memory (--ttl is 1s)")
	f.BoolVar(&o.verbose, "verbose", false, "say which tables are read, and how long it takes")
	f.StringVar(&o.install, "install", "", "copy the tool to this folder as "+extensionName+", beside an extensions.load that names it, and end")
	return cmd
}

func (o *osqueryOptions) run(ctx context.Context) error {
	switch {
	case o.socket == "":
		return usagef("--socket is required: osqueryi shows it with SELECT value FROM osquery_flags WHERE name = 'extensions_socket'")
	case o.ttl <= 0:
		return usagef("--ttl %s: want more than 0", o.ttl)
	case o.watch && (len(o.source.files) > 0 || o.source.snapshot != "" || o.source.render.asked() || len(o.source.nodeFacts) > 0):
		return usagef("--watch is for a cluster alone")
	case o.watch && o.source.kube.Namespace() != "":
		return usagef("--watch is for all namespaces: leave out --namespace")
	}
	slog.SetDefault(slog.New(slog.DiscardHandler)) // Thrift's words on clients that went away
	running, stop := context.WithCancel(ctx)
	watching := &watched{options: o, ctx: running}
	defer watching.wait()
	defer stop()
	src := &lateSource{open: watching.open}
	if len(o.source.files) > 0 || o.source.snapshot != "" {
		if _, err := src.get(ctx); err != nil {
			return err // it will not get better
		}
	}
	opts := osquery.Options{
		Socket: o.socket, Version: clientVersion(), Timeout: time.Duration(o.timeout), Interval: time.Duration(o.interval),
		TTL: o.ttl, Once: o.autoloaded, Log: o.note, Limit: rows.Scope{Namespace: o.source.kube.Namespace()},
	}
	if o.verbose {
		opts.Trace = o.note
	}
	err := osquery.Run(ctx, src, opts)
	if o.autoloaded && err != nil {
		o.note("%v: ended, as extensions do", err)
		return nil
	}
	return err
}

// installTo makes an extension: a copy that nobody but its owner can change,
// since osquery loads no other.
func (o *osqueryOptions) installTo(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	in, err := os.Open(exe)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	target, list := filepath.Join(dir, extensionName), filepath.Join(dir, "extensions.load")
	if err := o.write(output{file: target}, func(w io.Writer) error { _, err := io.Copy(w, in); return err }); err != nil {
		return err
	}
	if err := os.Chmod(target, 0o755); err != nil {
		return err
	}
	if err := o.write(output{file: list}, func(w io.Writer) error { _, err := fmt.Fprintln(w, target); return err }); err != nil {
		return err
	}
	o.note("installed %s; start osqueryd with --extensions_autoload=%s", target, list)
	return nil
}

// lateSource is a source that is opened when it is first read, and again when
// that failed: an extension must serve before the cluster can be reached.
type lateSource struct {
	open func(context.Context) (assess.Source, error)

	mu     sync.Mutex
	src    rows.Source
	err    error
	failed time.Time
}

// retryAfter is how long a failure to open stands: one refresh asks for many
// resources at once.
const retryAfter = 5 * time.Second

func (l *lateSource) get(ctx context.Context) (rows.Source, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.src != nil || l.err != nil && time.Since(l.failed) < retryAfter {
		return l.src, l.err
	}
	src, err := l.open(ctx)
	if err != nil {
		l.err, l.failed = err, time.Now()
		return nil, err
	}
	rules, err := rule.Load(queries.Files)
	if err != nil {
		return nil, err
	}
	l.src, l.err = assess.WithPosture(src, rules, withTeams), nil
	return l.src, nil
}

// Each implements rows.Source.
func (l *lateSource) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	src, err := l.get(ctx)
	if err != nil {
		return err
	}
	return src.Each(ctx, r, scope, f)
}
