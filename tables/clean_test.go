package tables

import (
	"encoding/json"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"plain-name.1":              "plain-name.1",
		"Größe 猫 😀":                 "Größe 猫 😀",
		"two\nlines\tand a tab":     "two\nlines\tand a tab",
		"\x1b[31mred\x1b[0m":        `\u001b[31mred\u001b[0m`,
		"ring\aback\bcr\rnul\x00":   `ring\u0007back\u0008cr\u000dnul\u0000`,
		"del\x7f csi\u009b":         `del\u007f csi\u009b`,
		"\u202egnp.exe\u202c":       `\u202egnp.exe\u202c`,
		"\u2066a\u2069\u200e\u061c": `\u2066a\u2069\u200e\u061c`,
		"line\u2028par\u2029":       `line\u2028par\u2029`,
		"\ufeffbom":                 `\ufeffbom`,
		"bad\xff\xc3":               "bad\ufffd\ufffd",
		`already \u001b`:            `already \u001b`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, test := range []struct {
		v    any
		want any
	}{
		{nil, nil},
		{map[string]string{}, nil},
		{[]string(nil), nil},
		{(*string)(nil), nil},
		{map[string]string{"b": "2", "a": "1"}, `{"a":"1","b":"2"}`},
		{[]string{"\x1b[2J", "\u202e", "\r", `\b`, "\b", "<"}, `["\\u001b[2J","\\u202e","\\u000d","\\b","\\u0008","\u003c"]`},
		{map[string]string{"\x1b": "\x7f"}, `{"\\u001b":"\\u007f"}`},
		{json.RawMessage(`"\u001B\u202E"`), `"\\u001B\\u202E"`},
	} {
		if got := JSON(test.v).Any(); got != test.want {
			t.Errorf("JSON(%#v) = %v, want %v", test.v, got, test.want)
		}
	}
	if got := JSONList([]string{}).Any(); got != "[]" {
		t.Errorf("JSONList of an empty list = %v", got)
	}
	if got := JSONList([]string(nil)); !got.IsNull() {
		t.Errorf("JSONList of nil = %v", got.Any())
	}
}

// harmful returns a character that can steer a terminal or turn text around,
// by Unicode's own tables.
func harmful(s string) (rune, bool) {
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n' || r == '\t':
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), unicode.In(r, unicode.Zl, unicode.Zp),
			r == utf8.RuneError && size == 1:
			return r, true
		}
	}
	return 0, false
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "a", "\x1b[31m", "\u202e\u2066", "\xff\x1b", `\u001b`, `\\r`, `\`, "\"", "\u2028", "a\r\nb\tc", "<&>\b\f", "\u009b\x7f", "\ufeff😀\xf0\x9f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		clean := Clean(s)
		if r, bad := harmful(clean); bad {
			t.Errorf("Clean(%q) holds %U", s, r)
		}
		if again := Clean(clean); again != clean {
			t.Errorf("Clean(%q) = %q, and again %q", s, clean, again)
		}
		if got := CleanAny(s); got != clean {
			t.Errorf("CleanAny(%q) = %q", s, got)
		}
		doc := JSON(map[string][]string{s: {s}}).Text()
		if r, bad := harmful(doc); bad {
			t.Errorf("the JSON of %q holds %U", s, r)
		}
		var back map[string][]string
		if err := json.Unmarshal([]byte(doc), &back); err != nil {
			t.Fatalf("the JSON of %q: %v: %s", s, err, doc)
		}
		// What a query extracts is what a column of text would hold.
		if values := back[clean]; len(values) != 1 || values[0] != clean {
			t.Errorf("the JSON of %q is %s, which means %q", s, doc, back)
		}
	})
}
