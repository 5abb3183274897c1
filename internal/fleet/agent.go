package fleet

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// interval is the time between heartbeats, on average: 10,000 agents make 167
// requests a second.
const interval = time.Minute

// Agent pushes a cluster's posture to a hub.
type Agent struct {
	Hub      string // https://host:port
	Cluster  string // UID
	Name     string
	Identity Keeper
	// Whole is the cluster's posture as a complete delta, or nil before the
	// first evaluation.
	Whole func() *posture.Delta
	// Problem is why the cluster cannot be judged just now; empty if it can.
	Problem func() string
	// Fence is the number of the lease that the agent holds; 0 without.
	Fence func() int64
	Log   *slog.Logger

	mu     sync.Mutex // one request that changes something at a time
	client *client
	id     *Identity
}

// Start enrols with a token where the agent has no identity yet.
func (a *Agent) Start(ctx context.Context, token string) error {
	id, err := a.Identity.Load(ctx)
	if err != nil {
		return err
	}
	if id != nil && id.Cluster != a.Cluster {
		a.Log.Warn("the identity is of another cluster", "its", id.Cluster, "this", a.Cluster)
		id = nil
	}
	if id == nil {
		if token == "" {
			return errors.New("the agent has no identity yet, and no token to get one: 'kubectl kspm hub token' makes it")
		}
		if id, err = Enrol(ctx, a.Hub, token, a.Cluster, a.Name); err != nil {
			return err
		}
		if err := a.Identity.Save(ctx, id); err != nil {
			return err
		}
	}
	return a.use(id)
}

func (a *Agent) use(id *Identity) error {
	config, err := id.config()
	if err != nil {
		return err
	}
	a.id, a.client = id, &client{hub: a.Hub, http: httpClient(config)}
	return nil
}

// Push delivers a delta. The next one after a failure must be complete.
func (a *Agent) Push(ctx context.Context, d posture.Delta) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.push(ctx, d)
}

func (a *Agent) push(ctx context.Context, d posture.Delta) error {
	var applied store.Applied
	return a.client.post(ctx, pathDelta, delivery{Fence: a.Fence(), Delta: d}, &applied)
}

// Run sends heartbeats, and what the hub asks for again, until ctx ends or the
// hub refuses the agent for good.
func (a *Agent) Run(ctx context.Context) error {
	for {
		err := a.beat(ctx)
		var refused *Refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &refused) && (refused.Status == http.StatusForbidden || refused.Status == http.StatusUnauthorized):
			return err
		case err != nil:
			a.Log.Warn("heartbeat", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(interval/2 + rand.N(interval)):
		}
	}
}

// beat is one heartbeat: the certificate is renewed where it is due, the hub is
// told what the agent holds, and what the two disagree on is sent again.
func (a *Agent) beat(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.id.due(time.Now()) {
		if err := a.renew(ctx); err != nil {
			return err
		}
	}
	b := heartbeat{At: time.Now(), Name: a.Name, Problem: a.Problem()}
	whole := a.Whole()
	if whole != nil {
		var err error
		if b.Digests, err = digests(whole); err != nil {
			return err
		}
	}
	var answer answer
	if err := a.client.post(ctx, pathHeartbeat, b, &answer); err != nil {
		return err
	}
	switch {
	case whole == nil:
		return nil
	case answer.Complete:
		a.Log.Info("the hub is told everything")
		return a.push(ctx, *whole)
	case len(answer.Resend) > 0:
		a.Log.Info("the hub is told again", "rules", answer.Resend)
		return a.push(ctx, Whole(*whole, answer.Resend))
	}
	return nil
}

func (a *Agent) renew(ctx context.Context) error {
	id, err := a.client.identity(ctx, pathRenew, enrolment{Cluster: a.Cluster, Name: a.Name})
	if err != nil {
		return err
	}
	if err := a.Identity.Save(ctx, id); err != nil {
		return err
	}
	return a.use(id)
}

// digests are by rule those of its findings.
func digests(whole *posture.Delta) (map[string]string, error) {
	out := make(map[string]string, len(whole.Rules))
	for _, r := range whole.Rules {
		digest, err := store.Digest(r.Findings)
		if err != nil {
			return nil, err
		}
		out[r.ID] = digest
	}
	return out, nil
}
