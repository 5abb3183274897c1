package yamledit

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	syaml "sigs.k8s.io/yaml"
)

func TestEdit(t *testing.T) {
	for _, test := range []struct{ name, text, want, out string }{
		{"nothing to do", "a: 1 # one\n", "a: 1", "a: 1 # one\n"},
		{"a word", "# head\na: 1 # one\n\nb: 'x'  # two\n", "a: 2\nb: z", "# head\na: 2 # one\n\nb: z  # two\n"},
		{"a new key", "a: 1\n\nb:\n  c: 1 # c\n# tail\n", "{a: 1, b: {c: 1, d: {e: true}}}", "a: 1\n\nb:\n  c: 1 # c\n  d:\n    e: true\n# tail\n"},
		{"keys at two depths", "b:\n  c: 1\n", "{b: {c: 1, d: 2}, e: 3}", "b:\n  c: 1\n  d: 2\ne: 3\n"},
		{"no line feed at the end", "a: 1", "{a: 1, b: 2}", "a: 1\nb: 2"},
		{"a key that goes", "a: 1\n# of b\nb:\n  c: 1\n  d: 2\ne: 3\n", "{a: 1, e: 3}", "a: 1\n# of b\ne: 3\n"},
		{"the last key goes, another comes", "a: 1\nb: 2\n", "{a: 1, c: 3}", "a: 1\nc: 3\n"},
		{"flow", "a: {b: 1, c: 2}\n", "{a: {b: 1, c: 2, d: {e: x}}}", "a: {b: 1, c: 2, d: {e: x}}\n"},
		{"flow, one goes", "a: {b: 1, c: 2, d: 3} # x\n", "{a: {b: 1, d: 3}}", "a: {b: 1, d: 3} # x\n"},
		{"flow, the last go", "a: {b: 1, c: 2, d: 3}\n", "{a: {b: 1}}", "a: {b: 1}\n"},
		{"flow, the last goes, another comes", "a: {b: 1, c: 2}\n", "{a: {b: 1, d: 3}}", "a: {b: 1, d: 3}\n"},
		{"flow, the first go", "a: {b: 1, c: 2, d: 3}\n", "{a: {d: 3}}", "a: {d: 3}\n"},
		{"empty flow", "a: {}\nb: []\n", "{a: {c: 1}, b: [x]}", "a: {c: 1}\nb:\n  - x\n"},
		{"a list of named things", "l:\n- name: a\n  x: 1\n- name: b # b\n  x: 2\n", "{l: [{name: a, x: 1}, {name: b, x: 3, z: 4}, {name: c}]}", "l:\n- name: a\n  x: 1\n- name: b # b\n  x: 3\n  z: 4\n- name: c\n"},
		{"an item goes", "l:\n  - name: a\n  # of b\n  - name: b\n    x: 2\n  - name: c\nm: 1\n", "{l: [{name: a}, {name: c}], m: 1}", "l:\n  - name: a\n  # of b\n  - name: c\nm: 1\n"},
		{"the key beside the dash goes", "l:\n- x: 1\n  y: 2\n  name: a\n", "{l: [{name: a}]}", "l:\n- name: a\n"},
		{"words of a list", "add: [NET_RAW, CHOWN, SYS_ADMIN]\n", "{add: [CHOWN]}", "add: [CHOWN]\n"},
		{"all words of a list", "add: [NET_RAW]\ndrop: [x]\n", "{add: [], drop: [ALL]}", "add: []\ndrop: [ALL]\n"},
		{"a scalar becomes a mapping", "env:\n- name: A\n  value: secret # the password\n- name: B\n", "{env: [{name: A, valueFrom: {secretKeyRef: {name: x}}}, {name: B}]}", "env:\n- name: A\n  valueFrom:\n    secretKeyRef:\n      name: x\n- name: B\n"},
		{"a block scalar stays", "a: |\n  # not a comment\n  x: 1\n\n# of b\nb: 1\n", "{a: \"# not a comment\\nx: 1\\n\", b: 2, c: 3}", "a: |\n  # not a comment\n  x: 1\n\n# of b\nb: 2\nc: 3\n"},
		{"a key after a block scalar", "b:\n  a: |\n    x\n    # y\n\n# tail\nc: 1\n", "{b: {a: \"x\\n# y\\n\", d: 1}, c: 1}", "b:\n  a: |\n    x\n    # y\n  d: 1\n\n# tail\nc: 1\n"},
		{"JSON", "{\n  \"a\": 1,\n  \"b\": {\"c\": \"x\"}\n}\n", "{a: 2, b: {c: x, d: {e: z}}}", "{\n  \"a\": 2,\n  \"b\": {\"c\": \"x\", \"d\":{\"e\":\"z\"}}\n}\n"},
		{"quotes within", "a: {b: \"}, x\", c: 'it''s }', d: it's}\ne: 1\n", "{a: {b: \"}, x\", c: \"it's }\", d: \"it's\", f: 1}, e: 2}", "a: {b: \"}, x\", c: 'it''s }', d: it's, f: 1}\ne: 2\n"},
		{"characters of many bytes", "a: {é: ü, b: 1}\n", "{a: {é: ü, b: 2}}", "a: {é: ü, b: 2}\n"},
		{"line feeds of Windows", "a: 1\r\nb:\r\n  c: 1\r\n", "{a: 1, b: {c: 2, d: 3}}", "a: 1\r\nb:\r\n  c: 2\r\n  d: 3\r\n"},
		{"text that looks like something else", "a: x\n", `{a: "yes", b: "1", c: "- x"}`, "a: \"yes\"\nb: \"1\"\nc: '- x'\n"},
		{"a value of nothing", "a:\nb: 1\n", "{a: 1, b: 1}", "a: 1\nb: 1\n"},
	} {
		out, err := Edit([]byte(test.text), decoded(t, test.want))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if diff := cmp.Diff(test.out, string(out)); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// What cannot be changed in place is said so, and never written wrong.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"a: &x {b: 1}\nc: *x\n", "{a: {b: 2}, c: {b: 1}}"},
		{"a: &x\n  b: 1\nc:\n  <<: *x\n  d: 1\n", "{a: {b: 1}, c: {b: 1, d: 2}}"},
		{"a: one\n  two\nb: 1\n", "{a: x, b: 1}"},
		{"- a\n- b\n", "a: 1"},
	} {
		if out, err := Edit([]byte(test.text), decoded(t, test.want)); !errors.Is(err, ErrShape) {
			t.Errorf("%q became %q: %v", test.text, out, err)
		}
	}
}

// FuzzEdit turns any document into any other: what is written says what was
// wanted, or nothing is written.
func FuzzEdit(f *testing.F) {
	for _, s := range [][2]string{
		{"a: {b: 1, c: [x, y]}\n", "a: {b: 2}\nd: 1"},
		{"l:\n- name: a\n  x: |\n    y\n", "l: [{name: b}]"},
		{"{\"a\": [1, 2]}", "a: [2, 3]"},
		{"a: 'x' # y\nb:\n  - c\n", "b: [c, d]"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, text, want string) {
		w, err := value([]byte(want))
		if err != nil {
			t.Skip()
		}
		out, err := Edit([]byte(text), w)
		if err != nil || strings.Contains(text, "\r\n") {
			return
		}
		if got, err := value(out); err != nil || !reflect.DeepEqual(got, w) {
			t.Errorf("%q became %q, want %q: %v", text, out, want, err)
		}
	})
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	v, err := value([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := syaml.Marshal(v); err != nil {
		t.Fatal(err)
	}
	return v
}
