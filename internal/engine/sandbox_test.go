package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	db := open(t)
	for sql, want := range map[string]string{
		"INSERT INTO k8s_pods(name) VALUES ('x')":                   "only SELECT is allowed: INSERT refused",
		"UPDATE k8s_pods SET name = 'x'":                            "only SELECT is allowed: UPDATE refused",
		"DELETE FROM k8s_pods":                                      "only SELECT is allowed: DELETE refused",
		"WITH x AS (SELECT 1) INSERT INTO k8s_pods(name) SELECT 1":  "only SELECT is allowed: INSERT refused",
		"WITH x AS (SELECT 1) DELETE FROM k8s_pods RETURNING name":  "only SELECT is allowed: DELETE refused",
		"WITH x AS (SELECT 1) UPDATE k8s_pods SET name = 'x'":       "only SELECT is allowed: UPDATE refused",
		"EXPLAIN QUERY PLAN DELETE FROM k8s_pods":                   "only SELECT is allowed: DELETE refused",
		"CREATE TABLE x(y)":                                         "only SELECT is allowed: CREATE refused",
		"CREATE VIRTUAL TABLE x USING fts5(y)":                      "only SELECT is allowed: CREATE refused",
		"DROP TABLE k8s_pods":                                       "only SELECT is allowed: DROP refused",
		"ATTACH 'x.db' AS x":                                        "only SELECT is allowed: ATTACH refused",
		"VACUUM INTO 'x.db'":                                        "only SELECT is allowed: VACUUM refused",
		"EXPLAIN VACUUM":                                            "only SELECT is allowed: VACUUM refused",
		"PRAGMA writable_schema = 1":                                "only SELECT is allowed: PRAGMA refused",
		"BEGIN":                                                     "only SELECT is allowed: BEGIN refused",
		"SAVEPOINT x":                                               "only SELECT is allowed: SAVEPOINT refused",
		"REINDEX":                                                   "only SELECT is allowed: REINDEX refused",
		"ANALYZE":                                                   "only SELECT is allowed: ANALYZE refused",
		"SELECT * FROM pragma_table_info('k8s_pods')":               "table pragma_table_info may not be read",
		"SELECT count(*) FROM pragma_database_list":                 "table pragma_database_list may not be read",
		"SELECT * FROM sqlite_schema":                               "table sqlite_master may not be read",
		"SELECT sql FROM temp.sqlite_schema":                        "table sqlite_temp_master may not be read",
		"SELECT count(*) FROM sqlite_temp_schema":                   "table sqlite_temp_schema may not be read",
		"SELECT * FROM dbstat":                                      "table dbstat may not be read",
		"SELECT * FROM sqlite_dbpage":                               "table sqlite_dbpage may not be read",
		"WITH dbstat(a) AS (SELECT 1) SELECT name FROM main.dbstat": "table dbstat may not be read",
		"SELECT load_extension('x')":                                "function load_extension() is not allowed",
		"SELECT writefile('x', 'y')":                                "no such function: writefile",
		"SELECT readfile('/etc/passwd')":                            "no such function: readfile",
		"SELECT edit('x')":                                          "no such function: edit",
		"SELECT random()":                                           "function random() is not allowed",
		"SELECT name FROM k8s_pods ORDER BY randomblob(4)":          "function randomblob() is not allowed",
		"SELECT last_insert_rowid()":                                "function last_insert_rowid() is not allowed",
		"SELECT sqlite_compileoption_get(1)":                        "function sqlite_compileoption_get() is not allowed",
		"SELECT name FROM k8s_pods WHERE k8s_pods MATCH 'x'":        "function match() is not allowed",
		"SELECT name FROM k8s_pods WHERE (SELECT sql FROM main.sqlite_schema) = 1": "table sqlite_master may not be read",
	} {
		for name, err := range map[string]error{"Prepare": prepareError(db, sql), "Query": queryError(db, sql)} {
			var e *Error
			if !errors.As(err, &e) || !strings.HasPrefix(e.Msg, want) {
				t.Errorf("%s %s:\ngot  %v\nwant %s", name, sql, err, want)
			}
		}
	}
	if files, _ := filepath.Glob("*"); len(files) > 0 {
		t.Error("files were written:", files)
	}
	if _, err := os.Stat("x.db"); err == nil {
		t.Error("x.db was written")
	}
}

func prepareError(db *DB, sql string) error {
	_, err := db.Prepare(context.Background(), sql)
	return err
}

func queryError(db *DB, sql string) error {
	_, err := run(db, fixture(), sql)
	return err
}

func TestExplainQueryPlan(t *testing.T) {
	got, err := run(open(t), fixture(), "EXPLAIN QUERY PLAN SELECT p.name FROM k8s_namespaces n JOIN k8s_pods p ON p.namespace = n.name AND p.phase IS NULL WHERE n.labels LIKE '%x%'")
	if err != nil || !strings.Contains(got, "namespace = ?") || !strings.Contains(got, "LIKE ?") || !strings.Contains(got, "IS NULL") {
		t.Errorf("%s\n%v", got, err)
	}
}
