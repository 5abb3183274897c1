package shell

import "strings"

// Statement is one statement of a text, and the line where it begins.
type Statement struct {
	SQL  string
	Line int
}

// Split takes whole statements, which end with a semicolon outside quotes and
// comments, off the beginning of a text; rest is what is not finished yet.
func Split(text string) (statements []Statement, rest string) {
	start := 0
	for i := 0; i < len(text); {
		end := skip(text, i)
		if end > i {
			i = end
			continue
		}
		if text[i] == ';' {
			if st, ok := statement(text, start, i); ok {
				statements = append(statements, st)
			}
			start = i + 1
		}
		i++
	}
	return statements, text[start:]
}

// statement is the statement between two places of a text, if there is one.
func statement(text string, start, end int) (Statement, bool) {
	sql := text[start:end]
	if strings.TrimSpace(stripComments(sql)) == "" {
		return Statement{}, false
	}
	lead := len(sql) - len(strings.TrimLeft(sql, " \t\r\n"))
	return Statement{strings.TrimSpace(sql), 1 + strings.Count(text[:start+lead], "\n")}, true
}

// skip returns the end of the string, quoted name or comment that begins at i,
// or i when none does. What is not closed extends to the end of the text.
func skip(text string, i int) int {
	switch c := text[i]; {
	case c == '\'' || c == '"' || c == '`':
		return closing(text, i+1, string(c))
	case c == '[':
		return closing(text, i+1, "]")
	case strings.HasPrefix(text[i:], "--"):
		return closing(text, i+2, "\n")
	case strings.HasPrefix(text[i:], "/*"):
		return closing(text, i+2, "*/")
	}
	return i
}

func closing(text string, from int, end string) int {
	n := strings.Index(text[from:], end)
	if n < 0 {
		return len(text)
	}
	return from + n + len(end)
}

// stripComments leaves what is not comment.
func stripComments(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end := skip(text, i)
		switch {
		case end == i:
			b.WriteByte(text[i])
			i++
			continue
		case text[i] != '-' && text[i] != '/':
			b.WriteString(text[i:end])
		}
		i = end
	}
	return b.String()
}
