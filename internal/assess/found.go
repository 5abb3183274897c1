package assess

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// Found is what one rule found in a source, which may be a part of another.
type Found struct {
	posture.RuleResult
	// Assets are what its assets query returned; nil where the rule came to no
	// verdict, or has no query.
	Assets *rule.Assets
}

// Find is Run without a report: what each rule found, in their order.
func Find(ctx context.Context, src Source, opts Options) ([]Found, error) {
	run, err := load(ctx, src, opts)
	if err != nil {
		return nil, err
	}
	return run.find(ctx)
}

// load reads what the rules need of the source.
func load(ctx context.Context, src Source, opts Options) (*run, error) {
	if opts.Notice != nil {
		src.Source = rows.Shown(src.Source, opts.Notice)
	}
	plan := opts.Rules.Plan()
	for _, t := range opts.Also {
		plan.Add(t, -1)
	}
	set, err := rows.LoadJudged(ctx, withParameters{src.Source, opts.Rules.all(), src.Info.Name}, plan, opts.Rules.judged(), rows.Scope{Namespace: opts.Namespace}, rows.Scope{})
	if err != nil {
		return nil, err
	}
	return &run{src: src, opts: opts, set: set, data: engine.Snapshot(set), assets: map[string]*assetsOnce{}, excluded: map[posture.Asset]bool{}}, nil
}

func (r *run) find(ctx context.Context) ([]Found, error) {
	rules := r.opts.Rules.rules
	found, errs := make([]Found, len(rules)), make([]error, len(rules))
	var wg sync.WaitGroup
	sem := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, c := range rules {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			found[i], errs[i] = r.timed(ctx, c)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Conclude works out the status of a result from what was found, and from the
// reasons why something was not the rule's to judge. Where says where objects
// are, as Source.Where.
func (c Compiled) Conclude(res *posture.RuleResult, elsewhere []string, where string) {
	c.Rule.Conclude(res, elsewhere)
	if res.Status == posture.NotApplicable && res.Reason == "" {
		res.Reason = fmt.Sprintf("no %s %s", subject(c.Assets), where)
	}
}

// Only are some of the rules.
func (r *Rules) Only(keep func(*rule.Rule) bool) *Rules {
	out := &Rules{db: r.db}
	for _, c := range r.rules {
		if keep(c.Rule) {
			out.rules = append(out.rules, c)
		}
	}
	return out
}

// All are the rules.
func (r *Rules) All() []*rule.Rule { return r.all() }

// Digest identifies the rules and the configuration that they judge by.
func (r *Rules) Digest(settings string) string { return rule.Digest(r.all(), settings) }
