package engine

import (
	"strings"

	"modernc.org/sqlite"
)

// authorize is asked by SQLite, while it compiles a statement, about
// everything the statement wants to do. What is not known here is refused. It
// also records what is read.
func (c *conn) authorize(action sqlite.AuthorizerActionCode, arg1, arg2, _, _ string) (verdict sqlite.AuthorizerReturnCode) {
	defer func() {
		if recover() != nil {
			verdict = sqlite.AuthorizerDeny
		}
	}()
	if c.declaring != nil || c.text == nil {
		// Not a query: the engine's own declaration, or the settings with
		// which the connection was opened.
		return sqlite.AuthorizerOK
	}
	switch action {
	case sqlite.AuthSelect, sqlite.AuthRecursive:
		return sqlite.AuthorizerOK
	case sqlite.AuthRead:
		return c.authorizeRead(arg1, arg2)
	case sqlite.AuthFunction:
		if functions[strings.ToLower(arg2)] {
			return sqlite.AuthorizerOK
		}
		return c.refuse(arg2, "function %s() is not allowed", arg2)
	}
	verb := verbOf[action]
	if verb == "" {
		verb = "this statement"
	}
	return c.refuse(verb, "only SELECT is allowed: %s refused", verb)
}

// authorizeRead is called with an empty column for a table of which nothing
// but its rows is used, and then for the names of common table expressions
// too.
func (c *conn) authorizeRead(name, column string) sqlite.AuthorizerReturnCode {
	key := strings.ToLower(name)
	if t := c.declared[key]; t != nil {
		c.reads.Add(t, t.Column(column))
		return sqlite.AuthorizerOK
	}
	if jsonTables[key] || column == "" && c.text.common[key] {
		return sqlite.AuthorizerOK
	}
	return c.refuse(name, "table %s may not be read", name)
}

// refuse keeps the reason; the word is where the user finds it.
func (c *conn) refuse(word, format string, args ...any) sqlite.AuthorizerReturnCode {
	if c.refusal == nil {
		offset := find(c.text.tokens, word)
		if word == "sqlite_master" && offset < 0 {
			offset = find(c.text.tokens, "sqlite_schema")
		}
		c.refusal = newError(c.text.whole, offset, format, args...)
	}
	return sqlite.AuthorizerDeny
}

var verbOf = map[sqlite.AuthorizerActionCode]string{
	sqlite.AuthInsert: "INSERT", sqlite.AuthUpdate: "UPDATE", sqlite.AuthDelete: "DELETE",
	sqlite.AuthCreateTable: "CREATE", sqlite.AuthCreateTempTable: "CREATE",
	sqlite.AuthCreateView: "CREATE", sqlite.AuthCreateTempView: "CREATE",
	sqlite.AuthCreateVTable: "CREATE",
	sqlite.AuthPragma:       "PRAGMA", sqlite.AuthAttach: "ATTACH", sqlite.AuthDetach: "DETACH",
	sqlite.AuthTransaction: "BEGIN", sqlite.AuthSavepoint: "SAVEPOINT",
}

// jsonTables are the table-valued functions of SQLite that are allowed.
var jsonTables = set("json_each json_tree jsonb_each jsonb_tree")

// functions are SQLite's own that are allowed: those whose result depends on
// nothing but their arguments, and the clock of date and time functions. The
// likes of random() are not, for two runs over the same rows must agree, nor
// what reads the connection's state or loads code.
var functions = set(`
	abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like likelihood likely lower ltrim
	max min nullif octet_length printf quote replace round rtrim sign soundex substr substring trim typeof unhex
	unicode unistr unistr_quote unlikely upper zeroblob sqlite_version
	avg count group_concat string_agg sum total median percentile percentile_cont percentile_disc
	row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
	date time datetime julianday unixepoch strftime timediff current_date current_time current_timestamp
	-> ->> json jsonb json_array jsonb_array json_array_length json_error_position json_extract jsonb_extract
	json_insert jsonb_insert json_array_insert jsonb_array_insert json_object jsonb_object json_patch jsonb_patch
	json_pretty json_quote json_remove jsonb_remove json_replace jsonb_replace json_set jsonb_set json_type json_valid
	json_group_array jsonb_group_array json_group_object jsonb_group_object
	acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power
	radians sin sinh sqrt tan tanh trunc`)

func set(words string) map[string]bool {
	s := map[string]bool{}
	for _, w := range strings.Fields(words) {
		s[w] = true
	}
	return s
}
