package alert

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the database

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// outbox is a store's outbox on a real database, and no more of a store.
type outbox struct {
	db     *sql.DB
	firing []store.Group
	fenced bool
}

func openOutbox(t *testing.T) *outbox {
	t.Helper()
	o, err := outboxAt(filepath.Join(t.TempDir(), "outbox.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.db.Close() })
	return o
}

func outboxAt(file string) (*outbox, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=journal_mode(wal)&_pragma=busy_timeout(10000)&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(context.Background(), `
		CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, body TEXT);
		CREATE TABLE IF NOT EXISTS receiver (name TEXT PRIMARY KEY, given INTEGER);
		CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, key TEXT UNIQUE, receiver TEXT, at INTEGER, body BLOB, tries INTEGER, due INTEGER, sent INTEGER);`)
	return &outbox{db: db}, err
}

func (o *outbox) add(ctx context.Context, events ...store.Event) error {
	for _, e := range events {
		body, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if _, err := o.db.ExecContext(ctx, `INSERT INTO event (body) VALUES (?)`, body); err != nil {
			return err
		}
	}
	return nil
}

func (o *outbox) Pending(ctx context.Context, receiver string, most int) (events []store.Event, err error) {
	if _, err := o.db.ExecContext(ctx, `INSERT INTO receiver SELECT ?, coalesce(max(id), 0) FROM event WHERE true ON CONFLICT DO NOTHING`, receiver); err != nil {
		return nil, err
	}
	rows, err := o.db.QueryContext(ctx, `SELECT event.body FROM event, receiver WHERE name = ? AND id > given ORDER BY id LIMIT ?`, receiver, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var body []byte
		var e store.Event
		if err := rows.Scan(&body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &e); err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

func (o *outbox) Enqueue(ctx context.Context, receiver string, given []store.Event, messages []store.Message, _ int64) error {
	if o.fenced {
		return store.ErrFenced
	}
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	for _, m := range messages {
		if _, err := tx.ExecContext(ctx, `INSERT INTO message (key, receiver, at, body, tries, due) VALUES (?, ?, ?, ?, 0, 0)`, m.Key, receiver, m.At.UnixMilli(), m.Body); err != nil {
			return err
		}
	}
	// As many as were given are given: they are the oldest.
	if _, err := tx.ExecContext(ctx, `UPDATE receiver SET given = (SELECT max(id) FROM (SELECT id FROM event WHERE id > given ORDER BY id LIMIT ?)) WHERE name = ?`, len(given), receiver); err != nil {
		return err
	}
	return tx.Commit()
}

func (o *outbox) Due(ctx context.Context, receiver string, now time.Time, most int) (due []store.Message, err error) {
	rows, err := o.db.QueryContext(ctx, `SELECT key, at, body, tries FROM message WHERE receiver = ? AND sent IS NULL AND due <= ? ORDER BY id LIMIT ?`, receiver, now.UnixMilli(), most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		m := store.Message{Receiver: receiver}
		var at int64
		if err := rows.Scan(&m.Key, &at, &m.Body, &m.Tries); err != nil {
			return nil, err
		}
		m.At = time.UnixMilli(at)
		due = append(due, m)
	}
	return due, rows.Err()
}

func (o *outbox) Sent(ctx context.Context, m store.Message, failure error, again time.Time) error {
	query, args := `UPDATE message SET sent = 1 WHERE key = ?`, []any{m.Key}
	if failure != nil {
		query, args = `UPDATE message SET tries = tries + 1, due = ? WHERE key = ?`, []any{again.UnixMilli(), m.Key}
	}
	_, err := o.db.ExecContext(ctx, query, args...)
	return err
}

func (o *outbox) Firing(context.Context, store.Filter) ([]store.Group, error) { return o.firing, nil }
