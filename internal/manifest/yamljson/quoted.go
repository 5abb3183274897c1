package yamljson

import "unicode/utf8"

// quoted reads a scalar in single or double quotes.
func (p *parser) quoted() bool {
	q := p.src[p.pos]
	from := p.pos + 1
	for i := from; i < len(p.src); i++ {
		switch c := p.src[i]; {
		case c == q && q == '\'' && i+1 < len(p.src) && p.src[i+1] == q, c == '\\' && q == '"', c == '\n':
			return p.quotedSlow(q)
		case c == q:
			p.out = appendString(p.out, p.src[from:i])
			p.pos = i + 1
			return true
		}
	}
	return false
}

// maxFolded bounds the text that is put together out of lines, which is longer
// than anybody writes.
const maxFolded = 8 << 20

// quotedSlow reads one with escapes, or of several lines, which are folded.
func (p *parser) quotedSlow(q byte) bool {
	s := p.src
	p.tmp = p.tmp[:0]
	kept := 0 // blanks after this much of tmp are dropped where the line ends
	for i := p.pos + 1; i < len(s) && len(p.tmp) < maxFolded; {
		switch c := s[i]; {
		case c == '\'' && q == c && i+1 < len(s) && s[i+1] == q:
			p.tmp = append(p.tmp, q)
			kept = len(p.tmp)
			i += 2
		case c == q:
			p.out = appendString(p.out, p.tmp)
			p.pos = i + 1
			return true
		case c == '\\' && q == '"':
			if i+1 < len(s) && s[i+1] == '\n' {
				if i = p.foldQuoted(i+1, true); i < 0 {
					return false
				}
				kept = len(p.tmp)
				continue
			}
			n, ok := p.escape(s[i+1:])
			if !ok {
				return false
			}
			kept = len(p.tmp)
			i += 1 + n
		case c == '\n':
			p.tmp = p.tmp[:kept]
			if i = p.foldQuoted(i, false); i < 0 {
				return false
			}
			kept = len(p.tmp)
		default:
			p.tmp = append(p.tmp, c)
			if i++; c != ' ' && c != '\t' {
				kept = len(p.tmp)
			}
		}
	}
	return false
}

// foldQuoted reads the line ends from i on and the spaces that the next line
// begins with, and returns where its text begins.
func (p *parser) foldQuoted(i int, escaped bool) int {
	s := p.src
	breaks := 0
	for i < len(s) && (s[i] == '\n' || s[i] == ' ') {
		if s[i] == '\n' {
			breaks++
			p.bol = i + 1
			if docMark(s[i+1:]) {
				return -1
			}
		}
		i++
	}
	if i < len(s) && s[i] == '\t' {
		return -1
	}
	if !escaped {
		p.tmp = fold(p.tmp, breaks)
		return i
	}
	for range breaks - 1 {
		p.tmp = append(p.tmp, '\n')
	}
	return i
}

// escape appends what the escape sequence after a backslash stands for, and
// returns its length.
func (p *parser) escape(s []byte) (int, bool) {
	if len(s) == 0 {
		return 0, false
	}
	n := 0
	switch s[0] {
	case '0':
		p.tmp = append(p.tmp, 0)
	case 'a':
		p.tmp = append(p.tmp, '\a')
	case 'b':
		p.tmp = append(p.tmp, '\b')
	case 't', '\t':
		p.tmp = append(p.tmp, '\t')
	case 'n':
		p.tmp = append(p.tmp, '\n')
	case 'v':
		p.tmp = append(p.tmp, '\v')
	case 'f':
		p.tmp = append(p.tmp, '\f')
	case 'r':
		p.tmp = append(p.tmp, '\r')
	case 'e':
		p.tmp = append(p.tmp, 0x1b)
	case ' ', '"', '\'', '\\':
		p.tmp = append(p.tmp, s[0])
	case 'x':
		n = 2
	case 'u':
		n = 4
	case 'U':
		n = 8
	default:
		return 0, false
	}
	if n == 0 {
		return 1, true
	}
	if len(s) <= n {
		return 0, false
	}
	var r rune
	for _, c := range s[1 : 1+n] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	if !utf8.ValidRune(r) {
		return 0, false
	}
	p.tmp = utf8.AppendRune(p.tmp, r)
	return 1 + n, true
}
