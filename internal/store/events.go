package store

import (
	"context"
	"encoding/json"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Events implements Reader.
func (h *history) Events(ctx context.Context, f Filter, p Page) (out []Event, err error) {
	w := where{}
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, placeOf)
	w.assets(f)
	w.between(f, "x.at")
	among(&w, "x.team", f.Teams)
	out, err = h.reading().events(ctx, w, "ORDER BY x.at DESC, x.cluster DESC, x.seq DESC", p.limit(), p.Offset)
	return out, plain(err)
}

func (c conn) events(ctx context.Context, w where, order string, limit, offset int) ([]Event, error) {
	return c.eventsFrom(ctx, `event x JOIN cluster c ON c.cluster = x.cluster JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule`+w.only()+` `+order+` LIMIT ? OFFSET ?`,
		append(w.args, limit, max(offset, 0)))
}

func (c conn) eventsFrom(ctx context.Context, from string, args []any) ([]Event, error) {
	out := []Event{}
	return out, c.each(ctx, `SELECT x.cluster, c.name, x.seq, x.at, x.type, x.rule, r.title, r.section, r.benchmark, x.severity, x.team, x.kind, x.namespace, x.name, x.fingerprint, x.reason, x.initial, x.quiet
		FROM `+from, args, func(scan func(...any) error) error {
		var e Event
		var at int64
		err := scan(&e.Cluster, &e.ClusterName, &e.Seq, &at, &e.Type, &e.Rule, &e.Title, &e.Section, &e.Benchmark, &e.Severity, &e.Team,
			&e.Asset.Kind, &e.Asset.Namespace, &e.Asset.Name, &e.Fingerprint, &e.Reason, &e.First, &e.Quiet)
		e.At = timeOf(at)
		out = append(out, e)
		return err
	})
}

// Runs implements Reader: newest first.
func (h *history) Runs(ctx context.Context, cluster string, p Page) ([]Run, error) {
	out := []Run{}
	w := where{}
	if cluster != "" {
		w.named(Filter{Clusters: []string{cluster}})
	}
	err := h.reading().each(ctx, `SELECT x.cluster, x.at, x.rule_digest, x.coverage, x.rules_json, x.opened, x.resolved FROM run x JOIN cluster c ON c.cluster = x.cluster`+w.only()+`
		ORDER BY x.at DESC, x.cluster LIMIT ? OFFSET ?`, append(w.args, p.limit(), max(p.Offset, 0)), func(scan func(...any) error) error {
		var r Run
		var at int64
		var rules string
		if err := scan(&r.Cluster, &at, &r.RuleDigest, &r.Coverage, &rules, &r.Opened, &r.Resolved); err != nil {
			return err
		}
		r.At, r.Rules = timeOf(at), map[posture.Status]int{}
		out = append(out, r)
		return json.Unmarshal([]byte(rules), &r.Rules)
	})
	return out, plain(err)
}
