package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	for name, c := range connections {
		members[name] = serve.Member{Version: c.digest + rules.digest, Run: func(ctx context.Context) error { return s.evaluate(ctx, c.flags, rules) }}
	}
	return members, nil
}

// connection leads to a cluster; the digest is of what the kubeconfig says of it.
type connection struct {
	flags  *kube.Flags
	digest string
}

// connections are those of each cluster, by name. A kubeconfig is read once for
// all of its contexts.
func (s *server) connections() (map[string]connection, error) {
	connections := map[string]connection{}
	add := func(flags *kube.Flags, names []string) error {
		digests, err := flags.Digests(names)
		for _, name := range names {
			connections[name] = connection{flags.ForContext(name), digests[name]}
		}
		return err
	}
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
			names = slices.DeleteFunc(names, func(name string) bool {
				_, taken := connections[name]
				if taken {
					s.log.Error("context is left out: another file has one of that name", "file", file, "context", name)
				}
				return taken
			})
			if err := add(flags, names); err != nil {
				return nil, err
			}
		}
		return connections, nil
	case s.fleet.asked():
		names, err := s.fleet.names(s.source.kube)
		if err != nil {
			return nil, err
		}
		return connections, add(s.source.kube, names)
	case s.pod:
		return map[string]connection{s.home: {flags: s.source.kube}}, nil
	}
	return connections, add(s.source.kube, []string{s.home})
}

// pin decides which cluster is watched without --contexts and --kubeconfigs: the
// one that is current when the server begins stays.
func (s *server) pin() error {
	if s.kubeconfigs != "" || s.fleet.asked() {
		return nil
	}
	context, err := s.source.kube.Context()
	if err != nil {
		return err
	}
	s.home, s.pod = context, context == ""
	if s.pod {
		_, s.home, err = s.source.kube.Config() // of the pod, or of flags
	}
	return err
}

// kubeconfigFiles are those of --kubeconfigs, without what Kubernetes puts beside
// the keys of a Secret.
func (s *server) kubeconfigFiles() ([]string, error) {
	entries, err := os.ReadDir(s.kubeconfigs)
	if err != nil {
		return nil, fmt.Errorf("--kubeconfigs: %w", err)
	}
	var files []string
	for _, e := range entries {
		file := filepath.Join(s.kubeconfigs, e.Name())
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, file)
		}
	}
	return files, nil
}

// evaluate keeps the posture of one cluster up to date until ctx ends.
func (s *server) evaluate(ctx context.Context, flags *kube.Flags, rules *ruleset) error {
	cluster, err := flags.Connect(ctx)
	if err != nil {
		return err
	}
	info := cluster.Info(ctx)
	if err := s.known(ctx, cluster.Name(), serve.Identity(info, cluster.Name())); err != nil {
		return err
	}
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

// known forgets what a cluster was called as long as it could not be asked.
func (s *server) known(ctx context.Context, name, uid string) error {
	unknown := serve.Unknown(name)
	if s.history == nil || uid == unknown {
		return nil
	}
	there, err := s.history.Clusters(ctx, store.Filter{Clusters: []string{unknown}})
	if err != nil || len(there) == 0 {
		return err
	}
	return s.history.Forget(ctx, unknown)
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
