package yamledit

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

func flowStyle(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// at is the offset of a line and column, both from 1; columns count characters.
func (e *editor) at(line, column int) int {
	if line < 1 || line > len(e.lines) {
		return len(e.text)
	}
	i := e.lines[line-1]
	for ; column > 1 && i < len(e.text); column-- {
		_, size := utf8.DecodeRune(e.text[i:])
		i += size
	}
	return i
}

// extent is where a node stands. indent is that of the mapping or list that
// holds it: the lines of a block scalar are further in.
func (e *editor) extent(n *yaml.Node, indent int) (start, end int, err error) {
	start = e.at(n.Line, n.Column)
	switch n.Kind {
	case yaml.ScalarNode:
		end, err = e.scalarEnd(n, start, indent)
	case yaml.MappingNode, yaml.SequenceNode:
		if flowStyle(n) {
			end, err = e.flowEnd(start)
			break
		}
		if len(n.Content) == 0 {
			return 0, 0, ErrShape
		}
		_, end, err = e.extent(n.Content[len(n.Content)-1], n.Column-1)
	default:
		err = ErrShape
	}
	if n.Anchor != "" || n.Style&yaml.TaggedStyle != 0 {
		err = ErrShape
	}
	return start, end, err
}

func (e *editor) scalarEnd(n *yaml.Node, start, indent int) (int, error) {
	rest := string(e.text[start:])
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return e.blockEnd(n.Line, indent), nil
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return start + quoted(rest, '"'), nil
	case n.Style&yaml.SingleQuotedStyle != 0:
		return start + quoted(rest, '\''), nil
	case strings.HasPrefix(rest, n.Value):
		return start + len(n.Value), nil
	case n.Tag == "!!null" && n.Value == "":
		return start, nil
	}
	return 0, ErrShape // a plain scalar of several lines
}

// blockEnd is the end of the last line of a block scalar.
func (e *editor) blockEnd(line, indent int) int {
	end := e.lineEnd(line)
	for ; line < len(e.lines); line++ {
		text := string(e.text[e.lines[line]:e.lineEnd(line+1)])
		if strings.TrimSpace(text) == "" {
			continue
		}
		if len(text)-len(strings.TrimLeft(text, " ")) <= indent {
			break
		}
		end = e.lineEnd(line + 1)
	}
	return end
}

// lineEnd is where a line, from 1, ends: at its line feed.
func (e *editor) lineEnd(line int) int {
	if line >= len(e.lines) {
		return len(e.text)
	}
	return e.lines[line] - 1
}

// lineEndOf is the end of the line that holds an offset.
func (e *editor) lineEndOf(offset int) int {
	if i := strings.IndexByte(string(e.text[offset:]), '\n'); i >= 0 {
		return offset + i
	}
	return len(e.text)
}

// quoted is the length of a quoted scalar at the start of text.
func quoted(text string, quote byte) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && strings.HasPrefix(text[i:], "''"):
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return len(text)
}

// flowEnd finds the bracket that closes the flow collection at start.
func (e *editor) flowEnd(start int) (int, error) {
	depth := 0
	for i := start; i < len(e.text); i++ {
		switch c := e.text[i]; c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		case '"', '\'':
			if strings.IndexByte(" \t\n,[{:", e.text[i-1]) >= 0 { // not an apostrophe within a word
				i += quoted(string(e.text[i:]), c) - 1
			}
		case '#':
			if strings.IndexByte(" \t\n", e.text[i-1]) >= 0 {
				i = e.lineEndOf(i)
			}
		}
	}
	return 0, ErrShape
}
