package engine

import (
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// judged finds the tables of which not all rows can change the statement's
// result: wherever it names one, the WHERE of that SELECT, or the ON that joins
// the table, has `judged`, `namespace = 'kube-system'` or the likes of `kind =
// 'DaemonSet'` as one of its conditions joined by AND. Most rules are written
// so, and most rows of pods are not judged. When in doubt a table is not among
// them.
func (c *conn) judged() map[*tables.Table]bool {
	found := map[*tables.Table]bool{}
	tokens := c.text.tokens
	if c.text.explains || slices.ContainsFunc(tokens, unusualJoin) {
		return found
	}
	for i, tok := range tokens {
		t := c.declared[strings.ToLower(tok.text)]
		if t == nil || !tok.identifier() || i+1 < len(tokens) && tokens[i+1].text == "." {
			continue
		}
		_, relied := found[t]
		found[t] = (found[t] || !relied) && t.Judged() >= 0 && !c.text.common[strings.ToLower(tok.text)] && onlyJudged(tokens, i)
	}
	for t, alone := range found {
		if _, reads := c.reads[t]; !alone || !reads {
			delete(found, t)
		}
	}
	return found
}

// unusualJoin is a word of joins that keep rows of the left table, or compare
// columns without naming them.
func unusualJoin(t token) bool {
	return t.is("right") || t.is("full") || t.is("natural") || t.is("using")
}

// onlyJudged reports whether the table named by token i is used for its judged
// rows alone.
func onlyJudged(tokens []token, i int) bool {
	if i == 0 || !tokens[i-1].is("from") && !tokens[i-1].is("join") {
		return false
	}
	name, rest := tokens[i].text, tokens[i+1:]
	switch {
	case len(rest) > 1 && rest[0].is("as") && rest[1].identifier():
		name, rest = rest[1].text, rest[2:]
	case len(rest) > 0 && rest[0].identifier() && !afterTable(rest[0]):
		name, rest = rest[0].text, rest[1:]
	}
	joined := tokens[i-1].is("join")
	depth := 0
	for k, t := range rest {
		depth += nesting(t)
		switch {
		case depth < 0 || depth == 0 && endsWhere(t):
			return false // the SELECT has no WHERE
		case depth > 0:
		case t.is("join"):
			joined = false // the next ON is another table's
		case t.is("on") && joined && conditions(rest[k+1:], name):
			return true
		case t.is("where"):
			return conditions(rest[k+1:], name)
		}
	}
	return false
}

// conditions reports whether one of the conditions that a clause joins by AND
// narrows the rows of the table called name.
func conditions(clause []token, name string) bool {
	depth, start, found := 0, 0, false
	for k := 0; k <= len(clause); k++ {
		end := k == len(clause)
		if !end {
			depth += nesting(clause[k])
			end = depth < 0 || depth == 0 && (endsClause(clause[k]) || clause[k].text == "," && clause[k].kind == tokenOther)
		}
		switch {
		case end:
			return found || isJudged(clause[start:k], name)
		case depth > 0:
		case clause[k].is("or"), clause[k].is("between"):
			return false
		case clause[k].is("and"):
			found = found || isJudged(clause[start:k], name)
			start = k + 1
		}
	}
	return false
}

// isJudged recognises judged, judged = 1, namespace = 'kube-system', kind =
// 'DaemonSet', and the same with the table's name.
func isJudged(condition []token, name string) bool {
	if len(condition) > 2 && condition[1].text == "." && condition[0].identifier() && strings.EqualFold(condition[0].text, name) {
		condition = condition[2:]
	}
	var column string
	switch {
	case len(condition) == 1, len(condition) == 3 && condition[1].text == "=" && condition[2].kind == tokenOther && condition[2].text == "1":
		column = "judged"
	case len(condition) != 3 || condition[1].text != "=" || condition[2].kind != tokenString:
		return false
	case condition[2].text == "'kube-system'":
		column = "namespace"
	case slices.Contains(originals, condition[2].text):
		column = "kind"
	default:
		return false
	}
	return condition[0].identifier() && strings.EqualFold(condition[0].text, column)
}

// originals are kinds whose pod templates are not made from another's: their
// rows are always there.
var originals = []string{"'Deployment'", "'StatefulSet'", "'DaemonSet'", "'CronJob'"}

// nesting is by how much a token changes the depth of parentheses and CASE.
func nesting(t token) int {
	switch {
	case t.is("case"), t.kind == tokenOther && t.text == "(":
		return 1
	case t.is("end"), t.kind == tokenOther && t.text == ")":
		return -1
	}
	return 0
}

// endsWhere recognises what may follow a WHERE; a column of such a name would
// be quoted.
func endsWhere(t token) bool {
	return slices.ContainsFunc([]string{"group", "having", "window", "order", "limit", "union", "except", "intersect"}, t.is)
}

// endsClause recognises what may follow a WHERE or an ON.
func endsClause(t token) bool {
	return endsWhere(t) || slices.ContainsFunc([]string{"where", "join", "inner", "left", "cross"}, t.is)
}

// afterTable recognises what may follow a table that has no alias.
func afterTable(t token) bool {
	return endsClause(t) || slices.ContainsFunc([]string{"on", "indexed", "not", "outer"}, t.is)
}
