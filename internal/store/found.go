package store

import (
	"bytes"
	"context"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

const (
	findingColumns = "cluster, rule, fingerprint, kind, namespace, name, severity, team, state, expires, first_seen, opened, changed, resolved, reason, initial, hash, proof, content_json"
	replaceFinding = `ON CONFLICT (cluster, rule, fingerprint) DO UPDATE SET
		severity = excluded.severity, team = excluded.team, state = excluded.state, expires = excluded.expires, opened = excluded.opened, changed = excluded.changed,
		resolved = 0, reason = '', initial = excluded.initial, hash = excluded.hash, proof = excluded.proof, content_json = excluded.content_json`
	eventColumns = "cluster, seq, at, type, rule, severity, team, kind, namespace, name, fingerprint, reason, initial, quiet"
)

// found merges a finding that is; k is what was known of it, nil for nothing.
func (m *merge) found(r posture.RuleDelta, f posture.Finding, k *known, digest *sum) error {
	mark, err := markOf(f)
	if err != nil {
		return err
	}
	if k != nil && k.state != resolved && bytes.Equal(k.hash, mark.hash) {
		return nil
	}
	text, err := contentOf(f)
	if err != nil {
		return err
	}
	now := &known{
		fingerprint: f.Fingerprint, asset: f.Asset, severity: f.Severity, team: f.Team, state: stateOf(f),
		firstSeen: m.at, opened: m.at, changed: m.at, initial: m.cluster.evaluated == 0, hash: mark.hash, proof: mark.proof,
	}
	if k != nil {
		now.firstSeen = k.firstSeen
		if k.state != resolved {
			now.opened, now.initial = k.opened, k.initial
			if bytes.Equal(k.proof, now.proof) {
				now.changed = k.changed
			}
			digest.remove(k.fingerprint, k.hash)
		}
	}
	digest.add(now.fingerprint, now.hash)
	expires := ""
	if f.Waiver != nil {
		expires = f.Waiver.Expires
	}
	row := []any{
		m.uid, r.ID, f.Fingerprint, f.Kind, f.Namespace, f.Name, int64(f.Severity), f.Team, now.state, expires,
		now.firstSeen, now.opened, now.changed, int64(0), "", number(now.initial), mark.hash, mark.proof, text,
	}
	if k == nil {
		m.added = append(m.added, row)
	} else {
		m.replaced = append(m.replaced, row)
	}
	m.move(r.ID, r.Benchmark, k, now)
	switch {
	case k == nil || k.state == resolved:
		m.applied.Opened++
	default:
		m.applied.Changed++
	}
	if t := transition(k, now); t != "" {
		m.event(t, r.ID, now, "")
	}
	return nil
}

// transition says what happened to a finding; nothing that is worth an event
// where only its text or its team is another.
func transition(before, now *known) EventType {
	switch {
	case before == nil:
		return Opened
	case before.state == resolved:
		return Reopened
	case before.state == open && now.state != open:
		return Waived
	case before.state != open && now.state == open:
		return Unwaived
	case !bytes.Equal(before.proof, now.proof):
		return Changed
	}
	return ""
}

func (m *merge) event(t EventType, rule string, k *known, why posture.ResolveReason) {
	m.cluster.seq++
	m.events = append(m.events, []any{
		m.uid, m.cluster.seq, m.at, string(t), rule, int64(k.severity), k.team, k.asset.Kind, k.asset.Namespace, k.asset.Name, k.fingerprint,
		string(why), number(m.cluster.evaluated == 0), number(k.state != open),
	})
}

// resolve ends findings, all for one reason.
func (m *merge) resolve(ctx context.Context, rule, benchmark string, why posture.ResolveReason, gone []*known) error {
	if len(gone) == 0 {
		return nil
	}
	for _, k := range gone {
		after := *k
		after.state = resolved
		m.move(rule, benchmark, k, &after)
		m.event(Resolved, rule, k, why)
	}
	m.applied.Resolved += len(gone)
	for some := range slices.Chunk(gone, many) {
		ids := make([]string, len(some))
		for i, k := range some {
			ids[i] = k.fingerprint
		}
		in, args := list(ids)
		if _, err := m.exec(ctx, `UPDATE finding SET state = 'resolved', resolved = ?, reason = ? WHERE cluster = ? AND rule = ? AND fingerprint IN `+in,
			append([]any{m.at, string(why), m.uid, rule}, args...)...); err != nil {
			return err
		}
	}
	if len(m.events) >= 8*many {
		return m.flush(ctx)
	}
	return nil
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
