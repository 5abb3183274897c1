package manifest

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// helmHint is what to do with templates.
const helmHint = "looks like a Helm template: render it first, e.g. helm template … | kubectl kspm check -f -"

// goodText reports whether a document is text at all.
func (f *file) goodText(d *document) bool {
	for i := 0; i < len(d.text); {
		r, n := utf8.DecodeRune(d.text[i:])
		msg := ""
		switch {
		case r == utf8.RuneError && n == 1 && i == 0 && len(d.text) > 1 && d.text[0]^d.text[1] == 1:
			msg = "UTF-16 text, as PowerShell's > writes it; save it as UTF-8"
		case r == utf8.RuneError && n == 1:
			msg = "not UTF-8 text: byte 0x" + strconv.FormatUint(uint64(d.text[i]), 16)
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r >= 0x7f && r < 0xa0 && r != 0x85:
			msg = "control character U+" + strings.ToUpper(strconv.FormatInt(int64(r)+0x10000, 16)[1:]) + " in the text"
		case (r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029) && bytes.HasPrefix(d.text[i+n:], []byte("---")):
			msg = "a --- after an unusual line end hides the next document; convert line ends"
		}
		if msg != "" {
			before := d.text[:i]
			f.fatal(d.line+bytes.Count(before, []byte("\n")), i-bytes.LastIndexByte(before, '\n'), msg)
			return false
		}
		i += n
	}
	return true
}

// yamlProblem reports a document that is not YAML; reached is the line within
// it, from 0, up to which our own reader came.
func (f *file) yamlProblem(d *document, err error, reached int) {
	if f.template(d) {
		return
	}
	line, msg := yamlError(d.text, err.Error(), reached)
	f.fatal(d.line+line, 0, msg)
}

// template reports a document that has {{ in it and could not be read for that
// reason, once for the file.
func (f *file) template(d *document) bool {
	i := bytes.Index(d.text, []byte("{{"))
	if i < 0 {
		return false
	}
	if !f.templated {
		f.templated = true
		f.fatal(d.line+bytes.Count(d.text[:i], []byte("\n")), 0, helmHint)
	}
	return true
}

var yamlLine = regexp.MustCompile(`^(?:error converting YAML to JSON: )?yaml: (?:line (\d+): )?(.*)`)

// yamlErrors are what the YAML library says, and what it means. where says
// whose line to believe: the library's, counted from 1 or, by mistake, from 0;
// or that at which our own reader stopped, where that is not later.
var yamlErrors = []struct {
	is    string
	means string
	where int
}{
	{"found a tab character", "found a tab where indentation was expected", fromOne},
	{"could not find expected ':'", "expected key: value, but there is no colon", ours},
	{"mapping values are not allowed in this context", `unexpected ": "; quote the text, or check the indentation`, fromOne},
	{"block sequence entries are not allowed in this context", "a list item is not allowed here; begin it on a line of its own", fromOne},
	{"did not find expected key", "expected a key here; check the indentation", fromZero},
	{"did not find expected '-' indicator", "expected a list item here; check the indentation", fromZero},
	{"did not find expected ',' or ']'", "expected , or ] in a list that begins with [", ours},
	{"did not find expected ',' or '}'", "expected , or } in a mapping that begins with {", ours},
	{"did not find expected node content", "expected a value here", fromZero},
	{"did not find expected <document start>", "expected the end of the document here; check the indentation", fromZero},
	{"found unexpected end of stream", "the quotes that begin here are never closed", ours},
	{"found unexpected document indicator", "the quotes that begin here are never closed", ours},
	{"found unknown escape character", `unknown escape sequence within "…"; write \\ for a backslash`, ours},
	{"invalid map key", "a key cannot be a mapping; quote text that begins with {", ours},
	{"document contains excessive aliasing", "refused: its aliases expand to too much", ours},
	{"exceeded max depth", "refused: nested too deep", ours},
}

const (
	fromOne = iota
	fromZero
	ours
)

// yamlError puts an error of the YAML library in words, with its line from 0.
func yamlError(text []byte, said string, reached int) (int, string) {
	lines := bytes.Split(text, []byte("\n"))
	if i := conflict(lines); i >= 0 {
		return i, "unresolved merge conflict"
	}
	m := yamlLine.FindStringSubmatch(said)
	if m == nil {
		return 0, "broken YAML: " + said
	}
	line, msg := max(0, atoi(m[1])-1), m[2]
	if name, ok := strings.CutPrefix(msg, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		return lineWith(lines, "*"+name), "alias *" + name + " has no anchor &" + name + " before it in this document"
	}
	if strings.HasPrefix(msg, "found character that cannot start any token") {
		return cannotStart(lines, min(line, len(lines)-1))
	}
	for _, e := range yamlErrors {
		if !strings.HasPrefix(msg, e.is) {
			continue
		}
		msg = e.means
		if e.where == fromZero && m[1] != "" {
			line++
		}
		if e.where == ours && (reached < line || m[1] == "") && !beyondUs(lines[min(reached, len(lines)-1)]) {
			line = reached
		}
		break
	}
	return min(line, len(lines)-1), "broken YAML: " + msg
}

// conflict finds the mark that a merge leaves.
func conflict(lines [][]byte) int {
	for i, l := range lines {
		if bytes.HasPrefix(l, []byte("<<<<<<< ")) || bytes.HasPrefix(l, []byte(">>>>>>> ")) {
			return i
		}
	}
	return -1
}

func cannotStart(lines [][]byte, line int) (int, string) {
	for _, n := range []int{line, max(0, line-1)} {
		l := lines[n]
		if t := bytes.TrimLeft(l, " "); len(t) > 0 && t[0] == '\t' {
			return n, "broken YAML: found a tab where indentation was expected"
		}
	}
	for _, c := range "@`%" {
		if bytes.ContainsRune(lines[line], c) {
			return line, "broken YAML: text cannot begin with " + string(c) + "; quote it"
		}
	}
	return line, "broken YAML: found a character that no value begins with; quote the text"
}

// beyondUs reports whether our own reader may have stopped at a line although
// nothing is wrong with it.
func beyondUs(line []byte) bool { return bytes.ContainsAny(line, "&*!?\t#") }

func lineWith(lines [][]byte, s string) int {
	for i, l := range lines {
		if bytes.Contains(l, []byte(s)) {
			return i
		}
	}
	return 0
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
