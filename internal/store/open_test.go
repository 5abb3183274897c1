package store

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testpostgres"
)

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("text"), []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	other, err := openSQLite(path("other"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "CREATE TABLE t (x)"); err != nil {
		t.Fatal(err)
	}
	other.Close()
	newer := opened(t, path("newer")).(*history)
	if _, err := newer.db.ExecContext(t.Context(), "INSERT INTO schema_version (version_id, is_applied) VALUES (99, 1)"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dsn, want string }{
		{path("text"), "store " + path("text") + ": this is not a database"},
		{path("other"), "store " + path("other") + ": this is a database of something else"},
		{path("newer"), "store " + path("newer") + ": it was written by a newer version of kubectl-kspm (schema 99, this one knows 3)"},
		{dir, "store " + dir + ": this is a folder; want a file"},
		{path("no/such/file"), "store " + path("no/such/file") + ": there is no folder " + path("no/such")},
		{"mysql://root@host/db", "store mysql://root@host/db: want a file, sqlite://FILE or postgres://…"},
		{"", "store: want a file or postgres://…"},
		{"postgres://me:secret@127.0.0.1:1/db", "store postgres://me:xxxxx@127.0.0.1:1/db: PostgreSQL does not answer: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"postgres://me:secret@127.0.0.1:port/db", "store postgres://…@127.0.0.1:port/db: this is not an address of PostgreSQL: want postgres://USER@HOST:PORT/DATABASE"},
	} {
		s, err := Open(t.Context(), tt.dsn)
		if err == nil {
			s.Close()
		}
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s:\n got %v\nwant %s", tt.dsn, err, tt.want)
		}
	}
}

func TestOpenExisting(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kspm.db")
	if _, err := OpenExisting(t.Context(), file); !errors.Is(err, ErrNoHistory) {
		t.Errorf("%v, want ErrNoHistory", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("who only reads has made a file")
	}
	opened(t, "sqlite://"+file)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: others may read it: %v", err, info.Mode())
	}
	s, err := OpenExisting(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// Replicas that start at once make the tables once.
func TestOpenTogether(t *testing.T) {
	for name, dsn := range map[string]string{"SQLite": filepath.Join(t.TempDir(), "kspm.db"), "PostgreSQL": testpostgres.DSN(t)} {
		t.Run(name, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					s, err := Open(t.Context(), dsn)
					if err != nil {
						t.Error(err)
						return
					}
					defer s.Close()
					if _, err := s.Apply(t.Context(), whole("u", noon, rule("NSA-1", finding("NSA-1", pod("shop", "a"), "1"))), 0); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			events, err := opened(t, dsn).Events(t.Context(), Filter{}, Page{})
			if err != nil || len(events) != 1 {
				t.Errorf("%d events of one finding: %v", len(events), err)
			}
		})
	}
}
