package yamljson

import (
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
)

var rounds = flag.Int("rounds", 30_000, "random documents to compare")

// TestRandom compares documents put together from pieces of YAML, most of them
// wrong, which is what mutation of good ones seldom gives.
func TestRandom(t *testing.T) {
	keys := []string{"a: ", "b:", "c: ", "d:", "'e': ", `"f":`, "- ", "-", "- - ", "- g: ", "h:  ", "80: ", "no: ", "? ", "", "", "items:"}
	values := []string{
		"", "x", "x y", "'q'", `"d"`, `"a\n\x41"`, "|", "|-", "|+", ">", ">-", ">+", "|2", ">1-", "{}", "[]", "{a: b}", "[a, b]", "[a,", "]",
		"{a: [x, {y: z}], b: 'c'}", "{", "}", "# c", "x # c", "x#c", "x: y", "'a", "b'", `"a`, `b"`, `a\`, "1", "0x1", "1.5", "-1", "~", "null", "true", "-", "--", "---",
		"...", ":", "&a x", "*a", "!t x", "%", "@", "a:b", ", ", "é", "\t", " \t", "x\t", "?", "<<", "---x", "x ", "\"a\" ", "''", "\"\\", "a: 'b", "[", "a]",
	}
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(s []string) string { return s[r.IntN(len(s))] }
	converted := 0
	for range *rounds {
		var b strings.Builder
		for range 1 + r.IntN(7) {
			b.WriteString(strings.Repeat(" ", []int{0, 0, 0, 1, 2, 2, 2, 3, 4}[r.IntN(9)]))
			b.WriteString(pick(keys))
			if r.IntN(12) == 0 {
				b.WriteString(pick(keys))
			}
			b.WriteString(pick(values))
			if r.IntN(20) > 0 {
				b.WriteByte('\n')
			}
			if r.IntN(8) == 0 {
				b.WriteString(strings.Repeat(" ", r.IntN(5)) + "\n")
			}
		}
		if same(t, b.String()) {
			converted++
		}
	}
	t.Logf("%d of %d converted", converted, *rounds)
	if converted < *rounds/100 {
		t.Errorf("only %d of %d converted: the pieces are too wrong to show anything", converted, *rounds)
	}
}
