package manifest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLinks walks folders that links make endless.
func TestLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	pod := func(path string) {
		name := strings.ReplaceAll(path, "/", "-")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		text := "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pod("a/one.yaml")
	pod("a/b/two.yaml")
	pod("outside/three.yaml")
	pod("outside/four.txt")
	for at, to := range map[string]string{
		"a/b/up": "..", "a/self": "self", "a/out": "../outside", "a/again.yaml": "one.yaml", "a/dangling.yaml": "nowhere", "a/text.yaml": "../outside/four.txt",
	} {
		if err := os.Symlink(to, at); err != nil {
			t.Skip(err)
		}
	}
	f, err := Open(context.Background(), []string{"a", "./a/one.yaml", "a/b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, x := range f.files {
		files = append(files, x.name)
	}
	want := []string{"a/again.yaml", "a/b/two.yaml", "a/out/three.yaml", "a/text.yaml"}
	if !slices.Equal(files, want) {
		t.Errorf("%q, want %q", files, want)
	}
	var problems []string
	for _, p := range f.Problems() {
		problems = append(problems, p.String())
	}
	if got := strings.Join(problems, "\n"); got != "a/dangling.yaml: cannot be read: no such file or directory" {
		t.Error(got)
	}
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	dir := t.TempDir()
	for _, name := range []string{"a.yaml", "b.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "a.yaml"), 0); err != nil {
		t.Fatal(err)
	}
	f, err := Open(context.Background(), []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := f.Problems(); len(p) != 1 || !p[0].Fatal || !strings.Contains(p[0].Msg, "permission denied") || f.Counts().Objects != 1 {
		t.Errorf("%v, %+v", p, f.Counts())
	}
}

func TestPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer w.Close()
		_, _ = w.WriteString("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n")
	}()
	defer r.Close()
	path := fmt.Sprintf("/proc/self/fd/%d", r.Fd())
	if _, err := os.Stat(path); err != nil {
		t.Skip(err)
	}
	f, err := Open(context.Background(), []string{path}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Counts().Objects != 1 || f.LineOf(path, 1, "metadata.name") != 4 {
		t.Errorf("%+v %v", f.Counts(), f.Problems())
	}
}
