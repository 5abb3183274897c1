package store

import (
	"context"
	"errors"
	"time"
)

// ErrTaken is returned for an enrolment of a cluster that has an agent.
var ErrTaken = errors.New("the cluster has an agent already")

// Ledger keeps who may push for which cluster.
type Ledger interface {
	// NewToken keeps the hash of a token until it expires. With a cluster it is
	// good for that one alone, without for any that has no agent.
	NewToken(ctx context.Context, hash, cluster string, expires time.Time) error
	// UseToken spends a token for a cluster, once: ErrNotFound if there is none
	// for it, or it expired, or it has been used; ErrTaken, and the token is not
	// spent, if the cluster has an agent and the token was not made for it.
	UseToken(ctx context.Context, hash, cluster string, now time.Time) error
	// Admit notes that a certificate was issued to an agent; those that the
	// cluster had before are good until they expire.
	Admit(ctx context.Context, cluster, serial string, expires time.Time) error
	// Admitted tells whether a certificate was issued and not revoked.
	Admitted(ctx context.Context, cluster, serial string) (bool, error)
	// Revoke ends all certificates of a cluster's agents, and returns how many
	// there were.
	Revoke(ctx context.Context, cluster string) (int64, error)
}

// NewToken implements Ledger.
func (h *history) NewToken(ctx context.Context, hash, cluster string, expires time.Time) error {
	return h.write(ctx, func(c conn) error {
		_, err := c.exec(ctx, `INSERT INTO enrolment (cluster, hash, expires) VALUES (?, ?, ?)`, cluster, hash, expires.UnixMilli())
		return err
	})
}

// UseToken implements Ledger.
func (h *history) UseToken(ctx context.Context, hash, cluster string, now time.Time) error {
	return h.write(ctx, func(c conn) error {
		for _, table := range []string{"enrolment", "agent"} {
			if _, err := c.exec(ctx, `DELETE FROM `+table+` WHERE expires < ?`, now.UnixMilli()); err != nil {
				return err
			}
		}
		spent, err := c.exec(ctx, `DELETE FROM enrolment WHERE cluster = ? AND hash = ?`, cluster, hash)
		if err != nil || spent > 0 {
			return err
		}
		if spent, err = c.exec(ctx, `DELETE FROM enrolment WHERE cluster = '' AND hash = ?`, hash); err != nil {
			return err
		}
		var agents int64
		if err := c.row(ctx, `SELECT count(*) FROM agent WHERE cluster = ?`, []any{cluster}, &agents); err != nil {
			return err
		}
		switch {
		case spent == 0:
			return ErrNotFound
		case agents > 0:
			return ErrTaken // and nothing was written
		}
		return nil
	})
}

// Admit implements Ledger.
func (h *history) Admit(ctx context.Context, cluster, serial string, expires time.Time) error {
	return h.write(ctx, func(c conn) error {
		_, err := c.exec(ctx, `INSERT INTO agent (cluster, serial, expires) VALUES (?, ?, ?)`, cluster, serial, expires.UnixMilli())
		return err
	})
}

// Admitted implements Ledger.
func (h *history) Admitted(ctx context.Context, cluster, serial string) (bool, error) {
	var n int64
	err := h.reading().row(ctx, `SELECT count(*) FROM agent WHERE cluster = ? AND serial = ?`, []any{cluster, serial}, &n)
	return n > 0, plain(err)
}

// Revoke implements Ledger.
func (h *history) Revoke(ctx context.Context, cluster string) (n int64, err error) {
	err = h.write(ctx, func(c conn) error {
		n, err = c.exec(ctx, `DELETE FROM agent WHERE cluster = ?`, cluster)
		return err
	})
	return n, err
}
