package engine

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Error is what is wrong with a query.
type Error struct {
	Msg string
	// SQL is the text as it was given.
	SQL string
	// Offset is where in SQL the error is, in bytes; -1 when that is not
	// known. Line and Column count from 1, the column in characters; both are
	// 0 when the place is not known.
	Offset, Line, Column int
}

func newError(sql string, offset int, format string, args ...any) *Error {
	e := &Error{Msg: oneLine(fmt.Sprintf(format, args...)), SQL: sql, Offset: -1}
	if offset >= 0 && offset <= len(sql) {
		before := sql[:offset]
		start := strings.LastIndexByte(before, '\n') + 1
		e.Offset = offset
		e.Line = strings.Count(before, "\n") + 1
		e.Column = utf8.RuneCountInString(before[start:]) + 1
	}
	return e
}

// Error is one line: the message and its place.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Msg
	}
	return fmt.Sprintf("%s (line %d, column %d)", e.Msg, e.Line, e.Column)
}

// caretWidth is how much of a long line Caret shows, in characters.
const caretWidth = 100

// Caret renders the line of the error and a mark under the offending word,
// two lines; it is empty when the place is not known.
func (e *Error) Caret() string {
	if e.Line == 0 {
		return ""
	}
	line := []rune(harmless(strings.Split(e.SQL, "\n")[e.Line-1]))
	at := min(e.Column-1, len(line))
	word := max(1, e.wordLen())
	if len(line) > caretWidth {
		from := max(0, min(at-caretWidth/2, len(line)-caretWidth))
		line, at = line[from:from+caretWidth], at-from
	}
	word = max(1, min(word, len(line)-at))
	return string(line) + "\n" + strings.Repeat(" ", at) + strings.Repeat("^", word)
}

// wordLen is the length of the token at the error, in characters; of names
// joined by dots, that of all.
func (e *Error) wordLen() int {
	tokens := tokenize(e.SQL)
	i := slices.IndexFunc(tokens, func(t token) bool { return t.start == e.Offset })
	if i < 0 {
		return 1
	}
	last := i
	for tokens[i].identifier() && last+2 < len(tokens) && tokens[last+1].text == "." && tokens[last+2].identifier() {
		last += 2
	}
	first, _, _ := strings.Cut(e.SQL[tokens[i].start:tokens[last].end], "\n")
	return utf8.RuneCountInString(first)
}

// harmless is s with a space for every character that is not printed as one.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, s)
}

func oneLine(s string) string {
	return tables.Clean(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " "))
}
