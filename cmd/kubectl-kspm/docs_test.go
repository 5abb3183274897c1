package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// block is a fenced block of a page.
type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func blocks(t *testing.T, page string) (out []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		out = append(out, block{m[1], m[2]})
	}
	return out
}

// ours finds our commands in the strings of a YAML document: a line of a
// script, the entry of a hook, the arguments of the action.
func ours(t *testing.T, text string) (commands []string) {
	t.Helper()
	d := yaml.NewDecoder(strings.NewReader(text))
	for {
		var root yaml.Node
		if err := d.Decode(&root); errors.Is(err, io.EOF) {
			return commands
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var visit func(key string, n *yaml.Node)
		visit = func(key string, n *yaml.Node) {
			for i, child := range n.Content {
				of := ""
				if n.Kind == yaml.MappingNode && i%2 == 1 {
					of = n.Content[i-1].Value
				}
				visit(of, child)
			}
			switch {
			case key == "args" && n.Kind == yaml.ScalarNode:
				commands = append(commands, "kubectl-kspm "+n.Value)
			case key == "args":
				line := "kubectl-kspm"
				for _, arg := range n.Content {
					line += " " + arg.Value
				}
				commands = append(commands, line)
			case n.Kind == yaml.ScalarNode:
				for line := range strings.Lines(n.Value) {
					if strings.HasPrefix(line, "kubectl-kspm ") {
						commands = append(commands, strings.TrimSpace(line))
					}
				}
			}
		}
		visit("", &root)
	}
}

// TestDocumentedCommands runs the commands of pages for users, in their order,
// over the examples as deploy/. What they write is there after.
func TestDocumentedCommands(t *testing.T) {
	for page, least := range map[string]int{"formats.md": 10, "ci.md": 12, "quickstart.md": 9, "permissions.md": 3, "troubleshooting.md": 1} {
		t.Run(page, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range []string{"deploy", "base/deploy"} {
				if err := os.CopyFS(filepath.Join(dir, name), os.DirFS("../../examples")); err != nil {
					t.Fatal(err)
				}
			}
			ran := 0
			for _, b := range blocks(t, "../../docs/"+page) {
				var lines []string
				switch b.language {
				case "sh":
					lines = strings.Split(strings.TrimSpace(b.text), "\n")
				case "yaml":
					lines = ours(t, b.text)
				case "groovy":
					for _, m := range regexp.MustCompile(`sh '(kubectl-kspm [^']*)'`).FindAllStringSubmatch(b.text, -1) {
						lines = append(lines, m[1])
					}
				}
				for _, line := range lines {
					if strings.Contains(line, "critical") && !strings.Contains(line, " -f ") {
						line += " -f deploy/" // a Job in a cluster
					}
					documented(t, dir, line)
					ran++
				}
			}
			if ran < least {
				t.Errorf("%d commands ran, want %d or more", ran, least)
			}
		})
	}
}

// documented runs a line, which must end as a check does, and looks at the
// files that it names.
func documented(t *testing.T, dir, line string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", strings.ReplaceAll(line, "kubectl kspm ", "kubectl-kspm "))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "KUBECONFIG=none")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); !slices.Contains([]int{0, 1}, code) || out.Len() == 0 && !strings.Contains(line, "=") && !strings.Contains(line, "--write") {
		t.Errorf("%s\nexit %d, %d bytes\n%s", line, code, out.Len(), errs.String())
	}
	for _, m := range regexp.MustCompile(`-o [a-z]+=([\w.-]+)`).FindAllStringSubmatch(line, -1) {
		if info, err := os.Stat(filepath.Join(dir, m[1])); err != nil || info.Size() == 0 {
			t.Errorf("%s\n%s: %v", line, m[1], err)
		}
	}
}

// TestFormatsAreDocumented: the page on formats has a line for each.
func TestFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command("kubectl-kspm", "check", "-f", ".", "-o", "unknown").CombinedOutput()
	_, list, found := strings.Cut(strings.TrimSpace(string(out)), "want one of ")
	if !found {
		t.Fatalf("%s", out)
	}
	for _, name := range strings.Split(list, ", ") {
		name, _, _ = strings.Cut(name, "=")
		if !strings.Contains(string(text), "`"+name+"`") && !strings.Contains(string(text), "`"+name+"=…`") {
			t.Errorf("docs/formats.md does not say what %s is", name)
		}
	}
}
