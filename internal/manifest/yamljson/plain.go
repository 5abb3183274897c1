package yamljson

import (
	"sigs.k8s.io/yaml"
)

// plainEnd returns the end of the plain scalar that begins at i, as far as it
// is in this line, and whether a colon follows that makes it a key. Trailing
// blanks are not part of it, unless before such a colon.
func (p *parser) plainEnd(i int) (end int, colon bool) {
	s := p.src
	from := i
loop:
	for ; i < len(s); i++ {
		if class[s[i]]&stop == 0 {
			continue
		}
		switch s[i] {
		case '\n':
			break loop
		case ':':
			if p.blankAt(i + 1) {
				return i, true
			}
		case '#':
			if i > from && (s[i-1] == ' ' || s[i-1] == '\t') {
				break loop
			}
		}
	}
	for i > from && (s[i-1] == ' ' || s[i-1] == '\t') {
		i--
	}
	return i, false
}

// plainStart reports whether a plain scalar may begin at pos.
func (p *parser) plainStart() bool {
	if class[p.src[p.pos]]&start == 0 || p.atDash() {
		return false
	}
	return p.pos != p.bol || !docMark(p.src[p.pos:])
}

// docMark reports whether a line begins like one of --- or ....
func docMark(s []byte) bool {
	return len(s) >= 3 && (s[0] == '-' && s[1] == '-' && s[2] == '-' || s[0] == '.' && s[1] == '.' && s[2] == '.')
}

// plain reads a plain scalar, of one line or more, and moves on to the next
// token.
func (p *parser) plain(parent int) bool {
	if !p.plainStart() {
		return false
	}
	end, colon := p.plainEnd(p.pos)
	if colon {
		return false
	}
	first := p.src[p.pos:end]
	bol := p.bol
	p.pos = end
	p.next()
	if p.eof || p.col <= parent || bol == p.bol {
		return p.scalar(first) && (p.eof || bol != p.bol)
	}
	return p.folded(first, end, parent)
}

// folded reads the further lines of a plain scalar, whose first ended at end.
// Line ends are folded as in prose.
func (p *parser) folded(first []byte, end, parent int) bool {
	p.tmp = append(p.tmp[:0], first...)
	for !p.eof && p.col > parent && len(p.tmp) < maxFolded {
		breaks := 0
		for _, c := range p.src[end:p.pos] {
			switch c {
			case '\n':
				breaks++
			case ' ':
			default:
				return false // a comment, which ends the scalar, or a tab
			}
		}
		if breaks == 0 {
			return false
		}
		p.tmp = fold(p.tmp, breaks)
		e, colon := p.plainEnd(p.pos)
		if colon || e == p.pos || p.src[p.pos] == '\t' {
			return false
		}
		p.tmp = append(p.tmp, p.src[p.pos:e]...)
		p.pos, end = e, e
		p.next()
	}
	return p.scalar(p.tmp)
}

func fold(s []byte, breaks int) []byte {
	if breaks == 1 {
		return append(s, ' ')
	}
	for range breaks - 1 {
		s = append(s, '\n')
	}
	return s
}

// kinds of plain scalars, by a look at them.
type kind int

const (
	text    kind = iota // a string, for sure
	decimal             // an integer as JSON writes it
	word                // true, no, null: one of the words
	unsure              // some number, or a string after all
)

// hint tells what a plain scalar is without going into the more curious ways
// of writing numbers.
func hint(s []byte) kind {
	switch c := s[0]; {
	case c >= '0' && c <= '9' || c == '-' || c == '+':
		return hintNumber(s)
	case c == '.':
		if len(s) > 1 && (s[1] >= '0' && s[1] <= '9' || s[1]|0x20 == 'n' || s[1]|0x20 == 'i') {
			return unsure
		}
	case len(s) <= 5:
		if _, ok := words[string(s)]; ok {
			return word
		}
	}
	return text
}

func hintNumber(s []byte) kind {
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	if len(digits) == 0 || digits[0] == '-' {
		return text // and not a document mark
	}
	dots, any, plain := 0, false, len(digits) <= 18 && (digits[0] != '0' || len(s) == 1)
	for _, c := range digits {
		if c >= '0' && c <= '9' {
			any = true
			continue
		}
		plain = false
		switch {
		case c == '.':
			dots++
		case c >= 'a' && c <= 'f', c >= 'A' && c <= 'F', c == 'x', c == 'X', c == 'o', c == 'O', c == '_', c == '+', c == '-':
		case dots == 1 && (c|0x20 == 'i' || c|0x20 == 'n'): // +.inf
		default:
			return text
		}
	}
	switch {
	case plain:
		return decimal
	case dots > 1, dots == 0 && !any:
		return text
	}
	return unsure
}

var words = func() map[string]string {
	m := map[string]string{"~": "null", "null": "null", "Null": "null", "NULL": "null"}
	for _, w := range []string{"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"} {
		m[w] = "true"
	}
	for _, w := range []string{"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"} {
		m[w] = "false"
	}
	return m
}()

// scalar appends a plain scalar as what it stands for.
func (p *parser) scalar(s []byte) bool {
	switch hint(s) {
	case text:
		p.out = appendString(p.out, s)
	case decimal:
		p.out = append(p.out, s...)
	case word:
		p.out = append(p.out, words[string(s)]...)
	default:
		if len(s) > 1000 {
			return false
		}
		v, err := yaml.YAMLToJSON(s)
		if err != nil {
			return false
		}
		p.out = append(p.out, v...)
	}
	return true
}
