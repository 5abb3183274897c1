package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// ruleOn is a rule on a cluster.
type ruleOn struct {
	cluster, name string
	ruleRow
	unknown []posture.Unassessed
}

// Rules implements Reader.
func (h *history) Rules(ctx context.Context, f Filter) (out []Rule, err error) {
	err = h.read(ctx, func(c conn) error {
		out, err = c.rules(ctx, f)
		if err != nil {
			return err
		}
		return c.texts(ctx, f, out)
	})
	return out, err
}

func (c conn) rules(ctx context.Context, f Filter) ([]Rule, error) {
	byID := map[string]*Rule{}
	if err := c.eachRule(ctx, f, func(r ruleOn, clusters int) {
		sum := byID[r.id]
		if sum == nil {
			sum = &Rule{ID: r.id, Title: r.title, Section: r.section, Benchmark: r.benchmark, Severity: r.severity, Status: r.status, Clusters: map[posture.Status]int{}}
			byID[r.id] = sum
		}
		if rank(r.status) < rank(sum.Status) {
			sum.Status = r.status
		}
		sum.Severity = max(sum.Severity, r.severity)
		sum.Clusters[r.status] += clusters
		sum.Assets.Total += r.assets.Total
		sum.Assets.Failed += r.assets.Failed
		sum.Assets.Waived += r.assets.Waived
		sum.Assets.Exempt += r.assets.Exempt
		sum.Assets.NotAssessed += r.assets.NotAssessed
	}); err != nil {
		return nil, err
	}
	out := []Rule{}
	for _, r := range byID {
		if len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.Status) {
			out = append(out, *r)
		}
	}
	slices.SortFunc(out, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(rank(a.Status), rank(b.Status)), cmp.Compare(b.Severity, a.Severity), cmp.Compare(b.Assets.Failed, a.Assets.Failed),
			posture.CompareIDs(a.ID, b.ID), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

// rank orders statuses, worst first.
func rank(s posture.Status) int { return slices.Index(posture.Statuses, s) }

// eachRule calls f for rules on clusters: one by one where the filter is
// narrow, else added up by status.
func (c conn) eachRule(ctx context.Context, f Filter, do func(r ruleOn, clusters int)) error {
	if f.narrow() {
		on, err := c.rulesOn(ctx, f)
		for _, r := range on {
			do(r, 1)
		}
		return err
	}
	w := where{}
	w.clusters(f)
	w.rules(f, "r.severity")
	return c.each(ctx, `SELECT r.rule, r.status, max(r.title), max(r.section), max(r.benchmark), max(r.severity), count(*),
			sum(r.total), sum(r.failed), sum(r.waived), sum(r.exempt), sum(r.not_assessed)
		FROM cluster c CROSS JOIN rule r WHERE r.cluster = c.cluster AND r.removed = 0`+w.and()+` GROUP BY r.rule, r.status`, w.args, func(scan func(...any) error) error {
		var r ruleOn
		var clusters int
		err := scan(&r.id, &r.status, &r.title, &r.section, &r.benchmark, &r.severity, &clusters, &r.assets.Total, &r.assets.Failed, &r.assets.Waived, &r.assets.Exempt, &r.assets.NotAssessed)
		if err == nil {
			do(r, clusters)
		}
		return err
	})
}

// rulesOn are the rules of each cluster, as far as the filter narrows what they
// are about: how many assets pass is not known of a part of a cluster, so that
// Total is 0 then.
func (c conn) rulesOn(ctx context.Context, f Filter) ([]ruleOn, error) {
	w := where{}
	w.clusters(f)
	w.rules(f, "r.severity")
	var out []ruleOn
	if err := c.each(ctx, `SELECT c.cluster, c.name, r.rule, r.title, r.section, r.benchmark, r.severity, r.status, r.reason, r.total, r.failed, r.waived, r.exempt, r.not_assessed, r.unassessed_json
		FROM cluster c CROSS JOIN rule r WHERE r.cluster = c.cluster AND r.removed = 0`+w.and()+` ORDER BY c.cluster, r.rule`, w.args, func(scan func(...any) error) error {
		var r ruleOn
		if err := scan(&r.cluster, &r.name, &r.id, &r.title, &r.section, &r.benchmark, &r.severity, &r.status, &r.reason,
			&r.assets.Total, &r.assets.Failed, &r.assets.Waived, &r.assets.Exempt, &r.assets.NotAssessed, &r.unassessed); err != nil {
			return err
		}
		if r.unassessed != "" {
			if err := json.Unmarshal([]byte(r.unassessed), &r.unknown); err != nil {
				return err
			}
		}
		out = append(out, r)
		return nil
	}); err != nil || !f.narrow() {
		return out, err
	}
	counts, err := c.countsOf(ctx, f)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].narrow(f, counts[[2]string{out[i].cluster, out[i].id}])
	}
	return out, nil
}

