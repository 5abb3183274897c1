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
		if end, _ := skip(text, i); end > i {
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
	lead := len(sql) - len(strings.TrimLeft(sql, space))
	return Statement{strings.TrimSpace(sql), 1 + strings.Count(text[:start+lead], "\n")}, true
}

// skip returns the end of the string, quoted name or comment that begins at i,
// or i when none does. What is not closed extends to the end of the text.
func skip(text string, i int) (end int, closed bool) {
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
	return i, true
}

func closing(text string, from int, end string) (int, bool) {
	n := strings.Index(text[from:], end)
	if n < 0 {
		return len(text), false
	}
	return from + n + len(end), true
}

// unclosed is the mark of the string, name or comment that a text ends in, and
// the place of what follows the mark; it is empty where a text ends in none.
func unclosed(text string) (mark string, at int) {
	for i := 0; i < len(text); {
		end, closed := skip(text, i)
		if !closed {
			mark = text[i : i+1]
			if mark == "-" || mark == "/" {
				mark = text[i : i+2]
			}
			return mark, i + len(mark)
		}
		i = max(end, i+1)
	}
	return "", len(text)
}

// blank says that a text holds nothing but space and whole comments.
func blank(text string) bool {
	mark, _ := unclosed(text)
	return mark != "/*" && strings.TrimSpace(stripComments(text)) == ""
}

// stripComments puts a space for each comment, as SQLite does.
func stripComments(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		end, _ := skip(text, i)
		switch {
		case end == i:
			b.WriteByte(text[i])
			i++
			continue
		case text[i] == '-' || text[i] == '/':
			b.WriteByte(' ')
		default:
			b.WriteString(text[i:end])
		}
		i = end
	}
	return b.String()
}

// space is what SQLite takes for space.
const space = " \t\r\n\f"

// oneLine is a statement as the history keeps it: in one line, without
// comments, and every string as it was but for the ends of its lines.
func oneLine(sql string) string {
	var b strings.Builder
	sql = strings.Trim(stripComments(sql), space)
	for i := 0; i < len(sql); {
		end, _ := skip(sql, i)
		switch {
		case end > i:
			b.WriteString(strings.NewReplacer("\n", " ", "\r", " ").Replace(sql[i:end]))
			i = end
			continue
		case strings.IndexByte(space, sql[i]) < 0:
			b.WriteByte(sql[i])
		case strings.IndexByte(space, sql[i+1]) < 0: // the last of several; sql does not end in one
			b.WriteByte(' ')
		}
		i++
	}
	return b.String()
}
