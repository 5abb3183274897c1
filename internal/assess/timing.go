package assess

import (
	"context"
	"time"
)

// Timing is what one rule cost, after its objects were read.
type Timing struct {
	Rule string
	// Steps is a measure of work that does not depend on the machine: see
	// engine.QueryCounted. An assets query counts for the first of the rules
	// that share it.
	Steps int64
	// Took is the time that passed while other rules may have run beside.
	Took    time.Duration
	Failing int // assets
}

// timed judges a rule and tells what that cost.
func (r *run) timed(ctx context.Context, c compiled) (Found, error) {
	var steps int64
	start := time.Now()
	res, err := r.judge(ctx, c, &steps)
	if r.opts.Timed != nil && c.query != nil {
		r.opts.Timed(Timing{Rule: c.ID, Steps: steps, Took: time.Since(start), Failing: len(res.Findings)})
	}
	return res, err
}
