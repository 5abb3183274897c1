package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestLedger: a token works once, for one cluster, until it expires; a cluster
// that has an agent needs a token of its own.
func TestLedger(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		refused := func(err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Fatalf("%v, want %v", err, want)
			}
		}
		day := 24 * time.Hour
		must(s.NewToken(ctx, "a", "", noon.Add(time.Hour)))
		must(s.NewToken(ctx, "b", "", noon.Add(time.Hour)))
		refused(s.UseToken(ctx, "none", "eu", noon), ErrNotFound)
		must(s.UseToken(ctx, "a", "eu", noon))
		refused(s.UseToken(ctx, "a", "us", noon), ErrNotFound)
		must(s.Admit(ctx, "eu", "01", noon.Add(90*day)))
		refused(s.UseToken(ctx, "b", "eu", noon), ErrTaken)
		must(s.UseToken(ctx, "b", "us", noon)) // it was not spent

		must(s.NewToken(ctx, "c", "eu", noon.Add(time.Hour)))
		refused(s.UseToken(ctx, "c", "us", noon), ErrNotFound)
		must(s.UseToken(ctx, "c", "eu", noon))
		must(s.NewToken(ctx, "late", "", noon.Add(time.Hour)))
		refused(s.UseToken(ctx, "late", "lab", noon.Add(2*time.Hour)), ErrNotFound)

		must(s.Admit(ctx, "eu", "02", noon.Add(90*day)))
		for serial, want := range map[string]bool{"01": true, "02": true, "03": false} {
			if ok, err := s.Admitted(ctx, "eu", serial); err != nil || ok != want {
				t.Errorf("%s: %v %v", serial, ok, err)
			}
		}
		if ok, err := s.Admitted(ctx, "us", "01"); err != nil || ok {
			t.Error("the certificate of another cluster", err)
		}
		if n, err := s.Revoke(ctx, "eu"); err != nil || n != 2 {
			t.Error(n, err)
		}
		if ok, err := s.Admitted(ctx, "eu", "01"); err != nil || ok {
			t.Error("revoked", err)
		}
	})
}

// TestTokenRace: of many that use a token at once, one succeeds.
func TestTokenRace(t *testing.T) {
	backends(t, func(t *testing.T, s Store) {
		if err := s.NewToken(t.Context(), "a", "", noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				err := s.UseToken(context.WithoutCancel(t.Context()), "a", string(rune('a'+i)), noon)
				switch {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, ErrNotFound):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d used it", won.Load())
		}
	})
}
