package cli

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/openreports"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/serve"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/watch"
)

const (
	// lookEvery is how often it is looked which clusters there are.
	lookEvery = 5 * time.Second
	// beatEvery is how often it is noted that a cluster was heard of.
	beatEvery = time.Minute
)

// members keep the clusters evaluated that the flags mean.
func (s *server) members() *serve.Members {
	m := &serve.Members{Discover: s.discover, Every: lookEvery, Log: s.log}
	if s.history != nil {
		m.Failed = func(ctx context.Context, name string, err error) { s.silent(ctx, name, err.Error()) }
		m.Gone = func(ctx context.Context, name string) {
			s.silent(ctx, name, "not watched any more: no kubeconfig names it")
		}
	}
	return m
}

// silent notes why nothing is heard of a cluster.
func (s *server) silent(ctx context.Context, name, problem string) {
	uid := serve.Unknown(name)
	known, err := s.history.Clusters(ctx, store.Filter{Clusters: []string{name}})
	if err == nil && len(known) > 0 {
		uid = known[0].UID
	}
	if err == nil {
		err = s.history.Seen(ctx, uid, name, time.Now(), problem)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("not noted that a cluster is silent", "cluster", name, "err", err)
	}
}

// discover finds the clusters that the flags mean, as the files are now.
func (s *server) discover(ctx context.Context) (map[string]serve.Member, error) {
	rules, err := s.rulesets.get(ctx)
	if err != nil {
		return nil, err
	}
	connections, err := s.connections()
	if err != nil {
		return nil, err
	}
	members := map[string]serve.Member{}
	for name, flags := range connections {
		digest, err := flags.Digest()
		if err != nil {
			return nil, err
		}
		members[name] = serve.Member{Version: digest + rules.digest, Run: func(ctx context.Context) error { return s.evaluate(ctx, flags, rules) }}
	}
	return members, nil
}

// connections are the flags that lead to each cluster, by name.
func (s *server) connections() (map[string]*kube.Flags, error) {
	connections := map[string]*kube.Flags{}
	switch {
	case s.kubeconfigs != "":
		files, err := s.kubeconfigFiles()
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			flags := s.source.kube.ForFile(file)
			names, err := flags.Contexts("*")
			if err != nil {
				s.log.Error("kubeconfig is left out", "file", file, "err", err)
				continue
			}
			for _, name := range names {
				if connections[name] != nil {
					s.log.Error("context is left out: another file has one of that name", "file", file, "context", name)
					continue
				}
				connections[name] = flags.ForContext(name)
			}
		}
	case s.fleet.asked():
		names, err := s.fleet.names(s.source.kube)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			connections[name] = s.source.kube.ForContext(name)
		}
	default:
		name, err := s.source.kube.Context()
		if err != nil {
			return nil, err
		}
		if name == "" {
			_, name, err := s.source.kube.Config() // of the pod, or of flags
			return map[string]*kube.Flags{name: s.source.kube}, err
		}
		// The cluster that was current when it began stays.
		s.source.kube = s.source.kube.ForContext(name)
		connections[name] = s.source.kube
	}
	return connections, nil
}

// evaluate keeps the posture of one cluster up to date until ctx ends.
func (s *server) evaluate(ctx context.Context, flags *kube.Flags, rules *ruleset) error {
	cluster, err := flags.Connect(ctx)
	if err != nil {
		return err
	}
	info := cluster.Info(ctx)
	one := rules.checkOptions // each cluster uses waivers of its own
	if one.granted, err = one.loadWaivers(); err != nil {
		return err
	}
	if err := one.own(); err != nil {
		return err
	}
	given := one.withOwners(one.withWaivers(assess.Options{}, cluster.Name()))
	e := &serve.Evaluation{
		Cluster: cluster, Rules: rules.rules, Live: &s.live, Log: s.log, Every: beatEvery,
		Watch: watch.Options{
			Interval: s.interval, Notice: given.Notice, Waive: given.Waive, Exclude: one.config.exclude(), Settings: one.config.settings(), Fixes: true,
			Benchmark: one.benchmark(), BenchmarkVersion: one.edition(info.Version), Emit: s.keepDelta,
		},
	}
	e.Beat = s.beat
	if s.openreports {
		e.Beat = s.withReports(cluster)
	}
	group, ctx := errgroup.WithContext(ctx)
	if s.agent.on {
		agent, err := s.toHub(ctx, e, serve.Identity(info, cluster.Name()))
		if err != nil {
			return err
		}
		e.Watch.Emit = agent.Push
		group.Go(func() error { return agent.Run(ctx) })
	}
	group.Go(func() error { return e.Run(ctx) })
	return group.Wait()
}

// keepDelta writes what is new to history.
func (s *server) keepDelta(ctx context.Context, d posture.Delta) error {
	applied, err := s.history.Apply(ctx, d, s.fence.Load())
	if err != nil {
		return err
	}
	if d.Complete || applied != (store.Applied{}) {
		s.log.Info("evaluated", "cluster", d.Source.Name, "complete", d.Complete, "new", applied.Opened, "changed", applied.Changed, "resolved", applied.Resolved)
	}
	if s.dispatcher != nil {
		s.dispatcher.Wake()
	}
	return nil
}

// beat notes that a cluster was heard of.
func (s *server) beat(ctx context.Context, w *serve.Watched, problem string) error {
	if s.history == nil {
		return nil // heartbeats tell the hub
	}
	if unknown := serve.Unknown(w.Name); w.UID != unknown {
		known, err := s.history.Clusters(ctx, store.Filter{Clusters: []string{unknown}})
		if err == nil && len(known) > 0 {
			err = s.history.Forget(ctx, unknown)
		}
		if err != nil {
			return err
		}
	}
	return s.history.Seen(ctx, w.UID, w.Name, time.Now(), problem)
}

// problem is why nothing can be said of an agent's cluster.
func (s *server) problem() string {
	for _, w := range s.live.All() {
		return w.Problem(time.Now())
	}
	return "the cluster is not watched"
}

// withReports is a beat that keeps objects of openreports.io in the cluster as
// well.
func (s *server) withReports(cluster *kube.Cluster) func(context.Context, *serve.Watched, string) error {
	writer, written := openreports.Writer{API: cluster, APIVersion: apiVersion}, uint64(0)
	return func(ctx context.Context, w *serve.Watched, problem string) error {
		if deltas := w.Watcher.Stats().Deltas; w.Watcher.Ready() && deltas != written {
			r, err := w.Watcher.Report()
			if err == nil {
				_, err = writer.Write(ctx, r.Delta())
			}
			if err == nil {
				written = deltas
			} else if ctx.Err() == nil {
				s.log.Error("reports are not written", "cluster", w.Name, "err", err)
			}
		}
		return s.beat(ctx, w, problem)
	}
}
