package engine

import (
	"slices"
	"strings"
)

// text is one statement as the user wrote it, ready to be compiled.
type text struct {
	whole  string // all that was given, for the place of errors
	sql    string // the statement alone
	from   int    // where sql begins in whole
	tokens []token
	// collates says that a COLLATE operator may be in effect: without one
	// every comparison of our columns is bytewise, for none is declared with
	// a collation.
	collates bool
	explains bool // begins with EXPLAIN
	// common are the names of common table expressions.
	common map[string]bool
}

// queries are the words that a statement may begin with.
var queries = []string{"select", "with", "values", "explain"}

// verbs are the words that begin SQLite's other statements.
var verbs = []string{
	"alter", "analyze", "attach", "begin", "commit", "create", "delete", "detach", "drop", "end", "insert", "pragma",
	"reindex", "release", "replace", "rollback", "savepoint", "update", "vacuum",
}

// maxSQL is the longest text of a query, in bytes.
const maxSQL = 1 << 20

// newText finds the one statement in what was given.
func newText(whole string) (*text, error) {
	if i := strings.IndexByte(whole, 0); i >= 0 {
		return nil, newError(whole, i, "the query holds a NUL byte")
	}
	if len(whole) > maxSQL {
		return nil, newError("", -1, "the query is longer than %d KiB", maxSQL>>10)
	}
	tokens := tokenize(whole)
	for len(tokens) > 0 && tokens[0].text == ";" && tokens[0].kind == tokenOther {
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return nil, newError(whole, -1, "the query is empty")
	}
	if end := slices.IndexFunc(tokens, isSemicolon); end >= 0 {
		if next := slices.IndexFunc(tokens[end:], func(t token) bool { return !isSemicolon(t) }); next >= 0 {
			return nil, newError(whole, tokens[end+next].start, "one statement at a time")
		}
		tokens = tokens[:end]
	}
	x := &text{whole: whole, tokens: tokens, from: tokens[0].start, common: commonTables(tokens)}
	x.sql = whole[x.from:tokens[len(tokens)-1].end]
	x.explains = x.tokens[0].is("explain")
	x.collates = slices.ContainsFunc(tokens, func(t token) bool { return t.is("collate") })
	return x, x.checkVerb()
}

// strings are the strings in the statement, and what SQLite may take for one:
// names in quotes.
func (x *text) strings() []string {
	var all []string
	for _, t := range x.tokens {
		switch t.kind {
		case tokenString:
			all = append(all, strings.ReplaceAll(strings.Trim(t.text, "'"), "''", "'"))
		case tokenQuoted:
			all = append(all, t.text)
		}
	}
	return all
}

func isSemicolon(t token) bool { return t.kind == tokenOther && t.text == ";" }

// checkVerb refuses what is no query. SQLite's authorizer is not asked about
// every statement: VACUUM, for one, consults it only when it runs.
func (x *text) checkVerb() error {
	i := 0
	for _, word := range []string{"explain", "query", "plan"} {
		if i < len(x.tokens)-1 && x.tokens[i].is(word) {
			i++
		}
	}
	verb := x.tokens[i]
	if verb.kind == tokenWord {
		word := strings.ToLower(verb.text)
		if slices.Contains(queries, word) {
			return nil
		}
		if slices.Contains(verbs, word) {
			return newError(x.whole, verb.start, "only SELECT is allowed: %s refused", strings.ToUpper(word))
		}
	}
	return newError(x.whole, verb.start, "near \"%s\": syntax error", x.whole[verb.start:verb.end])
}
