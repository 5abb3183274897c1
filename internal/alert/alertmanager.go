package alert

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Alertmanager is sent to by its API v2. It forgets an alert that it is not
// told of again, so it is, until the finding is resolved.
type Alertmanager struct {
	// URLs are all members of a cluster, as Prometheus has them: members do not
	// tell each other of alerts.
	URLs []string `yaml:"urls"`
	// Labels are added to every alert.
	Labels map[string]string `yaml:"labels"`
	// Resend is how often it is told again, a minute where it is left out.
	Resend time.Duration `yaml:"resend"`
	access `yaml:",inline"`
}

var labelName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (a *Alertmanager) check() error {
	if len(a.URLs) == 0 {
		return errors.New("it lacks urls")
	}
	for _, u := range a.URLs {
		if err := checkURL(u); err != nil {
			return err
		}
	}
	for name := range a.Labels {
		if !labelName.MatchString(name) {
			return fmt.Errorf("%q is no name of a label", name)
		}
	}
	a.Resend = cmp.Or(a.Resend, time.Minute)
	if a.Resend < time.Second {
		return fmt.Errorf("resend %s: want no less than 1s", a.Resend)
	}
	return a.access.check()
}

// amAlert is an alert as the API has it. An alert is its labels.
type amAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     *time.Time        `json:"startsAt,omitempty"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// amBatch is how many alerts are sent at once.
const amBatch = 500

// messages are those of events: one for each cluster, with what of it fires
// and what has ended. Firing is all that does.
func (a *Alertmanager) messages(receiver string, events []store.Event, firing []store.Group, at time.Time, to links) ([]store.Message, error) {
	fires := map[group]store.Group{}
	for _, g := range firing {
		fires[group{g.Cluster, g.Team, g.Rule}] = g
	}
	var out []store.Message
	for _, of := range by(events, func(e store.Event) group { return group{cluster: e.Cluster} }) {
		var alerts []amAlert
		for _, n := range gather(receiver, slices.DeleteFunc(slices.Clone(of), func(e store.Event) bool { return !e.First }), at, to) {
			alerts = append(alerts, a.notice(n, at.Add(time.Hour)))
		}
		later := slices.DeleteFunc(slices.Clone(of), func(e store.Event) bool { return e.First })
		for _, events := range by(later, func(e store.Event) group { return group{e.Cluster, e.Team, e.Rule} }) {
			if g, ok := fires[group{events[0].Cluster, events[0].Team, events[0].Rule}]; ok {
				alerts = append(alerts, a.firing(g, at, to))
			} else {
				alerts = append(alerts, a.ended(events, to))
			}
		}
		for part := range slices.Chunk(alerts, amBatch) {
			body, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			out = append(out, store.Message{Receiver: receiver, At: at, Body: body, Key: fmt.Sprintf("%s_%d", key(receiver, transitions, of), len(out))})
		}
	}
	return out, nil
}

// firing is the alert of a group, which ends by itself when it is not sent
// again: this program may have been stopped for good.
func (a *Alertmanager) firing(g store.Group, at time.Time, to links) amAlert {
	since := g.Since.UTC()
	alert := a.alert(g, to)
	alert.StartsAt, alert.EndsAt = &since, at.UTC().Add(4*a.Resend)
	alert.Annotations["summary"] = fmt.Sprintf("%s fails in %s: %s", g.Rule, g.ClusterName, g.Title)
	alert.Annotations["description"] = fmt.Sprintf("%d open findings since %s.", g.Open, since.Format(time.RFC3339))
	return alert
}

// ended is the alert of a group in which nothing is open any more.
func (a *Alertmanager) ended(events []store.Event, to links) amAlert {
	g := store.Group{}
	var last time.Time
	for _, e := range events {
		g = store.Group{
			Cluster: e.Cluster, ClusterName: e.ClusterName, Team: e.Team, Rule: e.Rule, Title: e.Title,
			Section: e.Section, Benchmark: e.Benchmark, Severity: max(g.Severity, e.Severity),
		}
		if e.At.After(last) {
			last = e.At
		}
	}
	alert := a.alert(g, to)
	alert.EndsAt = last.UTC()
	alert.Annotations["summary"] = fmt.Sprintf("%s in %s is resolved: %s", g.Rule, g.ClusterName, g.Title)
	return alert
}

func (a *Alertmanager) alert(g store.Group, to links) amAlert {
	return amAlert{
		Labels: a.labels(map[string]string{
			"alertname": "KspmRuleFails", "cluster": g.ClusterName, "cluster_uid": g.Cluster, "team": cmp.Or(g.Team, "unowned"),
			"rule": g.Rule, "benchmark": g.Benchmark, "severity": g.Severity.String(),
		}),
		Annotations:  map[string]string{"title": oneLine(g.Title), "section": oneLine(g.Section)},
		GeneratorURL: to.rule(g.Cluster, g.Rule),
	}
}

// notice is a digest or a test as an alert.
func (a *Alertmanager) notice(n Notice, ends time.Time) amAlert {
	alert := amAlert{
		Labels:      a.labels(map[string]string{"alertname": "KspmTest", "severity": posture.Info.String()}),
		Annotations: map[string]string{"summary": oneLine(headline(n))},
		EndsAt:      ends.UTC(), GeneratorURL: n.URL,
	}
	if n.Type == digest {
		alert.Labels = a.labels(map[string]string{
			"alertname": "KspmFirstEvaluation", "cluster": n.Cluster.Name, "cluster_uid": n.Cluster.UID, "severity": n.Severity.String(),
		})
		var rules []string
		for _, r := range n.Rules {
			rules = append(rules, fmt.Sprintf("%s %s (%d)", r.Severity, r.ID, r.Counts.New))
		}
		alert.Annotations["description"] = "The worst rules: " + strings.Join(rules, ", ")
	}
	return alert
}

// labels leaves out what is empty, which to Alertmanager is as good as absent.
func (a *Alertmanager) labels(of map[string]string) map[string]string {
	labels := maps.Clone(a.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	for name, value := range of {
		if value = oneLine(value); value != "" {
			labels[name] = value
		}
	}
	return labels
}

// send tells every member; one that took it is enough, for the others are
// told again with what fires.
func (a *Alertmanager) send(ctx context.Context, m store.Message, _ time.Time) (said string, err error) {
	var errs []error
	for _, u := range a.URLs {
		answer, err := a.post(ctx, strings.TrimSuffix(u, "/")+"/api/v2/alerts", http.Header{}, m.Body)
		if err != nil {
			errs = append(errs, err)
		} else {
			said = answer
		}
	}
	if len(errs) < len(a.URLs) {
		return said, nil
	}
	return "", errors.Join(errs...)
}

// repeat tells of everything that fires.
func (a *Alertmanager) repeat(ctx context.Context, firing []store.Group, now time.Time, to links) error {
	for part := range slices.Chunk(firing, amBatch) {
		alerts := make([]amAlert, len(part))
		for i, g := range part {
			alerts[i] = a.firing(g, now, to)
		}
		body, err := json.Marshal(alerts)
		if err != nil {
			return err
		}
		if _, err := a.send(ctx, store.Message{Body: body}, now); err != nil {
			return err
		}
	}
	return nil
}
