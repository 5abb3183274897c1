package metrics

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var (
	upDesc         = desc("kspm_store_up", "1 if the store could be asked, else 0.")
	clustersDesc   = desc("kspm_clusters", "Clusters in the store.")
	findingsDesc   = desc("kspm_findings", "Findings: open ones count, waived and exempt ones do not.", "cluster", "benchmark", "section", "severity", "state")
	rulesDesc      = desc("kspm_rules", "Rules by status.", "cluster", "benchmark", "status")
	coverageDesc   = desc("kspm_coverage_ratio", "Share of what was asked for that could be judged; 0 before the first evaluation.", "cluster")
	complianceDesc = desc("kspm_compliance_ratio", "Share of the judged assets that fail no rule; absent where there are none.", "cluster")
	scanDesc       = desc("kspm_last_full_scan_timestamp_seconds", "When all rules were last evaluated.", "cluster")
	contactDesc    = desc("kspm_last_contact_timestamp_seconds", "When the cluster was last heard of.", "cluster")
	reachableDesc  = desc("kspm_cluster_reachable", "1 if the last attempt to reach the cluster succeeded, else 0.", "cluster")
)

// How long figures of the store are shown again without asking, and how long
// it may take to answer.
const (
	fresh   = 15 * time.Second
	patient = 20 * time.Second
)

// posture is how the clusters stand, of the store's sums.
type posture struct {
	store Reader

	mu    sync.Mutex
	asked time.Time
	last  []prometheus.Metric
}

// Describe is prometheus.Collector's.
func (*posture) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{upDesc, clustersDesc, findingsDesc, rulesDesc, coverageDesc, complianceDesc, scanDesc, contactDesc, reachableDesc} {
		ch <- d
	}
}

// Collect is prometheus.Collector's.
func (p *posture) Collect(ch chan<- prometheus.Metric) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.asked) > fresh {
		ctx, cancel := context.WithTimeout(context.Background(), patient)
		defer cancel()
		figures, err := p.ask(ctx)
		if err != nil { // figures by halves would look like findings that are gone
			ch <- prometheus.MustNewConstMetric(upDesc, prometheus.GaugeValue, 0)
			return
		}
		p.last, p.asked = figures, time.Now()
	}
	for _, m := range p.last {
		ch <- m
	}
}

// sums are figures of which several clusters may have a part.
type sums struct {
	findings map[[5]string]float64
	rules    map[[3]string]float64
}

func (p *posture) ask(ctx context.Context) (figures []prometheus.Metric, err error) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		figures = append(figures, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...))
	}
	clusters, err := p.store.Clusters(ctx, store.Filter{})
	if err != nil {
		return nil, err
	}
	gauge(upDesc, 1)
	gauge(clustersDesc, float64(len(clusters)))
	called := names(len(clusters), func(i int) (string, string) { return clusters[i].UID, clusters[i].Name })
	s := sums{map[[5]string]float64{}, map[[3]string]float64{}}
	for _, c := range clusters {
		name := called[c.UID]
		if name == other {
			continue
		}
		rules, err := p.store.Rules(ctx, store.Filter{Clusters: []string{c.UID}})
		if err != nil {
			return nil, err
		}
		s.add(name, rules)
		describe(c, name, gauge)
	}
	if len(clusters) > maxClusters {
		rules, err := p.store.Rules(ctx, store.Filter{})
		if err != nil {
			return nil, err
		}
		s.rest(rules)
	}
	for labels, n := range s.findings {
		gauge(findingsDesc, n, labels[:]...)
	}
	for labels, n := range s.rules {
		gauge(rulesDesc, n, labels[:]...)
	}
	return figures, nil
}

// describe is what is known of a cluster besides its rules.
func describe(c store.Cluster, name string, gauge func(d *prometheus.Desc, value float64, labels ...string)) {
	coverage := c.Coverage
	if c.Evaluated.IsZero() {
		coverage = 0
	} else {
		gauge(scanDesc, seconds(c.Evaluated), name)
	}
	gauge(coverageDesc, coverage, name)
	if percent, ok := c.Assets.Percent(); ok {
		gauge(complianceDesc, percent/100, name)
	}
	if !c.Seen.IsZero() {
		gauge(contactDesc, seconds(c.Seen), name)
	}
	reachable := 1.0
	if c.Problem != "" {
		reachable = 0
	}
	gauge(reachableDesc, reachable, name)
}

// add counts rules, of one cluster or of several. A count of 0 is a figure as
// well: a rule that passes has no findings, and one that could not be judged
// has none either, as kspm_rules says.
func (s sums) add(cluster string, rules []store.Rule) {
	for _, r := range rules {
		severity := r.Severity.String()
		for state, n := range map[string]int{"open": r.Assets.Failed, "waived": r.Assets.Waived, "exempt": r.Assets.Exempt} {
			s.findings[[5]string{cluster, r.Benchmark, r.Section, severity, state}] += float64(n)
		}
		for status, n := range r.Clusters {
			s.rules[[3]string{cluster, r.Benchmark, string(status)}] += float64(n)
		}
	}
}

// rest are the clusters that have no series of their own: all, without those
// that have. One question is enough for however many there are.
func (s sums) rest(all []store.Rule) {
	findings, rules := maps.Clone(s.findings), maps.Clone(s.rules)
	s.add(other, all)
	for labels, n := range findings {
		labels[0] = other
		s.findings[labels] = max(0, s.findings[labels]-n)
	}
	for labels, n := range rules {
		labels[0] = other
		s.rules[labels] = max(0, s.rules[labels]-n)
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
