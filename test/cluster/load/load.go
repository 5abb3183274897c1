// Package load fills a cluster with the objects that people and controllers would have put there.
package load

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/rest"
)

// MinPods is the smallest cluster: below it there is no room for kube-system's own pods.
const MinPods = 25

// Options say how much to create. The same Pods and Seed give the same names, specs and statuses;
// uids and times are the server's and the clock's.
type Options struct {
	Pods     int // all of them, kube-system's included; at least MinPods
	Seed     uint64
	Workers  int  // requests at a time; 32 if zero
	NoStatus bool // leave statuses as the server sets them: half the server's work, and pods stay Pending
}

// Counts are the objects created, by kind.
type Counts map[string]int

// Total is the number of objects of all kinds.
func (c Counts) Total() int {
	n := 0
	for _, v := range c {
		n += v
	}
	return n
}

// Load creates the objects as the user of config, who must be allowed everything, best in
// system:masters, which is not throttled. Objects that exist are left as they are, so that an
// interrupted Load can be repeated.
func Load(ctx context.Context, config *rest.Config, o Options) (Counts, error) {
	if o.Pods < MinPods {
		return nil, fmt.Errorf("load %d pods: at least %d make a cluster", o.Pods, MinPods)
	}
	if o.Workers <= 0 {
		o.Workers = 32
	}
	c, err := newCreator(config, o.Workers)
	if err != nil {
		return nil, err
	}
	c.noStatus = o.NoStatus
	for _, stage := range newPlan(o, time.Now()).stages() {
		if err := c.createAll(ctx, stage); err != nil {
			return c.counts, err
		}
	}
	return c.counts, nil
}
