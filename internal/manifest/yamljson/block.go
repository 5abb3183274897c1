package yamljson

import "bytes"

// parser reads a document from top to bottom. Its methods return false where
// the text is not of the subset, or err is set.
//
// The column of a block collection is that of its keys or dashes, and the
// parent's column is what libyaml calls the indent: a value reaches as far as
// lines are indented deeper.
type parser struct {
	src []byte
	pos int
	// bol is where the line of pos begins, col the column of the token at pos.
	bol, col int
	eof      bool
	err      error

	out []byte
	// keys are the places in out of the keys of all open mappings.
	keys    [][2]int
	tmp     []byte
	entries int
	depth   int

	items   []Item
	isItems bool

	// path is what is looked for; found steps of it lead to foundLine.
	path             []Step
	found, foundLine int
	// lines counts the line feeds before linesTo.
	lines, linesTo int
}

func (p *parser) document() bool {
	p.next()
	if p.eof || !p.isKey() {
		return false
	}
	return p.mapping(p.col) && p.eof
}

// next moves on to the next token, over spaces, line ends and comments.
func (p *parser) next() {
	i := p.pos
	for {
		for i < len(p.src) && p.src[i] == ' ' {
			i++
		}
		if i == len(p.src) {
			break
		}
		if p.src[i] == '#' {
			n := bytes.IndexByte(p.src[i:], '\n')
			if n < 0 {
				break
			}
			i += n
		}
		if p.src[i] != '\n' {
			p.pos, p.col = i, i-p.bol
			return
		}
		i++
		p.bol = i
	}
	p.pos, p.col, p.eof = len(p.src), -1, true
}

// endLine moves on to the next token after a value that has to be the last of
// its line.
func (p *parser) endLine() bool {
	i := p.pos
	for i < len(p.src) && p.src[i] == ' ' {
		i++
	}
	if i < len(p.src) && p.src[i] != '\n' && (p.src[i] != '#' || i == p.pos) {
		return false
	}
	p.pos = i
	p.next()
	return true
}

// blankAt reports whether a token ends before i.
func (p *parser) blankAt(i int) bool {
	return i >= len(p.src) || p.src[i] == ' ' || p.src[i] == '\n' || p.src[i] == '\t'
}

func (p *parser) atDash() bool {
	return p.pos < len(p.src) && p.src[p.pos] == '-' && p.blankAt(p.pos+1)
}

// enter counts a level of nesting, leave ends it.
func (p *parser) enter() bool {
	if p.depth++; p.depth > MaxDepth {
		p.err = ErrDepth
		return false
	}
	return true
}

// entry counts a key or an item.
func (p *parser) entry() bool {
	if p.entries++; p.entries > MaxEntries {
		p.err = ErrEntries
		return false
	}
	return true
}

// mapping reads a block mapping whose keys are in a column; pos is at the first.
func (p *parser) mapping(col int) bool {
	if !p.enter() {
		return false
	}
	p.out = append(p.out, '{')
	first := len(p.keys)
	var seen map[uint64]struct{}
	for {
		at := p.pos
		begin := len(p.out)
		if !p.entry() || !p.key(0) || !p.newKey(first, begin, &seen) {
			return false
		}
		step := p.path != nil && p.stepKey(p.out[begin+1:len(p.out)-1], at)
		if p.depth == 1 {
			p.isItems = string(p.out[begin:]) == `"items"`
		}
		p.out = append(p.out, ':')
		if !p.mapped(col) {
			return false
		}
		if step {
			p.path = p.path[:0]
		}
		if p.eof || p.col < col {
			break
		}
		if p.col > col {
			return false
		}
		p.out = append(p.out, ',')
	}
	p.out = append(p.out, '}')
	p.keys = p.keys[:first]
	p.depth--
	return true
}

// mapped reads the value of a key in column col; pos is after its colon.
func (p *parser) mapped(col int) bool {
	i := p.pos
	for i < len(p.src) && p.src[i] == ' ' {
		i++
	}
	p.pos = i
	if i < len(p.src) && p.src[i] != '\n' && p.src[i] != '#' {
		return p.inline(col)
	}
	p.next()
	switch {
	case !p.eof && p.col > col:
		return p.node(col)
	case !p.eof && p.col == col && p.atDash():
		return p.sequence(col)
	}
	p.out = append(p.out, "null"...)
	return true
}

// sequence reads a block sequence whose dashes are in a column; pos is at the
// first.
func (p *parser) sequence(col int) bool {
	if !p.enter() {
		return false
	}
	isItems := p.isItems && p.depth == 2
	p.isItems = false
	p.out = append(p.out, '[')
	for n := 0; ; n++ {
		dash := p.pos
		i := p.pos + 1
		for i < len(p.src) && p.src[i] == ' ' {
			i++
		}
		p.pos, p.col = i, i-p.bol
		if i == len(p.src) || p.src[i] == '\n' || p.src[i] == '#' {
			p.next()
		}
		if !p.entry() {
			return false
		}
		step := p.path != nil && p.stepIndex(n, dash)
		begin, at := len(p.out), p.pos
		if p.eof || p.col <= col {
			p.out = append(p.out, "null"...)
		} else if !p.node(col) {
			return false
		}
		if step {
			p.path = p.path[:0]
		}
		if isItems {
			p.items = append(p.items, Item{Start: begin, End: len(p.out), Line: p.line(at)})
		}
		if p.eof || p.col < col || p.col == col && !p.atDash() {
			break
		}
		if p.col > col {
			return false
		}
		p.out = append(p.out, ',')
	}
	p.out = append(p.out, ']')
	p.depth--
	return true
}

// node reads any value that may begin with a key or a dash.
func (p *parser) node(parent int) bool {
	switch {
	case p.atDash():
		return p.sequence(p.col)
	case p.isKey():
		return p.mapping(p.col)
	}
	return p.inline(parent)
}

// inline reads a value that has begun in its line and is no block collection.
func (p *parser) inline(parent int) bool {
	switch p.src[p.pos] {
	case '|', '>':
		return p.blockScalar(parent)
	case '"', '\'':
		return p.quoted() && p.endLine()
	case '{', '[':
		return p.flow() && p.endLine()
	}
	return p.plain(parent)
}
