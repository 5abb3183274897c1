package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrGiven is returned for events that a receiver was given already: by another
// replica, for instance.
var ErrGiven = errors.New("a receiver was given these events already")

// Pending implements Outbox.
func (h *history) Pending(ctx context.Context, receiver string, most int) ([]Event, error) {
	c := h.reading()
	var there int
	if err := c.row(ctx, `SELECT count(*) FROM receiver WHERE receiver = ?`, []any{receiver}, &there); err != nil {
		return nil, plain(err)
	}
	if there == 0 {
		return nil, h.register(ctx, receiver)
	}
	// Of each cluster in order, and over clusters as things happened. A clock may
	// have jumped: what follows an event is not older than it.
	events, err := c.eventsFrom(ctx, `(
			SELECT e.*, max(e.at) OVER (PARTITION BY e.cluster ORDER BY e.seq) AS turn
			FROM cluster k LEFT JOIN given g ON g.cluster = k.cluster AND g.receiver = ?
			JOIN event e ON e.cluster = k.cluster AND e.seq > coalesce(g.seq, 0) AND e.seq <= coalesce(g.seq, 0) + ?
			WHERE k.seq > coalesce(g.seq, 0)
		) x JOIN cluster c ON c.cluster = x.cluster JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule ORDER BY x.turn, x.cluster, x.seq LIMIT ?`, []any{receiver, most, most})
	return events, plain(err)
}

// register has a receiver begin with what happens from now on.
func (h *history) register(ctx context.Context, receiver string) error {
	return h.write(ctx, func(c conn) error {
		n, err := c.exec(ctx, `INSERT INTO receiver (receiver) VALUES (?) ON CONFLICT (receiver) DO NOTHING`, receiver)
		if err != nil || n == 0 {
			return err
		}
		_, err = c.exec(ctx, `INSERT INTO given (cluster, receiver, seq) SELECT cluster, ?, seq FROM cluster`, receiver)
		return err
	})
}

// Enqueue implements Outbox.
func (h *history) Enqueue(ctx context.Context, receiver string, given []Event, messages []Message, fence int64) error {
	return h.write(ctx, func(c conn) error {
		query := `SELECT fence, messages FROM receiver WHERE receiver = ?`
		if c.kind == postgres {
			query += ` FOR UPDATE`
		}
		var highest, last int64
		if err := c.row(ctx, query, []any{receiver}, &highest, &last); errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("receiver %s: %w", receiver, ErrNotFound)
		} else if err != nil {
			return err
		}
		if fence < highest {
			return ErrFenced
		}
		if err := c.give(ctx, receiver, given); err != nil {
			return err
		}
		var rows [][]any
		for _, m := range messages {
			last++
			body := m.Body
			if body == nil {
				body = []byte{}
			}
			rows = append(rows, []any{receiver, last, m.Key, milli(m.At), body})
		}
		if err := c.insert(ctx, "message", "receiver, number, id, at, body", `ON CONFLICT (receiver, id) DO NOTHING`, rows); err != nil {
			return err
		}
		_, err := c.exec(ctx, `UPDATE receiver SET fence = ?, messages = ? WHERE receiver = ?`, fence, last, receiver)
		return err
	})
}

// give moves on what a receiver was given of each cluster.
func (c conn) give(ctx context.Context, receiver string, events []Event) error {
	first, last := map[string]int64{}, map[string]int64{}
	for _, e := range events {
		if n, ok := first[e.Cluster]; !ok || e.Seq < n {
			first[e.Cluster] = e.Seq
		}
		last[e.Cluster] = max(last[e.Cluster], e.Seq)
	}
	var rows [][]any
	for _, uid := range slices.Sorted(maps.Keys(first)) {
		before := int64(0)
		err := c.row(ctx, `SELECT seq FROM given WHERE cluster = ? AND receiver = ?`, []any{uid, receiver}, &before)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if first[uid] <= before {
			return ErrGiven
		}
		rows = append(rows, []any{uid, receiver, last[uid]})
	}
	return c.insert(ctx, "given", "cluster, receiver, seq", `ON CONFLICT (cluster, receiver) DO UPDATE SET seq = excluded.seq`, rows)
}

// Due implements Outbox.
func (h *history) Due(ctx context.Context, receiver string, now time.Time, most int) ([]Message, error) {
	var out []Message
	err := h.reading().each(ctx, `SELECT id, at, body, tries FROM message WHERE receiver = ? AND sent = 0 AND due <= ? ORDER BY number LIMIT ?`, []any{receiver, milli(now), most}, func(scan func(...any) error) error {
		m := Message{Receiver: receiver}
		var at int64
		err := scan(&m.Key, &at, &m.Body, &m.Tries)
		m.At = timeOf(at)
		out = append(out, m)
		return err
	})
	return out, plain(err)
}

// Sent implements Outbox.
func (h *history) Sent(ctx context.Context, m Message, failure error, again time.Time) error {
	return h.write(ctx, func(c conn) error {
		query, arg := `UPDATE message SET tries = tries + 1, sent = ? WHERE receiver = ? AND id = ?`, milli(time.Now())
		if failure != nil {
			query, arg = `UPDATE message SET tries = tries + 1, due = ? WHERE receiver = ? AND id = ?`, milli(again)
		}
		n, err := c.exec(ctx, query, arg, m.Receiver, m.Key)
		if err == nil && n == 0 {
			return fmt.Errorf("message %s: %w", m.Key, ErrNotFound)
		}
		return err
	})
}

// Firing implements Outbox.
func (h *history) Firing(ctx context.Context, f Filter) ([]Group, error) {
	w := where{}
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, placeOf)
	w.assets(f)
	among(&w, "x.team", f.Teams)
	var out []Group
	err := h.reading().each(ctx, `SELECT x.cluster, c.name, x.team, x.rule, r.title, r.section, r.benchmark, max(x.severity), count(*), min(x.opened)
		FROM finding x JOIN rule r ON r.cluster = x.cluster AND r.rule = x.rule JOIN cluster c ON c.cluster = x.cluster WHERE x.state = 'open' AND x.initial = 0`+w.and()+`
		GROUP BY x.cluster, c.name, x.team, x.rule, r.title, r.section, r.benchmark ORDER BY x.cluster, x.team, x.rule`, w.args, func(scan func(...any) error) error {
		var g Group
		var since int64
		err := scan(&g.Cluster, &g.ClusterName, &g.Team, &g.Rule, &g.Title, &g.Section, &g.Benchmark, &g.Severity, &g.Open, &since)
		g.Since = timeOf(since)
		out = append(out, g)
		return err
	})
	return out, plain(err)
}
