package store

import (
	"context"
	"encoding/json"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// ruleRow is a rule on a cluster, as the database has it.
type ruleRow struct {
	id, benchmark, title, section string
	severity                      posture.Severity
	level                         int
	kind, profile                 string
	status                        posture.Status
	reason                        string
	assets                        posture.AssetCount
	unassessed                    string // JSON, empty for none
	digest                        string
	removed                       int64
}

const ruleColumns = "rule, benchmark, title, section, severity, level, type, profile, status, reason, total, failed, waived, exempt, not_assessed, unassessed_json, digest, removed"

func rowOf(r posture.RuleDelta, digest string) ruleRow {
	row := ruleRow{r.ID, r.Benchmark, r.Title, r.Section, r.Severity, r.Level, r.Type, r.Profile, r.Status, r.Reason, r.Assets, "", digest, 0}
	if len(r.Unassessed) > 0 {
		text, _ := json.Marshal(r.Unassessed) // strings: it cannot fail
		row.unassessed = string(text)
	}
	return row
}

func (c conn) loadRules(ctx context.Context, cluster string) (map[string]ruleRow, error) {
	out := map[string]ruleRow{}
	return out, c.each(ctx, `SELECT `+ruleColumns+` FROM rule WHERE cluster = ?`, []any{cluster}, func(scan func(...any) error) error {
		var r ruleRow
		err := scan(&r.id, &r.benchmark, &r.title, &r.section, &r.severity, &r.level, &r.kind, &r.profile, &r.status, &r.reason,
			&r.assets.Total, &r.assets.Failed, &r.assets.Waived, &r.assets.Exempt, &r.assets.NotAssessed, &r.unassessed, &r.digest, &r.removed)
		out[r.id] = r
		return err
	})
}

// writeRule writes what of a rule is another than before.
func (m *merge) writeRule(ctx context.Context, before, now ruleRow, text *posture.Rule) error {
	if now != before {
		row := []any{
			m.uid, now.id, now.benchmark, now.title, now.section, int64(now.severity), now.level, now.kind, now.profile, string(now.status), now.reason,
			now.assets.Total, now.assets.Failed, now.assets.Waived, now.assets.Exempt, now.assets.NotAssessed, now.unassessed, now.digest, now.removed,
		}
		if err := m.insert(ctx, "rule", "cluster, "+ruleColumns, replaceRule, [][]any{row}); err != nil {
			return err
		}
	}
	if text == nil {
		return nil
	}
	told, err := json.Marshal(text)
	if err != nil {
		return err
	}
	_, err = m.exec(ctx, `INSERT INTO rule_text (cluster, rule, text_json) VALUES (?, ?, ?)
		ON CONFLICT (cluster, rule) DO UPDATE SET text_json = excluded.text_json WHERE rule_text.text_json <> excluded.text_json`, m.uid, now.id, string(told))
	return err
}

const replaceRule = `ON CONFLICT (cluster, rule) DO UPDATE SET benchmark = excluded.benchmark, title = excluded.title, section = excluded.section,
	severity = excluded.severity, level = excluded.level, type = excluded.type, profile = excluded.profile, status = excluded.status, reason = excluded.reason,
	total = excluded.total, failed = excluded.failed, waived = excluded.waived, exempt = excluded.exempt, not_assessed = excluded.not_assessed,
	unassessed_json = excluded.unassessed_json, digest = excluded.digest, removed = excluded.removed`

// Digests implements Writer.
func (h *history) Digests(ctx context.Context, cluster string) (map[string]string, error) {
	out := map[string]string{}
	return out, h.reading().each(ctx, `SELECT rule, digest FROM rule WHERE cluster = ? AND removed = 0`, []any{cluster}, func(scan func(...any) error) error {
		var rule, digest string
		err := scan(&rule, &digest)
		out[rule] = digest
		return err
	})
}
