package shell

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// keywords of SELECT, and functions, as documentation writes them.
var (
	keywords = strings.Fields(`AND AS ASC BETWEEN BY CASE DESC DISTINCT ELSE END EXCEPT EXISTS FROM
		GROUP HAVING IN INNER INTERSECT IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER SELECT THEN UNION
		USING VALUES WHEN WHERE WITH`)
	functions = strings.Fields(`avg coalesce count date datetime group_concat iif instr json_each json_extract
		json_group_array length lower max min replace round substr sum trim unixepoch upper`)
)

// complete implements liner.WordCompleter: the word before the cursor is
// completed by what may stand there.
func (s *Shell) complete(ctx context.Context, line string, pos int) (head string, words []string, tail string) {
	runes := []rune(line)
	pos = min(pos, len(runes))
	before, tail := string(runes[:pos]), string(runes[pos:])
	if name, ok := s.commandIn(before); ok && strings.HasPrefix(name, ".") {
		return s.completeCommand(ctx, before, tail)
	}
	if s.pending != "" && strings.TrimSpace(before) == "" {
		return before, []string{"  "}, tail // a tab that is typed, or pasted, to indent
	}
	if mark, at := unclosed(s.pending + before); mark != "" {
		if mark != "'" || at < len(s.pending) {
			return before, nil, tail
		}
		word := before[at-len(s.pending):]
		words = matching(s.values(ctx, s.pending+before[:at-len(s.pending)]), word)
		if len(words) == 1 && !strings.HasPrefix(tail, "'") {
			words[0] += "'"
		}
		return strings.TrimSuffix(before, word), words, tail
	}
	head = strings.TrimRightFunc(before, inName)
	word := before[len(head):]
	words = matching(s.names(ctx, s.pending+head, word, s.pending+line), word)
	if len(words) == 1 && slices.Contains(keywords, strings.ToUpper(words[0])) && !strings.HasPrefix(tail, " ") {
		words[0] += " "
	}
	return head, words, tail
}

// completeCommand completes a command, or what it is about.
func (s *Shell) completeCommand(ctx context.Context, before, tail string) (string, []string, string) {
	head := before[:strings.LastIndexAny(before, space)+1]
	word := before[len(head):]
	var candidates []string
	if strings.TrimSpace(head) == "" {
		for _, c := range dotCommands() {
			candidates = append(candidates, c.name)
		}
		return head, matching(candidates, word), tail
	}
	switch strings.ToLower(strings.TrimSpace(head)) {
	case ".schema", ".tables":
		candidates = s.tableNames(ctx, word)
	case ".rule":
		candidates = s.RuleIDs()
	case ".output":
		candidates = s.Formats()
	case ".timing", ".explain":
		candidates = []string{"on", "off"}
	}
	return head, matching(candidates, word), tail
}

// compared finds the column that a string, which begins at the end of the
// text, is compared with.
var compared = regexp.MustCompile(`(?i)([a-z_]+)\s*(?:=|==|!=|<>|\sis|\sis\s+not|\slike|\sin\s*\((?:\s*'[^']*'\s*,)*)\s*'$`)

// values may stand in a string: namespaces, where it is compared with one.
func (s *Shell) values(ctx context.Context, text string) []string {
	m := compared.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	column := strings.ToLower(m[1])
	if column == "name" {
		for _, t := range s.mentioned(ctx, text) {
			if t.table != nil && t.table.Name == "k8s_namespaces" {
				return s.Namespaces(ctx)
			}
		}
	}
	if strings.HasSuffix(column, "namespace") {
		return s.Namespaces(ctx)
	}
	return nil
}

// names may stand after a text: tables, columns of the tables that the whole
// statement names, keywords.
func (s *Shell) names(ctx context.Context, text, word, whole string) []string {
	before, all := tokens(text), s.mentioned(ctx, whole)
	last := ""
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	switch {
	case inFrom(before) && (last == "," || isFrom(last)):
		return s.tableNames(ctx, word)
	case last == "." && len(before) > 1:
		return columnsOf(all, before[len(before)-2])
	}
	names, marks := columnsOf(all, ""), keywords
	for _, m := range all {
		names = append(names, m.alias)
	}
	switch {
	case last == "":
		marks = []string{"SELECT", "WITH"}
	case len(all) == 0 && word != "":
		names = s.tableNames(ctx, "k8s_")
		for _, t := range s.Tables() {
			names = append(names, columnNames(t)...)
		}
	}
	inCase := strings.ToUpper
	if sample := word + strings.Join(tokens(whole), ""); sample != "" && unicode.IsLower([]rune(sample)[0]) {
		inCase = strings.ToLower
	}
	for _, k := range marks {
		names = append(names, inCase(k))
	}
	if last == "" {
		return names
	}
	return append(names, functions...)
}

// tableNames are the tables, and with a word that begins like none of ours what
// kubectl calls the resources, those that only the live cluster knows included.
func (s *Shell) tableNames(ctx context.Context, word string) []string {
	var names []string
	for _, t := range s.Tables() {
		names = append(names, t.Name)
	}
	if word != "" && !strings.HasPrefix(strings.ToLower(word), "k8s") {
		for _, r := range append(tables.Resources(), s.Resources(ctx)...) {
			names = append(names, r.Plural)
		}
	}
	return names
}

// matching are the candidates that begin as a word does, in the word's case.
func matching(candidates []string, word string) []string {
	var words []string
	for _, c := range candidates {
		if len(c) > len(word) && strings.EqualFold(c[:len(word)], word) {
			words = append(words, c)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func inName(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
