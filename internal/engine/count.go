package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
)

// counted returns the table if the statement is no more than SELECT count(*)
// FROM it. SQLite knows how many rows its own tables have, and would step
// through all of ours.
func (c *conn) counted() *table {
	tokens := c.text.tokens
	for _, want := range []string{"select", "count", "(", "*", ")", "from"} {
		if want == "from" {
			tokens = skipAlias(tokens)
		}
		if len(tokens) == 0 || tokens[0].kind == tokenQuoted || !strings.EqualFold(tokens[0].text, want) {
			return nil
		}
		tokens = tokens[1:]
	}
	if len(tokens) == 0 || !tokens[0].identifier() || len(skipAlias(tokens[1:])) > 0 {
		return nil
	}
	declared := c.declared[strings.ToLower(tokens[0].text)]
	i := slices.IndexFunc(c.virtual, func(t *table) bool { return t.Table == declared })
	if i < 0 {
		return nil
	}
	return c.virtual[i]
}

// skipAlias steps over AS name, or name.
func skipAlias(tokens []token) []token {
	if len(tokens) > 1 && tokens[0].is("as") && tokens[1].identifier() {
		return tokens[2:]
	}
	if len(tokens) > 0 && tokens[0].identifier() && !tokens[0].is("from") {
		return tokens[1:]
	}
	return tokens
}

func (t *table) count() (n int64, err error) {
	defer t.recovered(&err)
	all, err := t.conn.rows(t, rows.Scope{})
	if err != nil {
		if t.conn.ctx.Err() != nil {
			err = context.Cause(t.conn.ctx)
		}
		return 0, err
	}
	return int64(all.Len), nil
}
