package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/serve"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

type dashboardOptions struct {
	checkOptions
	listen    string
	noBrowser bool
}

func (a *app) dashboardCommand() *cobra.Command {
	o := &dashboardOptions{checkOptions: checkOptions{app: a, severity: "info", outputs: []string{"json"}}} // with all that a report can hold
	cmd := &cobra.Command{
		Use:   "dashboard",
		Short: "Look at posture in the browser, until Ctrl-C",
		Long: `Judges the cluster of the current context, many clusters, manifests or a snapshot,
and shows what it finds as pages in the browser: what fails and why, the fix for
every object, and a SQL console over the same sources. The pages are served on
loopback, to this machine alone; nothing is kept when it ends.`,
		Example: `  kubectl kspm dashboard
  kubectl kspm dashboard --contexts 'prod-*' --benchmark all
  kubectl kspm dashboard -f deploy/
  kubectl kspm dashboard --snapshot prod.kspm --listen 127.0.0.1:8080 --no-browser`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.fleet.check(cmd); err != nil {
				return err
			}
			if err := o.complete(); err != nil {
				return err
			}
			return o.serve(cmd.Context())
		},
	}
	o.source.add(cmd)
	o.fleet.add(cmd)
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f := cmd.Flags()
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own, which are judged as well")
	f.StringVar(&o.waivers, "waivers", "", "file of accepted findings, which are counted apart")
	f.BoolVar(&o.trust, "trust-annotations", false, "grant the waivers that annotations of objects propose (kspm.io/waive)")
	f.StringVar(&o.owners, "owners", "", "file that says which team owns what, where neither the object nor its namespace does (kspm.io/team)")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "address on loopback to listen on; port 0 is a free one")
	f.BoolVar(&o.noBrowser, "no-browser", false, "do not open the browser, only say where the pages are")
	return cmd
}

// serve scans, and then serves the pages until it is interrupted.
func (o *dashboardOptions) serve(ctx context.Context) error {
	if err := loopback(o.listen); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	if err := o.own(); err != nil {
		return err
	}
	var sources []assess.Source
	var down []report.Unreached
	if o.fleet.asked() {
		sources, down, err = o.fleet.open(ctx, o.app, o.source.kube)
	} else {
		sources = make([]assess.Source, 1)
		sources[0], err = o.source.open(ctx, o.app)
	}
	if err != nil {
		return err
	}
	history, err := o.scan(ctx, sources, down, selected)
	if err != nil {
		return err
	}
	defer history.Close()
	console, err := newConsole(ctx, &sqlOptions{app: o.app, config: o.config, source: o.source, sources: sources, findings: &o.checkOptions})
	if err != nil {
		return err
	}
	defer console.close()
	return o.listenAndServe(ctx, listener, web.New(web.Options{
		Store: history, Console: console, Version: clientVersion(),
		Log: slog.New(slog.NewTextHandler(o.Err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}))
}

// loopback refuses an address that others can reach: these pages ask nobody who
// they are.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return usagef("--listen %q: want ADDRESS:PORT", address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return usagef("--listen %s: the dashboard asks nobody who they are, so it listens on loopback alone: 127.0.0.1:PORT", address)
	}
	return nil
}

// scan judges every source into a store that ends with the process. Clusters
// that are down are in it as well: nothing is known of them.
func (o *dashboardOptions) scan(ctx context.Context, sources []assess.Source, down []report.Unreached, selected []*rule.Rule) (store.Store, error) {
	reports := make([]*posture.Report, 1)
	var err error
	if o.fleet.asked() {
		reports, err = o.assessAll(ctx, sources, selected)
	} else {
		reports[0], err = o.assess(ctx, sources[0], selected)
	}
	if err != nil {
		return nil, err
	}
	history, err := store.Open(ctx, ":memory:")
	if err != nil {
		return nil, err
	}
	for _, r := range reports {
		d := r.Delta()
		if d.Source.ClusterUID == "" { // manifests have none
			d.Source.ClusterUID = r.Source.Type + ":" + r.Source.Name
		}
		if _, err := history.Apply(ctx, d, 0); err != nil {
			history.Close()
			return nil, err
		}
		assets := r.Summary.Assets
		o.note("%s: %d of %d assets compliant, %d rules failed", r.Source.Name, assets.Compliant, assets.Total, r.Summary.Rules[posture.Fail])
	}
	for _, d := range down {
		if err := history.Seen(ctx, serve.Unknown(d.Name), d.Name, time.Now(), d.Reason); err != nil {
			history.Close()
			return nil, err
		}
	}
	return history, nil
}

const (
	headerTimeout = 10 * time.Second
	goodbye       = 2 * time.Second
)

func (o *dashboardOptions) listenAndServe(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, BaseContext: func(net.Listener) context.Context { return ctx }}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	address := "http://" + listener.Addr().String() + "/"
	fmt.Fprintln(o.Out, address)
	o.note("The dashboard is there until Ctrl-C.")
	if !o.noBrowser {
		o.openBrowser(ctx, address)
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return server.Close()
	}
	return nil
}

// openBrowser asks the system to show a page. Where it cannot, the address that
// was printed does.
func (o *dashboardOptions) openBrowser(ctx context.Context, address string) {
	var cmd *exec.Cmd
	switch {
	case runtime.GOOS == "darwin":
		cmd = exec.CommandContext(ctx, "open", address)
	case runtime.GOOS == "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address)
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return // nobody sits here
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", address)
	}
	if err := cmd.Start(); err != nil {
		o.note("open %s in a browser (%v)", address, err)
		return
	}
	go func() { _ = cmd.Wait() }()
}
