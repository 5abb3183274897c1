//go:build !race

package manifest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBombs holds every refusal to 2 seconds of CPU and 200 MB, in a process of
// its own.
func TestBombs(t *testing.T) {
	if path := os.Getenv("MANIFEST_BOMB"); path != "" {
		begin := time.Now()
		f, err := Open(context.Background(), []string{path}, nil)
		if err == nil {
			for _, p := range f.Problems() {
				fmt.Println("said:", p.Fatal, p)
			}
		}
		fmt.Println("said:", err, time.Since(begin).Milliseconds(), "ms")
		printPeak(t)
		return
	}
	if testing.Short() {
		t.Skip("writes large files")
	}
	const meta = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
	repeat := func(s string, size int) string { return strings.Repeat(s, size/len(s)) }
	lines := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	laughs := "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n" + lines(9, func(i int) string {
		return fmt.Sprintf("a%d: &a%d [%s*a%d]\n", i+1, i+1, strings.Repeat(fmt.Sprintf("*a%d, ", i), 8), i)
	})
	tests := []struct{ name, text, says string }{
		{"laughs", meta + laughs, "aliases expand"},
		{"aliases", meta + "x: &x [" + repeat("a, ", 30_000) + "]\ny: [" + repeat("*x, ", 40_000) + "]\n", "aliases expand"},
		{"merges", meta + "x: &x {" + lines(3000, func(i int) string { return fmt.Sprintf("k%d: 1, ", i) }) + "}\n" +
			lines(3000, func(i int) string { return fmt.Sprintf("m%d: {<<: *x}\n", i) }), "aliases expand"},
		{"itself", meta + "x: &x [*x]\n", "aliases expand"},
		{"flow depth", meta + "x: " + strings.Repeat("[", 20<<20), "levels deep"},
		{"flow depth, less", meta + "x: " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "levels deep"},
		{"block depth", meta + lines(3000, func(i int) string { return strings.Repeat(" ", i) + "a:\n" }), "levels deep"},
		{"dash depth", meta + "x:\n" + strings.Repeat("- ", 5000) + "a\n", "levels deep"},
		{"JSON depth", strings.Repeat(`{"a":`, 4<<20), "fields"},
		{"JSON depth, closed", strings.Repeat(`{"a":`, 9000) + "1" + strings.Repeat("}", 9000), "levels deep"},
		{"large document", meta + "data:\n  x: " + repeat("0123456789", 40<<20), "larger than 32 MiB"},
		{"many lines", meta + repeat("# "+strings.Repeat("x", 60)+"\n", 20<<20) + lines(1_100_000, func(i int) string { return fmt.Sprintf("k%d: 1\n", i) }), "fields"},
		{"many items", meta + "x: [" + repeat("a,", 31<<20) + "a]\n", "fields"},
		{"many dashes", meta + "x:\n" + repeat("- a\n", 31<<20), "fields"},
		{"many anchors", meta + lines(900_000, func(i int) string { return fmt.Sprintf("k%d: &a%d x\n", i, i) }), "slow parser"},
		{"large object", meta + "data:\n  x: " + repeat("0123456789", 30<<20), "more than 8 MiB"},
		{"large tagged", meta + "data:\n  x: !!str " + repeat("0123456789", 30<<20), "more than 8 MiB"},
		{"many documents", repeat("a\n---\n", 31<<20), "given up"},
		{"many separators", repeat("---\n", 16<<20), "<nil>"},
		{"many objects", repeat("{\"apiVersion\":\"v1\",\"kind\":\"X\",\"metadata\":{\"name\":\"a\"}}\n", 31<<20), "more than 250000 objects"},
		{"JSON stream", repeat("{}", 31<<20), "given up"},
		{"List of nothing", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" + repeat("{},", 31<<20) + "{}]}", "fields"},
		{"List of odd ones", "apiVersion: v1\nkind: List\nitems:\n" + repeat("- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {odd: 1}}\n", 7<<20), "more problems"},
		{"open quote", meta + "x: \"" + repeat("a\n", 450<<10), "never closed"},
		{"quotes", meta + "x: '" + repeat("''", 7<<20), "never closed"},
		{"braces", "{" + repeat("{{", 240<<10), "Helm"},
		{"colons", meta + repeat(": ", 7<<20), "broken YAML"},
		{"tabs", meta + repeat("\t", 7<<20), "tab"},
		{"one key", meta + repeat("a", 7<<20) + ": 1\n", "broken YAML"},
		{"indicators", meta + "x: " + repeat("? ", 7<<20), "broken YAML"},
		{"tags", meta + repeat("!a ", 7<<20), "broken YAML"},
		{"long quote", meta + "x: \"" + repeat("a\n", 31<<20) + "\"\n", "slow parser"},
		{"keys alike", meta + lines(200_000, func(i int) string { return "a: 1\n" }), "there twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bomb.yaml")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			tt.text = ""
			checkBomb(t, path, tt.says)
		})
	}
	t.Run("large file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "bomb.yaml")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 2<<30); err != nil {
			t.Skip(err)
		}
		checkBomb(t, path, "more than 1024 MiB")
	})
	t.Run("no end", func(t *testing.T) {
		if _, err := os.Stat("/dev/zero"); err != nil {
			t.Skip(err)
		}
		checkBomb(t, "/dev/zero", "a document of more than 256 MiB")
	})
}

func checkBomb(t *testing.T, path, says string) {
	t.Helper()
	mb, took, out := peak(t, "TestBombs", "MANIFEST_BOMB="+path)
	said := strings.SplitN(strings.ReplaceAll(out, path, ""), "\n", 3)
	t.Logf("%d MB, %v: %.200s", mb, took, said[:2])
	if !strings.Contains(out, says) {
		t.Errorf("does not say %q", says)
	}
	if took > 2*time.Second || mb > 200 {
		t.Errorf("took %v and %d MB", took, mb)
	}
}
