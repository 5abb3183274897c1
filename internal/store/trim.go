package store

import (
	"context"
	"time"
)

// Trim implements Writer. Every cluster is a transaction, so that others can
// write in between. The last sample and the last run of a cluster stay.
func (h *history) Trim(ctx context.Context, before time.Time) (int64, error) {
	var clusters []string
	c := h.reading()
	if err := c.each(ctx, `SELECT cluster FROM cluster ORDER BY cluster`, nil, func(scan func(...any) error) error {
		var uid string
		err := scan(&uid)
		clusters = append(clusters, uid)
		return err
	}); err != nil {
		return 0, plain(err)
	}
	total := int64(0)
	for _, uid := range clusters {
		err := h.write(ctx, func(c conn) error {
			n, err := c.trim(ctx, uid, milli(before))
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	n, err := int64(0), error(nil)
	err = h.write(ctx, func(c conn) error {
		n, err = c.exec(ctx, `DELETE FROM message WHERE sent > 0 AND sent < ?`, milli(before))
		return err
	})
	return total + n, err
}

func (c conn) trim(ctx context.Context, uid string, before int64) (total int64, err error) {
	if _, err := c.lock(ctx, uid, ""); err != nil {
		return 0, err
	}
	gone := `FROM finding WHERE cluster = ? AND state = 'resolved' AND resolved < ?`
	counts := map[countKey]*count{}
	if err := c.each(ctx, `SELECT rule, team, CASE WHEN kind = 'Namespace' THEN name ELSE namespace END AS place, severity, count(*) `+gone+`
		GROUP BY rule, team, CASE WHEN kind = 'Namespace' THEN name ELSE namespace END, severity`, []any{uid, before}, func(scan func(...any) error) error {
		var k countKey
		var n int64
		err := scan(&k.rule, &k.team, &k.place, &k.severity, &n)
		counts[k] = &count{resolved: -n}
		return err
	}); err != nil {
		return 0, err
	}
	if err := c.rollUp(ctx, uid, counts); err != nil {
		return 0, err
	}
	for _, statement := range []string{
		`DELETE ` + gone,
		`DELETE FROM event WHERE cluster = ? AND at < ?`,
		`DELETE FROM flow WHERE cluster = ? AND at < ?`,
		`DELETE FROM run WHERE cluster = ? AND at < ? AND at < (SELECT max(r.at) FROM run r WHERE r.cluster = run.cluster)`,
		`DELETE FROM sample WHERE cluster = ? AND at < ? AND slot < (SELECT max(s.slot) FROM sample s WHERE s.cluster = sample.cluster AND s.benchmark = sample.benchmark)`,
	} {
		n, err := c.exec(ctx, statement, uid, before)
		if err != nil {
			return 0, err
		}
		total += n
	}
	for _, table := range []string{"rule_text", "rule"} { // the text first: it is found by the rule
		if _, err := c.exec(ctx, `DELETE FROM `+table+` WHERE cluster = ? AND rule IN (SELECT rule FROM rule r WHERE r.cluster = ? AND r.removed > 0 AND r.removed < ?
			AND NOT EXISTS (SELECT 1 FROM finding f WHERE f.cluster = r.cluster AND f.rule = r.rule))`, uid, uid, before); err != nil {
			return 0, err
		}
	}
	return total, nil
}
