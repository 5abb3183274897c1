package metrics

import "github.com/prometheus/client_golang/prometheus"

var (
	lagDesc         = desc("kspm_watch_lag_seconds", "How long the oldest change waits that is not evaluated yet.", "cluster")
	evaluationsDesc = desc("kspm_evaluations_total", "Rules that were run on a namespace, or on all of a cluster, and full reads of everything.", "cluster", "scope")
	driftDesc       = desc("kspm_incremental_drift_total", "Findings in which a full evaluation differed from the incremental ones before it; anything but 0 is a defect.", "cluster")
	sentDesc        = desc("kspm_alerts_sent_total", "Messages that a receiver of alerts took.", "receiver")
	failedDesc      = desc("kspm_alerts_failed_total", "Times that a receiver of alerts did not take a message.", "receiver")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// running is how the program itself does.
type running struct{ Sources }

// Describe is prometheus.Collector's.
func (*running) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{lagDesc, evaluationsDesc, driftDesc, sentDesc, failedDesc} {
		ch <- d
	}
}

// Collect is prometheus.Collector's.
func (r *running) Collect(ch chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	if r.Watch != nil {
		all := r.Watch()
		called := names(len(all), func(i int) (string, string) { return all[i].Cluster, all[i].Name })
		drift, evaluations, lag := map[string]float64{}, map[[2]string]float64{}, map[string]float64{}
		for _, w := range all {
			name := called[w.Cluster]
			drift[name] += float64(w.Drift)
			lag[name] = max(lag[name], w.Lag.Seconds())
			for scope, n := range w.Evaluations {
				evaluations[[2]string{name, scope}] += float64(n)
			}
		}
		for name := range lag {
			send(lagDesc, prometheus.GaugeValue, lag[name], name)
			send(driftDesc, prometheus.CounterValue, drift[name], name)
		}
		for key, n := range evaluations {
			send(evaluationsDesc, prometheus.CounterValue, n, key[0], key[1])
		}
	}
	if r.Alerts != nil {
		for _, a := range r.Alerts() {
			send(sentDesc, prometheus.CounterValue, float64(a.Sent), a.Receiver)
			send(failedDesc, prometheus.CounterValue, float64(a.Failed), a.Receiver)
		}
	}
}
