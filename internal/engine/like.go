package engine

import (
	"strings"
	"unicode/utf8"
)

// maxPattern is the longest pattern of LIKE and GLOB, in bytes: long ones with
// many wildcards take too long, and cannot be interrupted.
const maxPattern = 1000

// like is SQLite's LIKE without ESCAPE: % is any text, _ any character, ASCII
// letters match in either case.
func like(pattern, text string) bool {
	return wildcard(pattern, text, '%', func(p string, r rune) (bool, int) {
		want, n := utf8.DecodeRuneInString(p)
		return want == '_' || lower(want) == lower(r), n
	})
}

func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// glob is SQLite's GLOB: * is any text, ? any character, [a-z] and [^a-z] sets
// of characters.
func glob(pattern, text string) bool {
	return wildcard(pattern, text, '*', func(p string, r rune) (bool, int) {
		want, n := utf8.DecodeRuneInString(p)
		if want == '[' {
			return inSet(p, r)
		}
		return want == '?' || want == r, n
	})
}

// inSet matches a character with the set that p begins with; an unterminated
// set matches nothing.
func inSet(p string, r rune) (bool, int) {
	i := 1
	negated := i < len(p) && p[i] == '^'
	if negated {
		i++
	}
	found, first, last := false, true, rune(-1)
	for i < len(p) {
		c, n := utf8.DecodeRuneInString(p[i:])
		switch {
		case c == ']' && !first:
			return found != negated, i + 1
		case c == '-' && last >= 0 && i+1 < len(p) && p[i+1] != ']':
			to, m := utf8.DecodeRuneInString(p[i+1:])
			found = found || r >= last && r <= to
			last, n = -1, n+m
		default:
			found = found || c == r
			if last = c; c == ']' { // only the first: it begins no range
				last = -1
			}
		}
		first = false
		i += n
	}
	return false, len(p)
}

// wildcard matches text with a pattern in which any stands for any text. one
// matches a character with the element that a pattern begins with, and returns
// the element's length.
func wildcard(pattern, text string, any byte, one func(p string, r rune) (bool, int)) bool {
	pattern, _, _ = strings.Cut(pattern, "\x00") // as C sees them
	text, _, _ = strings.Cut(text, "\x00")
	p, t := 0, 0
	retry, retryAt := -1, 0 // after the last wildcard; the text it has not eaten
	for t < len(text) {
		if p < len(pattern) && pattern[p] == any {
			p++
			retry, retryAt = p, t
			continue
		}
		if p < len(pattern) {
			r, n := utf8.DecodeRuneInString(text[t:])
			if ok, m := one(pattern[p:], r); ok {
				p, t = p+m, t+n
				continue
			}
		}
		if retry < 0 {
			return false
		}
		_, n := utf8.DecodeRuneInString(text[retryAt:])
		retryAt += n
		p, t = retry, retryAt
	}
	return strings.Trim(pattern[p:], string(any)) == ""
}
