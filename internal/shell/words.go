package shell

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// mention is a table that a statement names, and what it calls it. The table
// is nil where only a cluster knows it.
type mention struct {
	name, alias string
	table       *tables.Table
}

var token = regexp.MustCompile(`[\pL_][\pL\pN_]*|\S`)

// tokens are the names, keywords and marks of a text. Strings are one mark, and
// comments none.
func tokens(text string) []string {
	var b strings.Builder
	text = stripComments(text)
	for i := 0; i < len(text); {
		end, _ := skip(text, i)
		if end == i {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString(" ' ")
		i = end
	}
	return token.FindAllString(b.String(), -1)
}

// mentioned are the tables after FROM, JOIN and the commas of a list of tables.
func (s *Shell) mentioned(ctx context.Context, text string) []mention {
	var all []mention
	words := tokens(text)
	for i, w := range words {
		if i == 0 || !isName(w) || !inFrom(words[:i]) || words[i-1] != "," && !isFrom(words[i-1]) {
			continue
		}
		m := mention{name: w, table: s.tableNamed(ctx, w)}
		rest := words[i+1:]
		if len(rest) > 0 && strings.EqualFold(rest[0], "AS") {
			rest = rest[1:]
		}
		if len(rest) > 0 && isName(rest[0]) {
			m.alias = rest[0]
		}
		all = append(all, m)
	}
	return all
}

// tableNamed is the table of a name, ours or a resource of the live cluster;
// nil for what neither knows.
func (s *Shell) tableNamed(ctx context.Context, name string) *tables.Table {
	if t := tables.Lookup(name); t != nil {
		return t
	}
	if r := tables.ResourceNamed(name); r != nil {
		return tables.ForResource(r)
	}
	for _, r := range s.Resources(ctx) {
		if strings.EqualFold(name, r.Plural) || strings.EqualFold(name, r.Kind) || slices.Contains(r.Short, strings.ToLower(name)) {
			return tables.ForResource(r)
		}
	}
	return nil
}

func isName(word string) bool {
	return (word[0] == '_' || word[0] >= 0x80 || word[0]|0x20 >= 'a' && word[0]|0x20 <= 'z') && !slices.Contains(keywords, strings.ToUpper(word))
}

func isFrom(word string) bool {
	return strings.EqualFold(word, "FROM") || strings.EqualFold(word, "JOIN")
}

// inFrom says that a text ends in the list of tables of a FROM.
func inFrom(words []string) bool {
	for _, w := range slices.Backward(words) {
		switch w = strings.ToUpper(w); w {
		case "FROM", "JOIN":
			return true
		case "SELECT", "WHERE", "ON", "USING", "GROUP", "ORDER", "HAVING", "LIMIT":
			return false
		}
	}
	return false
}

// columnsOf are the columns of the tables that a statement names, or of the one
// that it calls so.
func columnsOf(all []mention, called string) []string {
	var names []string
	for _, m := range all {
		if m.table != nil && (called == "" || strings.EqualFold(called, m.alias) || strings.EqualFold(called, m.name)) {
			names = append(names, columnNames(m.table)...)
		}
	}
	return names
}

func columnNames(t *tables.Table) []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}
