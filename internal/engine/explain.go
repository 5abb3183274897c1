package engine

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	lib "modernc.org/sqlite/lib"
)

// explain turns an error of SQLite into what the user should see: the end of
// the context, an error of data in its own words, or an *Error with its place.
func (c *conn) explain(err error) error {
	var e *sqliteError
	code, offset := 0, -1
	if errors.As(err, &e) {
		code = e.code
		if e.offset >= 0 {
			offset = c.text.from + e.offset
		}
	}
	switch code {
	case lib.SQLITE_NOMEM, lib.SQLITE_INTERNAL, lib.SQLITE_CORRUPT, lib.SQLITE_MISUSE:
		c.broken = true
	}
	switch {
	case c.ctx.Err() != nil && (code == lib.SQLITE_INTERRUPT || c.err != nil):
		return context.Cause(c.ctx)
	case c.err != nil:
		return c.err
	case c.refusal != nil:
		return c.refusal
	}
	msg := err.Error()
	switch {
	case msg == "incomplete input":
		offset = c.text.from + len(c.text.sql)
	case code == lib.SQLITE_NOMEM:
		msg = "the query needs too much memory"
	case code == lib.SQLITE_TOOBIG:
		msg = "the query makes a string or row that is too long"
	case strings.HasPrefix(msg, "no such column: "):
		return c.noSuchColumn(msg, offset)
	case strings.HasPrefix(msg, "no such function: "):
		msg += DidYouMean(strings.TrimPrefix(msg, "no such function: "), functionNames())
	}
	return newError(c.text.whole, offset, "%s", msg)
}

func (c *conn) noSuchTable(name string) error {
	offset := find(c.text.tokens, name)
	if offset < 0 {
		offset = find(c.text.tokens, name[strings.LastIndexByte(name, '.')+1:])
	}
	return newError(c.text.whole, offset, "no such table: %s%s", name, DidYouMean(name, c.db.names()))
}

// unquoted is the error for a table whose name has dots, which SQL takes for a
// schema's and a table's.
func (c *conn) unquoted(name string) error {
	first, _, _ := strings.Cut(name, ".")
	return newError(c.text.whole, find(c.text.tokens, first), "a name with dots goes in quotes: %s", quote(name))
}

var noColumn = regexp.MustCompile(`^no such column: "?(?:([^."]+)\.)?([^."]+)"?( - .*)?$`)

func (c *conn) noSuchColumn(msg string, offset int) error {
	hint := ""
	if m := noColumn.FindStringSubmatch(msg); m != nil {
		hint = DidYouMean(m[2], c.columnsOf(m[1]))
	}
	return newError(c.text.whole, offset, "%s%s", msg, hint)
}

// columnsOf returns the columns of the tables that the statement names; of one
// table if the alias tells which.
func (c *conn) columnsOf(alias string) []string {
	var all []string
	for i, t := range c.text.tokens {
		declared := c.declared[strings.ToLower(t.text)]
		if !t.identifier() || declared == nil {
			continue
		}
		var columns []string
		for _, column := range declared.Columns {
			columns = append(columns, column.Name)
		}
		rest := c.text.tokens[i+1:]
		if len(rest) > 1 && rest[0].is("as") {
			rest = rest[1:]
		}
		if alias != "" && (strings.EqualFold(alias, t.text) || len(rest) > 0 && strings.EqualFold(alias, rest[0].text)) {
			return columns
		}
		all = append(all, columns...)
	}
	return all
}

// DidYouMean is a question to be put behind an error about a name that is not
// known; empty where no candidate is near.
func DidYouMean(name string, candidates []string) string {
	if near := nearest(name, candidates); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

func functionNames() []string {
	names := make([]string, 0, len(functions))
	for name := range functions {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
