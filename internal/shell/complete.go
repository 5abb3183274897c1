package shell

import (
	"context"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// keywords of SELECT, in capitals as documentation writes them.
var keywords = strings.Fields(`AND AS ASC BETWEEN BY CASE COUNT DESC DISTINCT ELSE END EXCEPT EXISTS FROM
	GROUP HAVING IN INNER INTERSECT IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER SELECT THEN UNION
	USING VALUES WHEN WHERE WITH`)

// complete implements liner.WordCompleter: the word before the cursor is
// completed by what may stand there.
func (s *Shell) complete(ctx context.Context, line string, pos int) (head string, words []string, tail string) {
	text := string([]rune(line)[:min(pos, len([]rune(line)))])
	tail = strings.TrimPrefix(line, text)
	start := strings.LastIndexFunc(text, func(r rune) bool { return !isWord(r) }) + 1
	word := text[start:]
	head = text[:start]
	for _, c := range s.candidates(ctx, head, text) {
		if len(c) > len(word) && strings.EqualFold(c[:len(word)], word) {
			words = append(words, c)
		}
	}
	slices.Sort(words)
	return head, slices.Compact(words), tail
}

func isWord(r rune) bool {
	return r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func (s *Shell) candidates(ctx context.Context, head, text string) []string {
	fields := strings.Fields(head)
	last := ""
	if len(fields) > 0 {
		last = strings.ToUpper(fields[len(fields)-1])
	}
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "."):
		return s.dotCandidates(strings.TrimSpace(text), head)
	case strings.Count(head, "'")%2 == 1:
		if strings.Contains(strings.ToLower(head), "namespace") {
			return s.Namespaces(ctx)
		}
		return nil
	case last == "FROM" || last == "JOIN":
		return tableNames(s.Tables())
	}
	var words []string
	for _, t := range s.Tables() {
		if strings.Contains(strings.ToLower(text), t.Name) {
			for _, c := range t.Columns {
				words = append(words, c.Name)
			}
		}
	}
	if len(words) == 0 || strings.HasSuffix(head, ",") {
		words = append(words, tableNames(s.Tables())...)
	}
	return append(words, keywords...)
}

func (s *Shell) dotCandidates(text, head string) []string {
	var words []string
	switch {
	case strings.HasPrefix(text, ".schema ") || strings.HasPrefix(text, ".tables "):
		return tableNames(s.Tables())
	case strings.HasPrefix(text, ".rule "):
		return s.RuleIDs()
	case strings.TrimSpace(head) == ".":
		for _, c := range dotCommands() {
			words = append(words, strings.TrimPrefix(c.name, "."))
		}
	}
	return words
}

func tableNames(all []*tables.Table) []string {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name
	}
	return names
}
