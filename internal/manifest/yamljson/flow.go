package yamljson

// flow reads a collection in braces or brackets.
func (p *parser) flow() bool {
	if !p.enter() {
		return false
	}
	isMap := p.src[p.pos] == '{'
	closing := byte(']')
	if isMap {
		closing = '}'
	}
	p.out = append(p.out, p.src[p.pos])
	p.pos++
	first := len(p.keys)
	var seen map[uint64]struct{}
	for n := 0; ; n++ {
		if !p.flowNext() {
			return false
		}
		if p.src[p.pos] == closing {
			break
		}
		if n > 0 {
			p.out = append(p.out, ',')
		}
		if !p.flowEntry(isMap, first, n, &seen) || !p.flowNext() {
			return false
		}
		if p.src[p.pos] == ',' {
			p.pos++
		} else if p.src[p.pos] != closing {
			return false
		}
	}
	p.pos++
	p.out = append(p.out, closing)
	p.keys = p.keys[:first]
	p.depth--
	return true
}

func (p *parser) flowEntry(isMap bool, first, n int, seen *map[uint64]struct{}) bool {
	if !p.entry() {
		return false
	}
	var step bool
	if isMap {
		at, begin := p.pos, len(p.out)
		if !p.key(flow) || !p.newKey(first, begin, seen) {
			return false
		}
		step = p.path != nil && p.stepKey(p.out[begin+1:len(p.out)-1], at)
		p.out = append(p.out, ':')
		bol := p.bol
		if !p.flowNext() || p.bol != bol {
			return false
		}
	} else {
		step = p.path != nil && p.stepIndex(n, p.pos)
	}
	if !p.flowValue() {
		return false
	}
	if step {
		p.path = p.path[:0]
	}
	return true
}

func (p *parser) flowValue() bool {
	switch c := p.src[p.pos]; {
	case c == '{' || c == '[':
		return p.flow()
	case c == '"' || c == '\'':
		return p.quoted()
	case !p.plainStart():
		return false
	}
	i := p.pos
	for i < len(p.src) && class[p.src[i]]&(flow|stop) == 0 || i < len(p.src) && p.src[i] == ':' && !p.blankAt(i+1) {
		i++
	}
	if i == len(p.src) || p.src[i] == ':' || p.src[i] == '#' {
		return false
	}
	end := i
	for p.src[end-1] == ' ' || p.src[end-1] == '\t' {
		end--
	}
	s := p.src[p.pos:end]
	p.pos = i
	if s[len(s)-1] == ':' || !p.flowNext() || p.src[p.pos] != ',' && p.src[p.pos] != ']' && p.src[p.pos] != '}' {
		return false
	}
	return p.scalar(s)
}

// flowNext moves on to the next token within a flow collection. It returns
// false at the end of the text, at comments and at tabs.
func (p *parser) flowNext() bool {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ':
		case '\n':
			p.bol = p.pos + 1
			if docMark(p.src[p.bol:]) {
				return false
			}
		case '\t', '#':
			return false
		default:
			return true
		}
		p.pos++
	}
	return false
}
