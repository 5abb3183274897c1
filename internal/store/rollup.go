package store

import (
	"cmp"
	"context"
	"slices"
)

// The rollups, and by what each counts. Those by rule and by place are sums of
// the first, for who asks of one alone.
const (
	addToRollup = `ON CONFLICT (cluster, rule, team, place, severity) DO UPDATE SET opened = rollup.opened + excluded.opened,
		waived = rollup.waived + excluded.waived, exempt = rollup.exempt + excluded.exempt, resolved = rollup.resolved + excluded.resolved`
	addToRules = `ON CONFLICT (cluster, rule, severity) DO UPDATE SET opened = rule_count.opened + excluded.opened,
		waived = rule_count.waived + excluded.waived, exempt = rule_count.exempt + excluded.exempt, resolved = rule_count.resolved + excluded.resolved`
	addToPlaces = `ON CONFLICT (cluster, team, place, severity) DO UPDATE SET opened = place_count.opened + excluded.opened`
	none        = `opened = 0 AND waived = 0 AND exempt = 0 AND resolved = 0 AND cluster = ?`
)

// rollUp adds what became more and less of a cluster's findings.
func (c conn) rollUp(ctx context.Context, uid string, counts map[countKey]*count) error {
	var rows [][]any
	byRule, byPlace := map[countKey]*count{}, map[countKey]*count{}
	emptied := map[string]bool{}
	for key, n := range counts {
		if *n == (count{}) {
			continue
		}
		rows = append(rows, []any{uid, key.rule, key.team, key.place, int64(key.severity), n.open, n.waived, n.exempt, n.resolved})
		if n.open < 0 || n.waived < 0 || n.exempt < 0 || n.resolved < 0 {
			emptied[key.rule] = true
		}
		merged(byRule, countKey{rule: key.rule, severity: key.severity}, n)
		merged(byPlace, countKey{team: key.team, place: key.place, severity: key.severity}, n)
	}
	if err := c.insert(ctx, "rollup", "cluster, rule, team, place, severity, opened, waived, exempt, resolved", addToRollup, inOrder(rows)); err != nil {
		return err
	}
	rows = nil
	for key, n := range byRule {
		rows = append(rows, []any{uid, key.rule, int64(key.severity), n.open, n.waived, n.exempt, n.resolved})
	}
	if err := c.insert(ctx, "rule_count", "cluster, rule, severity, opened, waived, exempt, resolved", addToRules, inOrder(rows)); err != nil {
		return err
	}
	rows = nil
	for key, n := range byPlace {
		if n.open != 0 {
			rows = append(rows, []any{uid, key.team, key.place, int64(key.severity), n.open})
		}
	}
	if err := c.insert(ctx, "place_count", "cluster, team, place, severity, opened", addToPlaces, inOrder(rows)); err != nil || len(emptied) == 0 {
		return err
	}
	for rule := range emptied {
		for _, table := range []string{"rollup", "rule_count"} {
			if _, err := c.exec(ctx, `DELETE FROM `+table+` WHERE `+none+` AND rule = ?`, uid, rule); err != nil {
				return err
			}
		}
	}
	_, err := c.exec(ctx, `DELETE FROM place_count WHERE opened = 0 AND cluster = ?`, uid)
	return err
}

func merged(counts map[countKey]*count, key countKey, n *count) {
	if counts[key] == nil {
		counts[key] = &count{}
	}
	sum := counts[key]
	sum.open, sum.waived, sum.exempt, sum.resolved = sum.open+n.open, sum.waived+n.waived, sum.exempt+n.exempt, sum.resolved+n.resolved
}

// inOrder sorts rows by their key, in one order always, so that the database has
// less to seek.
func inOrder(rows [][]any) [][]any {
	slices.SortFunc(rows, func(a, b []any) int {
		for i := range a {
			x, text := a[i].(string)
			if !text {
				break
			}
			if c := cmp.Compare(x, b[i].(string)); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}
