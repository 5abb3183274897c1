package engine

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// generator makes tables and queries that are unkind to an index: values that
// differ only in case, in blanks, in type.
type generator struct {
	*rand.Rand
	failed int
	depth  int
}

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

var (
	texts = []any{
		nil, "a", "A", "a ", "abc", "ABC", "abd", "web", "Web", "1", "01", "1.0", " 1", "1e0", "2", "-1", "0.5", "", " ",
		"é", "É", "100%", "a_b", "[x]", "9007199254740993", "inf", "x'00'", `{"a":1}`, `["a","b"]`,
	}
	integers = []any{nil, int64(0), int64(1), int64(2), int64(-1), int64(10), int64(9007199254740992), int64(9007199254740993)}
	reals    = []any{nil, 0.5, 1.0, -1.0, 2.5, 1e300, 9007199254740992.0}
	literals = []string{
		"NULL", "'a'", "'A'", "'a '", "'abc'", "'ABC'", "'Web'", "'1'", "'01'", "'1.0'", "' 1'", "'9007199254740993'", "''",
		"0", "1", "2", "-1", "1.0", "0.5", "1e0", "9007199254740993", "9007199254740992.0", "x'61'", "'é'", "'É'", "TRUE", "1+0", "'x'||'y'", "'9'", "' '", "'b'",
	}
	patterns = []string{"'a%'", "'A%'", "'%b%'", "'_'", "'é'", "'%'", "''", "'1%'", "'%1'", "NULL", "1", "0.5", "'[x]'", "'a_b'", "'%a%c'", "'_b_'", "1.0", "'É%'"}
	globs    = []string{"'a*'", "'A*'", "'*b*'", "'?'", "'*'", "''", "'[a-c]*'", "'[^a]*'", "'[]x]'", "'[[]x]'", "NULL", "1", "'[a-'", "'*[0-9]'", "'[x-]*'"}
)

// tableColumns are alike in all tables, so that any two can be compared.
var tableColumns = []tables.Column{
	{Name: "uid", Key: true},
	{Name: "name", Key: true},
	{Name: "namespace", Key: true},
	{Name: "j", Type: tables.TypeJSON},
	{Name: "i", Type: tables.TypeInteger},
	{Name: "k", Type: tables.TypeInteger},
	{Name: "r", Type: tables.TypeReal},
}

func (g *generator) table(name string, size int) (*tables.Table, [][]any) {
	cells := make([][]any, g.IntN(size))
	few := g.subset(texts, 5)
	for n := range cells {
		cells[n] = []any{
			fmt.Sprintf("u%d", g.IntN(40)), pick(g, texts...), pick(g, few...), pick(g, few...),
			pick(g, integers...), pick(g, integers...), pick(g, reals...),
		}
		if g.IntN(20) == 0 {
			cells[n][5] = "abc" // not a number: an INTEGER column keeps it
		}
	}
	return &tables.Table{Name: name, Columns: tableColumns}, cells
}

func (g *generator) subset(from []any, n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = pick(g, from...)
	}
	return out
}

func (g *generator) query() string {
	aliases := []string{"a", "b", "c"}[:1+g.IntN(3)]
	from := fmt.Sprintf("t%d a", g.IntN(3)) // only the first may be large
	for i, alias := range aliases[1:] {
		join := pick(g, "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", ",", "CROSS JOIN")
		from += fmt.Sprintf(" %s t%d %s", join, g.IntN(2), alias)
		if join != "," {
			from += " ON " + g.join(aliases[:i+1], alias)
		}
	}
	where := ""
	if g.IntN(5) > 0 {
		where = " WHERE " + g.where(aliases)
	}
	switch g.IntN(8) {
	case 0:
		x := g.column(aliases)
		return fmt.Sprintf("SELECT %s, count(*), count(%s), min(%s) FROM %s%s GROUP BY %s", x, g.column(aliases), g.column(aliases), from, where, x)
	case 1:
		return fmt.Sprintf("SELECT count(*) FROM %s%s", from, where)
	case 2:
		return fmt.Sprintf("SELECT DISTINCT %s FROM %s%s", g.column(aliases), from, where)
	case 3:
		cols := g.column(aliases) + ", " + g.column(aliases)
		return fmt.Sprintf("SELECT %s FROM %s%s ORDER BY 1, 2 LIMIT %d OFFSET %d", cols, from, where, g.IntN(5), g.IntN(3))
	case 4:
		return fmt.Sprintf("WITH x AS (SELECT %s v FROM %s%s) SELECT v FROM x UNION ALL SELECT v FROM x WHERE v = %s",
			g.column(aliases), from, where, pick(g, literals...))
	}
	return fmt.Sprintf("SELECT %s, %s, %s.rowid FROM %s%s", g.column(aliases), g.column(aliases), aliases[0], from, where)
}

