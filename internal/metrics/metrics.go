// Package metrics shows Prometheus how the clusters stand and how the program
// itself does. Series are bounded: labels are clusters, benchmarks, sections,
// severities, states and receivers, and never objects or namespaces.
package metrics

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Sources are where figures come from. Any of them may be nil.
type Sources struct {
	Store  Reader
	Watch  func() []Watch
	Alerts func() []Alerts
	// Version is the program's own.
	Version string
}

// Reader is what of a store.Reader is asked.
type Reader interface {
	Clusters(ctx context.Context, f store.Filter) ([]store.Cluster, error)
	Rules(ctx context.Context, f store.Filter) ([]store.Rule, error)
}

// Watch is how it goes with watching one cluster.
type Watch struct {
	Cluster string // uid
	// Name is what people call it, which it may lose to another.
	Name string
	// Lag is how long the oldest change waits that is not evaluated yet.
	Lag time.Duration
	// Evaluations counts them by what was evaluated: namespace and cluster count
	// rules, full counts reads of everything.
	Evaluations map[string]int64
	// Drift counts findings in which a full evaluation differed from the
	// incremental ones before it.
	Drift int64
}

// Alerts is how it goes with a receiver of alerts.
type Alerts struct {
	Receiver     string
	Sent, Failed int64
}

// Metrics is a registry and what is counted as it happens.
type Metrics struct {
	registry *prometheus.Registry
	writes   *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

// New makes a registry of what the sources say.
func New(s Sources) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		writes: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kspm_store_write_duration_seconds", Help: "How long writes to the store take.",
			Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10, 60},
		}, []string{"operation"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kspm_store_write_errors_total", Help: "Writes that the store did not take.",
		}, []string{"operation"}),
	}
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "kspm_build_info", Help: "1; the labels say what is running.",
		ConstLabels: prometheus.Labels{"version": s.Version, "goversion": runtime.Version()},
	}, func() float64 { return 1 })
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.writes, m.failures, build, &running{s},
	)
	if s.Store != nil {
		m.registry.MustRegister(&posture{store: s.Store})
	}
	return m
}

// Handler answers Prometheus. What could not be asked is left out, and
// kspm_store_up says so.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, EnableOpenMetrics: true,
	})
}

// observe counts a write to the store.
func (m *Metrics) observe(operation string, began time.Time, err error) {
	m.writes.WithLabelValues(operation).Observe(time.Since(began).Seconds())
	if err != nil {
		m.failures.WithLabelValues(operation).Inc()
	}
}
