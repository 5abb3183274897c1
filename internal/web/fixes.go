package web

import (
	"fmt"
	"strings"
	"text/template/parse"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// fixPart is a part of a fix: words, or what to apply or to run.
type fixPart struct {
	Text string
	Code bool
}

// fixParts takes a finding's fix apart: the words, and the YAML and commands
// between and after them, which are of use without the words.
func fixParts(fix string) []fixPart {
	var out []fixPart
	for _, block := range strings.Split(strings.TrimSpace(fix), "\n\n") {
		if strings.HasPrefix(block, "# ") || strings.HasPrefix(block, "kubectl ") {
			out = append(out, fixPart{block, true})
			continue
		}
		fresh := true
		for _, line := range strings.Split(block, "\n") {
			text, code := strings.CutPrefix(line, "  ")
			switch last := len(out) - 1; {
			case !fresh && code && out[last].Code:
				out[last].Text += "\n" + text
			case !fresh && !code && !out[last].Code && !strings.HasSuffix(out[last].Text, "."):
				out[last].Text += " " + text // a sentence that was broken
			default:
				out = append(out, fixPart{text, code})
			}
			fresh = false
		}
	}
	return out
}

// fixExample is the fix of one of a rule's findings, or, where nothing fails,
// what the rule says of any object.
type fixExample struct {
	Of    *store.Finding
	Parts []fixPart
}

func exampleFix(rule store.Rule, findings []store.Finding) *fixExample {
	for i, f := range findings {
		if f.Fix != "" {
			return &fixExample{&findings[i], fixParts(f.Fix)}
		}
	}
	if rule.Text == nil || rule.Text.Fix == "" {
		return nil
	}
	return &fixExample{Parts: fixParts(generalFix(rule.Text.Fix))}
}

// generalFix reads a fix, which is a template over the columns of the evidence,
// for no object in particular: a column is its name in angle brackets, and of a
// condition there is what holds otherwise.
func generalFix(text string) string {
	tree := parse.New("fix")
	tree.Mode = parse.SkipFuncCheck
	tree, err := tree.Parse(text, "", "", map[string]*parse.Tree{})
	if err != nil {
		return text
	}
	var b strings.Builder
	general(&b, tree.Root)
	return strings.TrimSpace(b.String())
}

func general(b *strings.Builder, list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			b.Write(n.Text)
		case *parse.ActionNode:
			name := strings.Trim(n.Pipe.String(), ".")
			fmt.Fprintf(b, "‹%s›", strings.ReplaceAll(name, "_", " "))
		case *parse.IfNode:
			general(b, n.ElseList)
		}
	}
}
