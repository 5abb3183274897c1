// Package assess runs rules over one source, and makes the posture report: it
// reads what the rules' SQL reads, once, and runs every rule over that one
// snapshot.
package assess

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Source is what is assessed.
type Source struct {
	rows.Source
	Info posture.Source
	// Problems are parts of the source that could not be read at all.
	Problems []string
	// Reason puts an error of reading a resource in a word or two, and names
	// the RBAC rule that would cure it.
	Reason func(error) (reason, grant string)
	// Locate finds the line of a path within the object that begins at a line
	// of a file; nil where there are no files.
	Locate func(file string, line int, path string) int
	// Where says where the objects are, as in "no Node in these manifests".
	Where string
}

// Options are what to assess.
type Options struct {
	Rules     *Rules
	Benchmark string
	// BenchmarkVersion is its edition, where it has several.
	BenchmarkVersion string
	// Namespace narrows the assets that are judged; empty is all.
	Namespace string
	// Notice is called for every object as it is read, from many goroutines, all
	// of them before the first call of Waive; may be nil.
	Notice func(o *tables.Object)
	// Waive sets the waiver of a finding, if it has one; may be nil.
	Waive func(rule string, f *posture.Finding)
	// Exclude are assets that are not to be judged; may be nil.
	Exclude func(posture.Asset) bool
	// Settings identify the configuration that rules are judged by, for the
	// digest; may be empty.
	Settings string
	// Timed is told what each rule cost, by several goroutines at once; may be
	// nil.
	Timed func(Timing)
	// Also are tables whose objects are read for Notice, though no rule asks;
	// nothing is missing where they cannot be read.
	Also []*tables.Table
	// Fixes has every finding's fix rendered, and every row's line found.
	Fixes bool
}

// Rules are rules that have been compiled: their SQL is right, and what it
// reads is known.
type Rules struct {
	db    *engine.DB
	rules []compiled
}

type compiled struct {
	*rule.Rule
	query, assets *engine.Statement
	consulted     map[*tables.Table]bool
}

// Compile checks every rule against the tables.
func Compile(ctx context.Context, db *engine.DB, rules []*rule.Rule) (*Rules, error) {
	out := &Rules{db: db}
	assets := map[string]*engine.Statement{}
	for _, r := range rules {
		c := compiled{Rule: r}
		if r.Verdict != rule.VerdictManual {
			var err error
			if c.query, err = db.Prepare(ctx, r.SQL); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", r.File, r.ID, err)
			}
			if c.assets = assets[r.Assets]; c.assets == nil {
				if c.assets, err = db.Prepare(ctx, r.Assets); err != nil {
					return nil, fmt.Errorf("%s: %s: assets: %w", r.File, r.ID, err)
				}
				assets[r.Assets] = c.assets
			}
			if err := r.CheckColumns(c.query.Columns, c.assets.Columns); err != nil {
				return nil, err
			}
			if c.consulted, err = c.consults(); err != nil {
				return nil, err
			}
		}
		out.rules = append(out.rules, c)
	}
	return out, nil
}

// Compiled is a rule with what is known of its queries.
type Compiled struct {
	*rule.Rule
	Query, Assets *engine.Statement
}

// Queries are the rules that have a query.
func (r *Rules) Queries() iter.Seq[Compiled] {
	return func(yield func(Compiled) bool) {
		for _, c := range r.rules {
			if c.query != nil && !yield(Compiled{c.Rule, c.query, c.assets}) {
				return
			}
		}
	}
}

// Plan is what the rules read.
func (r *Rules) Plan() rows.Plan {
	plan := rows.Plan{}
	for _, c := range r.rules {
		for _, s := range []*engine.Statement{c.query, c.assets} {
			if s != nil {
				plan.Merge(s.Reads)
			}
		}
	}
	return plan
}

// Run reads the source and judges it. The error is that of ctx.
func Run(ctx context.Context, src Source, opts Options) (*posture.Report, error) {
	started := time.Now()
	run, err := load(ctx, src, opts)
	if err != nil {
		return nil, err
	}
	report, err := run.report(ctx)
	if err != nil {
		return nil, err
	}
	if opts.Fixes && src.Locate != nil {
		locate(report, src.Locate)
	}
	report.StartedAt, report.FinishedAt = started.UTC(), time.Now().UTC()
	return report, nil
}

type run struct {
	src  Source
	opts Options
	set  *rows.Set
	data engine.Data

	mu       sync.Mutex
	assets   map[string]*assetsOnce
	excluded map[posture.Asset]bool
}

// assetsOnce holds the result of an assets query, which rules share.
type assetsOnce struct {
	once   sync.Once
	assets *rule.Assets
	err    error
}

func (r *run) report(ctx context.Context) (*posture.Report, error) {
	rules := r.opts.Rules.rules
	report := &posture.Report{
		Source: r.src.Info, Benchmark: r.opts.Benchmark, BenchmarkVersion: r.opts.BenchmarkVersion, Problems: r.src.Problems,
		Rules: make([]posture.RuleResult, len(rules)), NotAssessed: r.unread(),
	}
	report.Source.Namespace = r.opts.Namespace
	if report.Source.Objects == 0 {
		for res, n := range r.set.Objects {
			if res.Virtual == "" { // what we make ourselves is no object of the API
				report.Source.Objects += n
			}
		}
	}
	found, err := r.find(ctx)
	if err != nil {
		return nil, err
	}
	for i, f := range found {
		report.Rules[i] = f.RuleResult
	}
	report.RuleDigest = r.opts.Rules.Digest(r.opts.Settings)
	report.Summary.Excluded = len(r.excluded)
	report.Finish()
	return report, nil
}