// narrow leaves of a rule what a filter leaves of its cluster.
func (r *ruleOn) narrow(f Filter, n count) {
	if len(f.Teams) == 0 && len(f.Namespaces) == 0 && (f.Visible == nil || slices.Contains(f.Visible[r.cluster], "*")) {
		return
	}
	r.unknown = slices.DeleteFunc(r.unknown, func(u posture.Unassessed) bool { return !f.shows(r.cluster, u.Asset) })
	r.assets = posture.AssetCount{Failed: int(n.open), Waived: int(n.waived), Exempt: int(n.exempt), NotAssessed: len(r.unknown)}
	if (r.status == posture.Fail || r.status == posture.Review) && n.open == 0 {
		if r.status = posture.Pass; len(r.unknown) > 0 {
			r.status, r.reason = posture.NotAssessed, posture.WhyUnassessed(r.unknown)
		}
	}
}

// shows reports whether an asset is in the filter's namespaces and may be seen.
func (f Filter) shows(cluster string, a posture.Asset) bool {
	at := place(a)
	if len(f.Namespaces) > 0 && !slices.Contains(f.Namespaces, at) {
		return false
	}
	return f.Visible == nil || slices.Contains(f.Visible[cluster], "*") || slices.Contains(f.Visible[cluster], at)
}

// countsOf are from the rollups, by cluster and rule.
func (c conn) countsOf(ctx context.Context, f Filter) (map[[2]string]count, error) {
	w := where{}
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, "x.place")
	among(&w, "x.team", f.Teams)
	out := map[[2]string]count{}
	return out, c.each(ctx, `SELECT x.cluster, x.rule, sum(x.opened), sum(x.waived), sum(x.exempt), sum(x.resolved) FROM `+joined("rollup")+w.and()+` GROUP BY x.cluster, x.rule`, w.args, func(scan func(...any) error) error {
		var key [2]string
		var n count
		err := scan(&key[0], &key[1], &n.open, &n.waived, &n.exempt, &n.resolved)
		out[key] = n
		return err
	})
}

// texts are those of the rules, from one cluster each.
func (c conn) texts(ctx context.Context, f Filter, rules []Rule) error {
	at := map[string]*Rule{}
	ids := make([]string, len(rules))
	for i := range rules {
		ids[i], at[rules[i].ID] = rules[i].ID, &rules[i]
	}
	for some := range slices.Chunk(ids, many) {
		w := where{}
		w.clusters(f)
		among(&w, "r.rule", some)
		if err := c.each(ctx, `SELECT t.rule, t.text_json FROM rule_text t
			JOIN (SELECT r.rule AS rule, max(r.cluster) AS cluster FROM cluster c CROSS JOIN rule_text r WHERE r.cluster = c.cluster`+w.and()+` GROUP BY r.rule) l
			ON l.cluster = t.cluster AND l.rule = t.rule`, w.args, func(scan func(...any) error) error {
			var id, text string
			if err := scan(&id, &text); err != nil {
				return err
			}
			at[id].Text = &posture.Rule{}
			return json.Unmarshal([]byte(text), at[id].Text)
		}); err != nil {
			return err
		}
	}
	return nil
}

// RuleClusters implements Reader.
func (h *history) RuleClusters(ctx context.Context, rule string, f Filter) (out []RuleCluster, err error) {
	f.Rules = []string{rule}
	out = []RuleCluster{}
	err = h.read(ctx, func(c conn) error {
		on, err := c.rulesOn(ctx, f)
		for _, r := range on {
			if len(f.Statuses) == 0 || slices.Contains(f.Statuses, r.status) {
				out = append(out, RuleCluster{Cluster: r.cluster, Name: r.name, Status: r.status, Reason: r.reason, Assets: r.assets, Severity: r.severity, Unassessed: r.unknown})
			}
		}
		return err
	})
	slices.SortStableFunc(out, func(a, b RuleCluster) int {
		return cmp.Or(cmp.Compare(rank(a.Status), rank(b.Status)), cmp.Compare(b.Assets.Failed, a.Assets.Failed), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Cluster, b.Cluster))
	})
	return out, err
}
