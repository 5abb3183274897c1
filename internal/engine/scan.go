package engine

import (
	"slices"
	"strings"
)

// token is one token of SQL text, without spaces and comments.
type token struct {
	kind       tokenKind
	text       string // identifiers and keywords unquoted
	start, end int    // bytes in the text
}

type tokenKind uint8

const (
	tokenWord   tokenKind = iota // identifier or keyword
	tokenQuoted                  // "…", `…` or […]: never a keyword
	tokenString                  // '…'
	tokenOther                   // numbers; operators, one byte each
)

// is reports whether the token is that keyword.
func (t token) is(keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, keyword)
}

func (t token) identifier() bool { return t.kind == tokenWord || t.kind == tokenQuoted }

// tokenize splits SQL as SQLite's own tokenizer does. It is used to tell
// statements apart, and to find the place of an error; what a statement may do
// is decided by SQLite's parser and its authorizer, not here.
func tokenize(sql string) []token {
	tokens := make([]token, 0, len(sql)/5)
	for i := 0; i < len(sql); {
		c, start := sql[i], i
		kind := tokenOther
		switch {
		case isSpace(c):
			i++
			continue
		case strings.HasPrefix(sql[i:], "--"):
			i = after(sql, i, "\n")
			continue
		case strings.HasPrefix(sql[i:], "/*"):
			i = after(sql, i+2, "*/")
			continue
		case c == '\'', c == '"', c == '`':
			i = quoted(sql, i)
			kind = tokenQuoted
			if c == '\'' {
				kind = tokenString
			}
		case c == '[':
			i = after(sql, i, "]")
			kind = tokenQuoted
		case c >= '0' && c <= '9':
			for i++; i < len(sql) && (isWord(sql[i]) || sql[i] == '.'); i++ {
			}
		case isWord(c):
			for i++; i < len(sql) && isWord(sql[i]); i++ {
			}
			kind = tokenWord
		default:
			i++
		}
		tokens = append(tokens, token{kind, unquote(kind, sql[start:i]), start, i})
	}
	return tokens
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// after returns the offset behind the next end, or the end of the text.
func after(sql string, from int, end string) int {
	if n := strings.Index(sql[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(sql)
}

// quoted returns the offset behind the quoted text that begins at i; a doubled
// quote stands for itself.
func quoted(sql string, i int) int {
	quote := sql[i]
	for i++; i < len(sql); i++ {
		if sql[i] != quote {
			continue
		}
		if i++; i == len(sql) || sql[i] != quote {
			return i
		}
	}
	return i
}

func unquote(kind tokenKind, text string) string {
	if kind != tokenQuoted {
		return text
	}
	quote := text[:1]
	if quote == "[" {
		return strings.TrimSuffix(text[1:], "]")
	}
	return strings.ReplaceAll(strings.TrimSuffix(text[1:], quote), quote+quote, quote)
}

// find returns the offset of the first identifier or keyword that reads text,
// or -1.
func find(tokens []token, text string) int {
	i := slices.IndexFunc(tokens, func(t token) bool { return t.identifier() && strings.EqualFold(t.text, text) })
	if i < 0 {
		return -1
	}
	return tokens[i].start
}

// commonTables returns the names, in lower case, that the statement may give
// to common table expressions: each is followed by AS ( or by (columns) AS (.
func commonTables(tokens []token) map[string]bool {
	var names map[string]bool
	for i, t := range tokens {
		if t.is("as") && i > 0 && i+1 < len(tokens) &&
			(tokens[i+1].text == "(" || tokens[i+1].is("materialized") || tokens[i+1].is("not")) {
			if names == nil {
				names = map[string]bool{}
			}
			names[strings.ToLower(tokens[beforeColumns(tokens, i-1)].text)] = true
		}
	}
	return names
}

// beforeColumns steps back over a parenthesised list that ends at i.
func beforeColumns(tokens []token, i int) int {
	if tokens[i].text == ")" {
		for i > 0 && tokens[i].text != "(" {
			i--
		}
		i = max(i-1, 0)
	}
	return i
}
