package cli

import (
	"context"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/metrics"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// console answers SQL over the clusters that are watched, from memory where it
// holds what is asked for, and over the history.
func (s *server) console() (*liveConsole, error) {
	names := func() *resolver { // which remembers nothing: clusters and their APIs come and go
		return &resolver{sources: func(context.Context) ([]rows.Source, error) {
			var sources []rows.Source
			for _, w := range s.live.All() {
				sources = append(sources, w.Cluster)
			}
			return sources, nil
		}}
	}
	resolve := func(ctx context.Context, name string) (*tables.Table, error) { return names().resolve(ctx, name) }
	db, err := engine.Open(tables.All(), engine.WithResolve(resolve), engine.WithNames(names().names))
	if err != nil {
		return nil, err
	}
	return &liveConsole{&console{db: db, over: s.everything}, s}, nil
}

// metrics are the figures of this process.
func (s *server) metrics() *metrics.Metrics {
	from := metrics.Sources{Version: clientVersion()}
	if s.history != nil {
		from.Store = s.history
	}
	from.Watch = func() (all []metrics.Watch) {
		for _, w := range s.live.All() {
			stats := w.Watcher.Stats()
			all = append(all, metrics.Watch{
				Cluster: w.UID, Name: w.Name, Lag: stats.Lag, Drift: int64(stats.Drift),
				Evaluations: map[string]int64{"namespace": int64(stats.InSpaces), "cluster": int64(stats.InCluster), "full": int64(stats.Sweeps)},
			})
		}
		return all
	}
	from.Alerts = func() (all []metrics.Alerts) {
		if s.dispatcher == nil {
			return nil
		}
		for _, r := range s.dispatcher.Stats() {
			all = append(all, metrics.Alerts{Receiver: r.Receiver, Sent: r.Sent, Failed: r.Failed})
		}
		return all
	}
	return metrics.New(from)
}
