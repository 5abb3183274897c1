package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/owner"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/waiver"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type checkOptions struct {
	*app
	source  sourceFlags
	fleet   fleetFlags
	nodes   nodesFlags
	imports imports
	benchmarkFlags
	config   configFlags
	rules    []string
	ruleDirs []string
	severity string
	outputs  []string
	evidence bool
	timings  bool
	waivers  string
	trust    bool
	granted  *waiver.File
	owners   string
	// ownersFile is what --owners says; nil where no teams are shown. owned has
	// noticed the objects of the last run as well.
	ownersFile, owned *owner.Owners

	parts   partFlags
	gate    gateFlags
	record  recordFlags
	hub     hubReader
	against bool

	minSeverity posture.Severity
}

func (a *app) checkCommand() *cobra.Command {
	o := &checkOptions{app: a}
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge a cluster or manifests, and show what fails and why",
		Long: `Runs the rules over a cluster, or over manifests with -f, and reports what passes,
what fails with which evidence, and what could not be assessed.

Exit codes: 0 clean, 1 findings at or above --fail-on (or fewer compliant assets
than --min-compliance), 2 usage or runtime error, 3 something that was asked for
could not be assessed.`,
		Example: `  kubectl kspm check
  kubectl kspm check -n shop --evidence
  kubectl kspm check -f deploy/ --fail-on high
  kubectl kspm check --benchmark cis --level 1
  kubectl kspm check --rule NSA-07,NSA-11 -o wide
  kubectl kspm check -o table -o html=report.html -o sarif=report.sarif
  kubectl kspm check --baseline last-week.json
  kubectl kspm check --benchmark cis --nodes
  kubectl kspm check -f change.yaml --against-cluster
  kubectl kspm check --contexts 'prod-*'
  kubectl kspm check --by team
  kubectl kspm check --store kspm.db
  kubectl kspm check --hub https://kspm.example.com --contexts prod-eu
  kubectl kspm check --split-by team -o html=reports/
  helm template . | kubectl kspm check -f - -o json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.checkHub(cmd); err != nil {
				return err
			}
			if err := o.complete(); err != nil {
				return err
			}
			if err := o.checkFleet(cmd); err != nil {
				return err
			}
			if err := o.parts.check(cmd, parseOutputs(o.outputs)); err != nil {
				return err
			}
			if err := o.gate.complete(cmd, o.app); err != nil {
				return err
			}
			if err := o.nodes.complete(cmd, &o.source); err != nil {
				return err
			}
			if o.nodes.dryRun {
				return o.nodes.print(o.app)
			}
			if err := o.checkAgainst(); err != nil {
				return err
			}
			if err := o.record.complete(cmd, &o.source); err != nil {
				return err
			}
			if o.hub.asked() {
				return o.runHub(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	o.source.add(cmd)
	o.source.render.add(cmd)
	o.fleet.add(cmd)
	o.nodes.add(cmd)
	f := cmd.Flags()
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own, which are judged as well")
	f.StringSliceVar(&o.rules, "rule", nil, "only these rules, by id or alias; may be repeated or separated by commas")
	f.StringVar(&o.severity, "severity", "info", "only rules of at least this severity: critical, high, medium, low or info")
	f.StringArrayVarP(&o.outputs, "output", "o", []string{"table"}, "FORMAT or FORMAT=FILE, may be repeated, one without a file: "+strings.Join(report.Formats(), ", "))
	f.StringVar(&o.waivers, "waivers", "", "file of accepted findings, which are counted apart")
	f.BoolVar(&o.trust, "trust-annotations", false, "grant the waivers that annotations of objects propose (kspm.io/waive)")
	f.StringVar(&o.owners, "owners", "", "file that says which team owns what, where neither the object nor its namespace does (kspm.io/team)")
	f.StringArrayVar(&o.imports.files, "import-kube-bench", nil, "report of kube-bench --json, to be shown beside ours for the same recommendations; may be repeated, one for each node")
	f.BoolVar(&o.evidence, "evidence", false, "print every row of evidence under its asset")
	f.BoolVar(&o.against, "against-cluster", false, "lay the manifests of -f over the cluster (or over --snapshot), and report only the findings that they add and remove")
	f.BoolVar(&o.timings, "timings", false, "say on stderr what each rule cost, the dearest first: in steps, which do not depend on the machine, and in time")
	o.parts.add(cmd)
	o.gate.add(cmd)
	o.record.add(cmd)
	o.hub.add(cmd)
	return cmd
}

func (o *checkOptions) complete() error {
	if err := o.config.load(o.app, o.source.besides()); err != nil {
		return err
	}
	if c := o.config.file; c != nil && len(c.Benchmarks) > 0 && !o.given() {
		o.names = c.Benchmarks
	}
	o.takeFiles()
	if err := o.benchmarkFlags.complete(); err != nil {
		return err
	}
	var err error
	if o.minSeverity, err = posture.ParseSeverity(o.severity); err != nil {
		return usagef("--severity: %v", err)
	}
	return checkOutputs(o.outputs, o.parts.splitBy != "")
}

// takeFiles has the files that the configuration names stand where no flag
// names one.
func (o *checkOptions) takeFiles() {
	if c := o.config.file; c != nil {
		o.waivers, o.owners = cmp.Or(o.waivers, c.Waivers), cmp.Or(o.owners, c.Owners)
	}
}

func (o *checkOptions) run(ctx context.Context) error {
	rows.Roomy()
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	if err := o.own(); err != nil {
		return err
	}
	if o.against {
		return o.runAgainst(ctx, selected)
	}
	end, err := o.record.open(ctx)
	if err != nil {
		return err
	}
	defer end()
	if o.fleet.asked() {
		return o.runFleet(ctx, selected)
	}
	if err := o.imports.read(o.app); err != nil {
		return err
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	o.propose(o.app, src.Info)
	if err := o.nodes.scan(ctx, o.app, &src); err != nil {
		return err
	}
	r, err := o.assess(ctx, src, selected)
	if err != nil {
		return err
	}
	o.imports.compare(r, o.app)
	o.describe(r)
	o.gate.compare(r)
	if err := o.writeReport(r, src, selected); err != nil {
		return err
	}
	if err := o.record.record(ctx, o.app, &o.source, r); err != nil {
		return err
	}
	o.hint(r)
	return o.verdict(r)
}

func (o *checkOptions) assess(ctx context.Context, src assess.Source, selected []*rule.Rule) (*posture.Report, error) {
	db, err := engine.Open(tables.All())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rules, err := assess.Compile(ctx, db, selected)
	if err != nil {
		return nil, err
	}
	fixes := o.record.to != nil || slices.ContainsFunc(parseOutputs(o.outputs), func(out output) bool { return out.format != "table" && out.format != "wide" })
	if err := o.waive(); err != nil {
		return nil, err
	}
	stop := o.progress(&src)
	defer stop()
	opts := assess.Options{
		Rules: rules, Benchmark: o.benchmark(), BenchmarkVersion: o.edition(src.Info.Version), Namespace: o.source.kube.Namespace(), Fixes: fixes,
		Exclude: o.config.exclude(), Settings: o.config.settings(),
	}
	if o.parts.team() || o.record.to != nil {
		opts.Also = []*tables.Table{tables.K8sNamespaces} // which name teams
	}
	if o.timings {
		t := &timings{}
		opts.Timed = t.add
		defer func() { t.print(o.app) }()
	}
	return assess.Run(ctx, src, o.withOwners(o.withWaivers(opts, src.Info.Name)))
}

// describe says on stderr how much was read and what may not be.
func (o *checkOptions) describe(r *posture.Report) {
	line := fmt.Sprintf("%d rules of %s", len(r.Rules), strings.TrimSpace(r.Benchmark+" "+r.BenchmarkVersion))
	if r.Source.Type == "cluster" {
		line += fmt.Sprintf(" over %d objects", r.Source.Objects)
	}
	if n := r.Summary.Excluded; n > 0 {
		line += fmt.Sprintf("\n%d assets are left out, as %s says", n, o.config.file.Path())
	}
	byReason := map[string][]string{}
	for _, u := range r.NotAssessed {
		byReason[u.Reason] = append(byReason[u.Reason], u.Resource)
	}
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		line += fmt.Sprintf("\ncould not read (%s): %s", reason, strings.Join(byReason[reason], ", "))
	}
	o.note("%s\n", line)
	o.noteProposals()
}

// hint says where to go from here, to people only.
func (o *checkOptions) hint(r *posture.Report) {
	if failing := r.Failing(); len(failing) > 0 && isTerminal(o.Out) {
		o.note("\nWhy a rule matters and what to change: %s explain %s", o.name, failing[0].ID)
	}
}

func (o *checkOptions) verdict(r *posture.Report) error {
	failed := o.gate.failed(o.app, r)
	switch {
	case r.Incomplete():
		return &codeError{code: exitIncomplete}
	case failed:
		return &codeError{code: exitFindings}
	}
	return nil
}

// selectRules picks the rules that the flags ask for.
func (o *checkOptions) selectRules() ([]*rule.Rule, error) {
	all, own, err := loadRules(o.ruleDirs)
	if err != nil {
		return nil, err
	}
	if err := o.config.apply(all); err != nil {
		return nil, err
	}
	asked, err := o.pick(all)
	if err != nil {
		return nil, err
	}
	if asked = append(asked, own...); o.rules != nil {
		if asked, err = o.namedRules(all); err != nil {
			return nil, err
		}
	}
	var selected []*rule.Rule
	for _, r := range asked {
		if r.SeverityLevel() >= o.minSeverity && !slices.Contains(selected, r) {
			selected = append(selected, r)
		}
	}
	if len(selected) == 0 {
		return nil, usagef("no rule that was asked for has severity %s or worse", o.minSeverity)
	}
	return selected, nil
}

// namedRules are those of --rule, each once.
func (o *checkOptions) namedRules(all []*rule.Rule) ([]*rule.Rule, error) {
	var named []*rule.Rule
	if len(o.rules) == 0 {
		o.rules = []string{""}
	}
	for _, id := range o.rules {
		if id == "" {
			return nil, usagef("--rule wants the id of a rule: '%s' lists them", "kubectl kspm rules")
		}
		r, err := findRule(all, id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(named, r) {
			named = append(named, r)
		}
	}
	return named, nil
}

// findRule finds a rule by id, or by an alias that one rule alone has. Where
// rules of several benchmarks share an alias, that of nsa is meant.
func findRule(all []*rule.Rule, id string) (*rule.Rule, error) {
	var byAlias []*rule.Rule
	for _, r := range all {
		if strings.EqualFold(r.ID, id) {
			return r, nil
		}
		if slices.ContainsFunc(r.Aliases, func(alias string) bool { return strings.EqualFold(alias, id) }) {
			byAlias = append(byAlias, r)
		}
	}
	nsa := slices.DeleteFunc(slices.Clone(byAlias), func(r *rule.Rule) bool { return r.Benchmark() != "nsa" })
	if len(nsa) == 1 {
		byAlias = nsa
	}
	switch len(byAlias) {
	case 1:
		return byAlias[0], nil
	case 0:
		return nil, usagef("no rule %q: '%s' lists them", id, "kubectl kspm rules")
	}
	var ids []string
	for _, r := range byAlias {
		ids = append(ids, r.ID)
	}
	return nil, usagef("%s is an alias of several rules: %s", id, strings.Join(ids, ", "))
}
