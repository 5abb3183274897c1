package yamljson

import "bytes"

// stepKey notes a key that is the next step of the path, and returns whether
// the search ends with its value.
func (p *parser) stepKey(key []byte, at int) bool {
	if p.found != p.depth-1 || p.found >= len(p.path) || p.path[p.found].Key != string(key) {
		return false
	}
	p.step(at)
	return true
}

func (p *parser) stepIndex(n, at int) bool {
	if p.found != p.depth-1 || p.found >= len(p.path) || p.path[p.found].Key != "" || p.path[p.found].Index != n {
		return false
	}
	p.step(at)
	return true
}

func (p *parser) step(at int) {
	p.found++
	p.foundLine = p.line(at)
}

// line is the line of a place, from 0. Places asked for mostly rise.
func (p *parser) line(at int) int {
	if at < p.linesTo {
		p.lines, p.linesTo = 0, 0
	}
	p.lines += bytes.Count(p.src[p.linesTo:at], []byte("\n"))
	p.linesTo = at
	return p.lines
}