// search is a query for rows of the large table by several columns, each with
// few values.
func (g *generator) search() string {
	where := make([]string, 2+g.IntN(2))
	for i := range where {
		where[i] = pick(g, "namespace", "j", "i", "k", "r", "name")
		switch g.IntN(4) {
		case 0:
			where[i] += pick(g, " IS NULL", " IS NULL", " IS NOT NULL")
		case 1:
			where[i] += fmt.Sprintf(" IN (%s, %s)", pick(g, literals...), pick(g, literals...))
		default:
			where[i] += fmt.Sprintf(" %s %s%s", pick(g, comparisons...), pick(g, literals...), pick(g, "", "", " COLLATE NOCASE"))
		}
	}
	return "SELECT count(*), sum(rowid) FROM t2 WHERE " + strings.Join(where, " AND ")
}

func (g *generator) column(aliases []string) string {
	return pick(g, aliases...) + "." + pick(g, tableColumns...).Name
}

func (g *generator) join(outer []string, inner string) string {
	same := pick(g, "uid", "name", "namespace", "namespace", "i")
	on := fmt.Sprintf("%s.%s = %s.%s", pick(g, outer...), same, inner, same)
	switch g.IntN(4) {
	case 0:
		on += " AND " + g.where(append([]string{inner}, outer...))
	case 1:
		on = g.where(append([]string{inner}, outer...))
	}
	return on
}

func (g *generator) where(aliases []string) string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth < 4 {
		switch g.IntN(6) {
		case 0, 1:
			return g.where(aliases) + " AND " + g.where(aliases)
		case 2:
			return "(" + g.where(aliases) + " OR " + g.where(aliases) + ")"
		case 3:
			if g.IntN(3) == 0 {
				return "NOT (" + g.where(aliases) + ")"
			}
		}
	}
	return g.predicate(aliases)
}

func (g *generator) operand(aliases []string) string {
	switch g.IntN(12) {
	case 0, 1, 2:
		return g.column(aliases)
	case 3:
		return pick(g, "+", "-") + g.column(aliases)
	case 4:
		return fmt.Sprintf("CAST(%s AS %s)", pick(g, literals...), pick(g, "TEXT", "INTEGER", "REAL", "NUMERIC"))
	case 5:
		if g.depth < 4 {
			return fmt.Sprintf("(SELECT %s FROM t%d s WHERE %s ORDER BY 1 LIMIT 1)", g.column([]string{"s"}), g.IntN(3), g.where(append([]string{"s"}, aliases...)))
		}
	}
	return pick(g, literals...)
}

func (g *generator) predicate(aliases []string) string {
	col, collate := g.column(aliases), ""
	if g.IntN(6) == 0 {
		collate = pick(g, " COLLATE NOCASE", " COLLATE RTRIM", " COLLATE BINARY")
	}
	switch g.IntN(16) {
	case 0:
		return col + pick(g, " IS NULL", " IS NOT NULL", " ISNULL", " NOTNULL")
	case 1:
		return col + pick(g, " ", " NOT ") + "LIKE " + pick(g, patterns...) + pick(g, "", "", "", " ESCAPE '_'")
	case 2:
		return col + pick(g, " ", " NOT ") + "GLOB " + pick(g, globs...)
	case 3:
		return fmt.Sprintf("%s%s BETWEEN %s AND %s", col, collate, g.operand(aliases), g.operand(aliases))
	case 4, 5:
		items := make([]string, 1+g.IntN(4))
		for i := range items {
			items[i] = g.operand(aliases)
		}
		return fmt.Sprintf("%s%s %sIN (%s)", col, collate, pick(g, "", "", "NOT "), strings.Join(items, ", "))
	case 6:
		if g.depth < 4 {
			// The text column IN (SELECT number) is left out: for virtual tables
			// SQLite itself compares with the affinity of the column alone.
			of := g.column([]string{"s"})
			for isText(col) && !isText(of) {
				of = g.column([]string{"s"})
			}
			return fmt.Sprintf("%s%s %sIN (SELECT %s FROM t%d s WHERE %s)", col, collate, pick(g, "", "NOT "), of, g.IntN(3), g.where([]string{"s"}))
		}
	case 7:
		if g.depth < 4 {
			return fmt.Sprintf("%sEXISTS (SELECT 1 FROM t%d s WHERE %s)", pick(g, "", "NOT "), g.IntN(3), g.join(aliases, "s"))
		}
	case 8:
		return fmt.Sprintf("(%s, %s) = (%s, %s)", col, g.column(aliases), g.operand(aliases), g.operand(aliases))
	case 9:
		return fmt.Sprintf("%s.rowid %s %d", pick(g, aliases...), pick(g, "=", "<", ">="), g.IntN(30))
	case 10:
		return fmt.Sprintf("%s %s %s%s", g.operand(aliases), pick(g, comparisons...), col, collate)
	}
	return fmt.Sprintf("%s%s %s %s", col, collate, pick(g, comparisons...), g.operand(aliases)) + pick(g, "", "", "", " COLLATE NOCASE")
}

var comparisons = []string{"=", "=", "==", "!=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT", "IS NOT DISTINCT FROM", "IS DISTINCT FROM"}

func isText(column string) bool { return strings.Trim(column[2:], "ikr") != "" }
