package yamljson

import "bytes"

// blockScalar reads a literal or folded scalar, from its | or > on, and moves
// on to the next token. The steps are libyaml's.
func (p *parser) blockScalar(parent int) bool {
	s := p.src
	literal := s[p.pos] == '|'
	chomp, indent, ok := p.blockHeader(parent)
	if !ok {
		return false
	}
	p.out = append(p.out, '"')
	blank, ok := p.blockBreaks(&indent, parent)
	if !ok {
		return false
	}
	lead, wasBlank := 0, false
	for p.pos < len(s) && p.pos-p.bol == indent {
		isBlank := s[p.pos] == ' ' || s[p.pos] == '\t'
		if !literal && lead > 0 && !wasBlank && !isBlank {
			if blank == 0 {
				p.out = append(p.out, ' ')
			}
			lead = 0
		}
		p.breaks(lead + blank)
		wasBlank = isBlank
		n := bytes.IndexByte(s[p.pos:], '\n')
		lead = 1
		if n < 0 {
			n, lead = len(s)-p.pos, 0
		}
		p.out = appendEscaped(p.out, s[p.pos:p.pos+n])
		p.pos += n + lead
		if lead > 0 {
			p.bol = p.pos
		}
		if blank, ok = p.blockBreaks(&indent, parent); !ok {
			return false
		}
	}
	if chomp >= 0 {
		p.breaks(lead)
	}
	if chomp > 0 {
		p.breaks(blank)
	}
	p.out = append(p.out, '"')
	p.pos = p.bol
	p.next()
	return true
}

// breaks appends line feeds.
func (p *parser) breaks(n int) {
	for range n {
		p.out = append(p.out, '\\', 'n')
	}
}

// blockHeader reads the rest of the line of a | or >: how to chomp line ends
// (-1 strip, 0 clip, 1 keep), and the indentation, or 0 to detect it.
func (p *parser) blockHeader(parent int) (chomp, indent int, ok bool) {
	s := p.src
	i := p.pos + 1
	for ; i < len(s) && s[i] != ' ' && s[i] != '\n'; i++ {
		switch c := s[i]; {
		case c == '+' && chomp == 0:
			chomp = 1
		case c == '-' && chomp == 0:
			chomp = -1
		case c >= '1' && c <= '9' && indent == 0:
			indent = parent + int(c-'0')
		default:
			return 0, 0, false
		}
	}
	for i < len(s) && s[i] == ' ' {
		i++
	}
	if i < len(s) && s[i] == '#' && s[i-1] == ' ' {
		n := bytes.IndexByte(s[i:], '\n')
		if n < 0 {
			n = len(s) - i
		}
		i += n
	}
	if i >= len(s) || s[i] != '\n' {
		return 0, 0, false
	}
	p.pos, p.bol = i+1, i+1
	return chomp, indent, true
}

// blockBreaks reads empty lines and the indentation of the next line with
// text, and counts them. An indent of 0 it sets to what it finds.
func (p *parser) blockBreaks(indent *int, parent int) (n int, ok bool) {
	s := p.src
	deepest := 0
	i := p.pos
	for {
		for i < len(s) && s[i] == ' ' && (*indent == 0 || i-p.bol < *indent) {
			i++
		}
		deepest = max(deepest, i-p.bol)
		if i < len(s) && s[i] == '\t' && (*indent == 0 || i-p.bol < *indent) {
			return 0, false
		}
		if i >= len(s) || s[i] != '\n' {
			break
		}
		i++
		p.bol = i
		n++
	}
	if *indent == 0 {
		*indent = max(deepest, parent+1, 1)
	}
	p.pos = i
	return n, true
}
