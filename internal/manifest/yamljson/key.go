package yamljson

import (
	"bytes"
	"hash/maphash"
)

// isKey reports whether a key and its colon begin at pos.
func (p *parser) isKey() bool {
	switch c := p.src[p.pos]; {
	case c == '"' || c == '\'':
		i := p.pos + 1
		for i < len(p.src) && p.src[i] != c && p.src[i] != '\n' {
			if p.src[i] == '\\' && c == '"' {
				i++
			}
			i++
		}
		return i+1 < len(p.src) && p.src[i] == c && p.src[i+1] == ':' && p.blankAt(i+2)
	case class[c]&start != 0:
		end, colon := p.plainEnd(p.pos)
		return colon && end > p.pos
	}
	return false
}

// key reads a key and its colon. Characters of the class not may not be in it
// unless it is quoted.
func (p *parser) key(not byte) bool {
	from := p.pos
	switch c := p.src[p.pos]; {
	case c == '"' || c == '\'':
		bol := p.bol
		if !p.quoted() || p.bol != bol || p.pos >= len(p.src) || p.src[p.pos] != ':' || !p.blankAt(p.pos+1) {
			return false
		}
	case class[c]&start != 0:
		colonAt, colon := p.plainEnd(p.pos)
		if !colon || !p.plainStart() {
			return false
		}
		end := colonAt
		for p.src[end-1] == ' ' || p.src[end-1] == '\t' {
			end--
		}
		if !keyIsText(p.src[p.pos:end]) {
			return false
		}
		for _, c := range p.src[p.pos:end] {
			if class[c]&not != 0 {
				return false
			}
		}
		p.out = appendString(p.out, p.src[p.pos:end])
		p.pos = colonAt
	default:
		return false
	}
	p.pos++
	return p.pos-from < 1000
}

// keyIsText reports whether a plain scalar is, as a key, just what it says:
// not a number in other digits, a boolean, null or a merge.
func keyIsText(s []byte) bool {
	switch hint(s) {
	case text:
		return string(s) != "<<"
	case decimal:
		return true
	}
	return false
}

// newKey reports whether the key at the end of out is not among those that
// the mapping has had; seen is of that mapping, and used once it is large.
func (p *parser) newKey(first, begin int, seen *map[uint64]struct{}) bool {
	key := p.out[begin:]
	if *seen == nil && len(p.keys)-first < 32 {
		for _, k := range p.keys[first:] {
			if bytes.Equal(p.out[k[0]:k[1]], key) {
				return false
			}
		}
		p.keys = append(p.keys, [2]int{begin, len(p.out)})
		return true
	}
	if *seen == nil {
		*seen = map[uint64]struct{}{}
		for _, k := range p.keys[first:] {
			(*seen)[maphash.Bytes(seed, p.out[k[0]:k[1]])] = struct{}{}
		}
	}
	hash := maphash.Bytes(seed, key) // two keys of one hash are for the caller to read
	_, had := (*seen)[hash]
	(*seen)[hash] = struct{}{}
	return !had
}

var seed = maphash.MakeSeed()
