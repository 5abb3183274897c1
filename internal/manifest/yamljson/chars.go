package yamljson

import "unicode/utf8"

// Classes of bytes.
const (
	bad   byte = 1 << iota // no character of YAML
	high                   // part of a character beyond ASCII
	cr                     // carriage return
	stop                   // may end a plain scalar: line feed, : and #
	flow                   // may end one within brackets: , ? [ ] { }
	start                  // may begin a plain scalar
	quote                  // has to be escaped in JSON
)

var class = func() (t [256]byte) {
	for i := range t {
		switch {
		case i < ' ' && i != '\t' && i != '\n' && i != '\r' || i == 0x7f:
			t[i] |= bad
		case i >= utf8.RuneSelf:
			t[i] |= high | start
		case i >= '0' && i <= '9', i >= 'a' && i <= 'z', i >= 'A' && i <= 'Z':
			t[i] |= start
		}
		if i < ' ' {
			t[i] |= quote
		}
	}
	for _, c := range `_/.()$+<=^~\;-` {
		t[c] |= start
	}
	for _, c := range "\n:#" {
		t[c] |= stop
	}
	for _, c := range ",?[]{}" {
		t[c] |= flow
	}
	t['\r'] |= cr
	t['"'] |= quote
	t['\\'] |= quote
	return t
}()

// printable reports whether text is UTF-8 without control characters, byte
// order marks, and the characters that end a line in YAML 1.1 only.
func printable(text []byte) bool {
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			text = text[1:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1, r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
			return false
		}
		text = text[n:]
	}
	return true
}

// appendString appends s as a JSON string.
func appendString(out, s []byte) []byte {
	out = append(out, '"')
	out = appendEscaped(out, s)
	return append(out, '"')
}

func appendEscaped(out, s []byte) []byte {
	from := 0
	for i, c := range s {
		if class[c]&quote == 0 {
			continue
		}
		out = append(out, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\t':
			out = append(out, '\\', 't')
		default:
			const hex = "0123456789abcdef"
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(out, s[from:]...)
}