func (r *run) judge(ctx context.Context, c compiled, steps *int64) (Found, error) {
	found := Found{RuleResult: c.Result()}
	if c.query == nil {
		return found, nil
	}
	if missing := r.missing(c); len(missing) > 0 {
		found.Status, found.Reason = posture.NotAssessed, r.whyNot(missing)
		return found, nil
	}
	assets, err := r.queryAssets(ctx, c, steps)
	if err != nil {
		if ctx.Err() != nil {
			return found, err
		}
		found.Status, found.Reason = posture.Error, "assets: "+err.Error()
		return found, nil
	}
	if found.RuleResult, err = c.Run(ctx, querier{r, r.dataFor(c), c.query, steps}, assets, r.inScope); err != nil || found.Status == posture.Error {
		return found, err
	}
	found.Assets = assets
	if r.opts.Waive != nil {
		for i := range found.Findings {
			r.waive(c.ID, &found.Findings[i])
		}
	}
	Compiled{c.Rule, c.query, c.assets}.Conclude(&found.RuleResult, slices.Collect(maps.Values(assets.Elsewhere)), r.src.Where)
	if r.opts.Fixes {
		err = render(c.Rule, found.Findings)
	}
	return found, err
}

// waive is serialised: rules run at once, and a file of waivers counts.
func (r *run) waive(rule string, f *posture.Finding) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opts.Waive(rule, f)
}

// Render writes the fix of a rule's finding.
func Render(r *rule.Rule, f *posture.Finding) error {
	fix, err := remedy.For(r, *f)
	if err == nil {
		f.Fix = fix.String()
	}
	return err
}

func render(r *rule.Rule, findings []posture.Finding) error {
	for i := range findings {
		if err := Render(r, &findings[i]); err != nil {
			return err
		}
	}
	return nil
}

// inScope keeps the assets of the namespace that was asked for.
func (r *run) inScope(a posture.Asset) bool {
	ns := r.opts.Namespace
	if r.opts.Exclude != nil && r.opts.Exclude(a) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.excluded[a] = true
		return false
	}
	return ns == "" || a.Namespace == ns || a.Kind == "Namespace" && a.Name == ns
}

func (r *run) queryAssets(ctx context.Context, c compiled, steps *int64) (*rule.Assets, error) {
	r.mu.Lock()
	once := r.assets[c.Assets]
	if once == nil {
		once = &assetsOnce{}
		r.assets[c.Assets] = once
	}
	r.mu.Unlock()
	once.once.Do(func() {
		once.assets, once.err = rule.QueryAssets(ctx, querier{r, r.data, c.assets, steps}, c.Assets, r.inScope)
	})
	return once.assets, once.err
}

// querier runs a compiled statement over the run's snapshot.
type querier struct {
	run   *run
	data  engine.Data
	stmt  *engine.Statement
	steps *int64 // what its queries cost is added
}

// Query implements rule.Querier.
func (q querier) Query(ctx context.Context, sql string, row func([]string, []any) error) error {
	_, err := q.run.opts.Rules.db.QueryCounted(ctx, q.data, sql, nil, func(values []any) error {
		return row(q.stmt.Columns, values)
	}, q.steps)
	return err
}

// missing are the resources that a rule needs and that could not be read.
func (r *run) missing(c compiled) []*tables.Resource {
	var missing []*tables.Resource
	for _, s := range []*engine.Statement{c.query, c.assets} {
		for t, cols := range s.Reads {
			if c.consulted[t] {
				continue
			}
			for _, res := range r.set.Missing(t, cols) {
				if !slices.Contains(missing, res) {
					missing = append(missing, res)
				}
			}
		}
	}
	slices.SortFunc(missing, func(a, b *tables.Resource) int { return strings.Compare(a.String(), b.String()) })
	return missing
}

// whyNot names what could not be read, by reason: "forbidden: pods, nodes".
func (r *run) whyNot(missing []*tables.Resource) string {
	byReason := map[string][]string{}
	for _, res := range missing {
		reason, _ := r.src.Reason(r.set.Unread[res])
		name := res.Plural
		if res.Virtual != "" {
			name = res.String()
		}
		byReason[reason] = append(byReason[reason], name)
	}
	var parts []string
	for _, reason := range slices.Sorted(maps.Keys(byReason)) {
		parts = append(parts, reason+": "+strings.Join(byReason[reason], ", "))
	}
	return strings.Join(parts, "; ")
}

func (r *run) unread() []posture.Unread {
	var unread []posture.Unread
	needs := r.opts.Rules.Needs()
	for res, err := range r.set.Unread {
		if !slices.Contains(needs, res) {
			continue // only consulted
		}
		reason, grant := r.src.Reason(err)
		unread = append(unread, posture.Unread{Resource: res.String(), Reason: reason, Grant: grant})
	}
	return unread
}

// subject names what an assets query is about: a row of its first table.
func subject(s *engine.Statement) string {
	var names []string
	for t := range s.Reads {
		names = append(names, t.Row)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
