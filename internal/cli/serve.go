package cli

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/alert"
	"github.com/kubectl-kspm/kubectl-kspm/internal/login"
)

type serveOptions struct {
	checkOptions
	kubeconfigs string
	interval    time.Duration

	store     string
	retention string
	keep      time.Duration

	listen        string
	metricsListen string
	pprof         bool
	externalURL   string
	login         login.Options
	logFormat     string

	alertsFile string
	alerts     *alert.Config

	openreports bool
	elect       electFlags
	hub         hubFlags
	agent       agentFlags

	log *slog.Logger
}

func (a *app) serveCommand() *cobra.Command {
	o := &serveOptions{checkOptions: checkOptions{app: a, severity: "info", outputs: []string{"json"}}} // with all that a report can hold
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Keep the posture of clusters up to date: history, pages, alerts, metrics",
		Long: `Watches the cluster of the current context, or many, judges what changes when it
changes, and keeps what it finds: when a finding was first seen, when it was
resolved and why. Shows that in the browser, tells Prometheus of it, and tells
people of what gets worse.

Contexts that come or go, and files with waivers, owners and configuration that
change, are taken in without a restart.

With --agent it judges one cluster and pushes what is new to a hub; with --hub it
takes what agents push. A hub watches clusters as well where --contexts,
--all-contexts or --kubeconfigs names some.`,
		Example: `  kubectl kspm serve
  kubectl kspm serve --contexts 'prod-*' --benchmark nsa,cis --alerts alerts.yaml
  kubectl kspm serve --kubeconfigs /etc/kspm/clusters --store postgres://kspm@db/kspm
  kubectl kspm serve --hub --hub-listen :8444 --authority ./authority --store kspm.db
  kubectl kspm serve --agent --hub-url https://kspm.example.com:8444 --token-file token`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.checkFlags(cmd); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	o.source.addCluster(cmd)
	o.fleet.add(cmd)
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.kubeconfigs, "kubeconfigs", "", "folder of kubeconfigs, all of whose contexts are watched; files may come and go")
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own, which are judged as well")
	f.StringVar(&o.waivers, "waivers", "", "file of accepted findings, which are counted apart")
	f.BoolVar(&o.trust, "trust-annotations", false, "grant the waivers that annotations of objects propose (kspm.io/waive)")
	f.StringVar(&o.owners, "owners", "", "file that says which team owns what, where neither the object nor its namespace does (kspm.io/team)")
	f.DurationVar(&o.interval, "interval", 6*time.Hour, "how often all of a cluster is read anew, to make sure that nothing was missed")
	f.StringVar(&o.store, "store", "kspm.db", "where history is kept: a file (SQLite), or postgres://…")
	f.StringVar(&o.retention, "retention", "90d", "how long resolved findings, events and samples are kept, such as 26w or 1y")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address of the pages and the JSON API; empty for none")
	f.StringVar(&o.metricsListen, "metrics-listen", "", "address of /metrics, /healthz and /readyz, such as :9090; without it there are none")
	f.BoolVar(&o.pprof, "pprof", false, "serve /debug/pprof beside the metrics")
	f.StringVar(&o.externalURL, "external-url", "", "where people find the pages, for links in alerts")
	f.StringVar(&o.alertsFile, "alerts", "", "file of receivers and routes of alerts")
	f.BoolVar(&o.openreports, "openreports", false, "keep failures as objects of openreports.io in the cluster as well")
	f.StringVar(&o.logFormat, "log-format", "text", "text or json")
	o.login.BindFlags(f)
	o.elect.add(cmd)
	o.hub.add(cmd)
	o.agent.add(cmd)
	return cmd
}

// checkFlags refuses what cannot be, before anything is begun.
func (o *serveOptions) checkFlags(cmd *cobra.Command) error {
	if err := o.fleet.check(cmd); err != nil {
		return err
	}
	if err := o.checkRole(cmd); err != nil {
		return err
	}
	if o.source.kube.Namespace() != "" {
		return usagef("serve watches whole clusters: leave out --namespace")
	}
	if o.kubeconfigs != "" && o.fleet.asked() {
		return usagef("--kubeconfigs takes every context of the files: leave out --contexts and --all-contexts")
	}
	if o.interval < time.Minute {
		return usagef("--interval %s: a minute at least", o.interval)
	}
	var err error
	if o.keep, err = parseRetention(o.retention); err != nil {
		return err
	}
	if o.externalURL != "" {
		if u, err := url.Parse(o.externalURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			return usagef("--external-url %q: want https://HOST", o.externalURL)
		}
	}
	if o.pprof && o.metricsListen == "" {
		return usagef("--pprof is served beside the metrics: add --metrics-listen")
	}
	if o.alertsFile != "" {
		if o.alerts, err = alert.Load(o.alertsFile); err != nil {
			return err
		}
	}
	if err := o.makeLog(); err != nil {
		return err
	}
	if err := o.login.Check(o.listen, o.externalURL); err != nil {
		return usagef("%v", err)
	}
	return nil
}

// checkRole refuses flags that are of another role.
func (o *serveOptions) checkRole(cmd *cobra.Command) error {
	refuse := func(role, why string, flags ...string) error {
		for _, f := range flags {
			if cmd.Flags().Changed(f) {
				return usagef("--%s and %s cannot be used together: %s", f, role, why)
			}
		}
		return nil
	}
	switch {
	case o.hub.on && o.agent.on:
		return usagef("--hub and --agent cannot be used together")
	case o.agent.on:
		if o.agent.url == "" {
			return usagef("--agent wants --hub-url, the address of the hub")
		}
		if u, err := url.Parse(o.agent.url); err != nil || u.Scheme != "https" || u.Host == "" {
			return usagef("--hub-url %q: want https://HOST:PORT", o.agent.url)
		}
		return refuse("--agent", "the hub has them", "store", "retention", "listen", "auth", "tls-cert", "alerts", "external-url", "contexts", "all-contexts", "kubeconfigs", "hub-listen", "authority")
	}
	if err := refuse("a server without --agent", "they are an agent's", "hub-url", "token-file", "identity"); err != nil {
		return err
	}
	if !o.hub.on {
		return refuse("a server without --hub", "they are a hub's", "hub-listen", "authority", "hub-host")
	}
	return nil
}

func (o *serveOptions) makeLog() error {
	switch o.logFormat {
	case "text":
		o.log = slog.New(slog.NewTextHandler(o.Err, nil))
	case "json":
		o.log = slog.New(slog.NewJSONHandler(o.Err, nil))
	default:
		return usagef("--log-format %q: want text or json", o.logFormat)
	}
	return nil
}
