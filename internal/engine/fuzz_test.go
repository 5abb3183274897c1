package engine

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
	"unicode/utf8"
)

// FuzzQuery runs any text as a query: it ends soon, with rows, an *Error or
// the context's error; it writes nothing; the connection can be used again.
func FuzzQuery(f *testing.F) {
	for _, sql := range endless {
		f.Add(sql)
	}
	for _, bm := range benchmarks {
		f.Add(bm.sql)
	}
	for _, sql := range []string{
		"SELECT n.name, count(p.name) FROM k8s_namespaces n LEFT JOIN k8s_pods p ON p.namespace = n.name GROUP BY n.name",
		"SELECT key, value FROM k8s_pods, json_each(labels) WHERE name IN ('web', ?1) OR cpu BETWEEN 1 AND 2",
		"WITH x(a) AS MATERIALIZED (VALUES (1), (x'00')) SELECT a, row_number() OVER (ORDER BY a) FROM x",
		"EXPLAIN QUERY PLAN SELECT name FROM k8s_pods WHERE name GLOB '[^a-z]*' COLLATE NOCASE",
		"ATTACH 'x.db' AS x", "VACUUM INTO 'x.db'", "PRAGMA user_version = 1", "SELECT * FROM pragma_function_list",
		"CREATE TEMP TABLE t AS SELECT 1", "SELECT 1; DROP TABLE k8s_pods", "/* ' */ SELECT 'x' -- ;", "SELECT \"a\"\"b\", [c], `d` FROM k8s_pods",
	} {
		f.Add(sql)
	}
	db := open(f, WithConnections(1), WithMaxLength(1<<20))
	before, err := os.ReadDir(".")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		for _, run := range []func() error{
			func() error { _, err := db.Prepare(ctx, sql); return err },
			func() error {
				_, err := db.Query(ctx, fixture(), sql, nil, func(values []any) error {
					for _, v := range values {
						switch v.(type) {
						case nil, int64, float64, string:
						default:
							t.Fatalf("%T", v)
						}
					}
					return nil
				})
				return err
			},
		} {
			err := run()
			var e *Error
			if err != nil && !errors.As(err, &e) && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("%T %v", err, err)
			}
			if e != nil && (utf8.ValidString(sql) && !utf8.ValidString(e.Caret()) || e.Error() == "") {
				t.Fatalf("%q\n%q", e.Error(), e.Caret())
			}
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("took %v", took)
		}
		if got, err := run(db, fixture(), "SELECT count(*) FROM k8s_pods WHERE namespace > ''"); got != "4" || err != nil {
			t.Fatalf("the connection is of no use: %q, %v", got, err)
		}
		if after, err := os.ReadDir("."); err != nil || len(after) != len(before) {
			t.Fatalf("files were written: %v, %v", after, err)
		}
	})
}
