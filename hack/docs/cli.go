package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/kubectl-kspm/kubectl-kspm/internal/cli"
)

// cliPages are one page a command, with every flag.
func cliPages(pages map[string]string) error {
	var list strings.Builder
	list.WriteString("# Commands\n\n" + generated + "| command | |\n| --- | --- |\n")
	err := eachCommand(cli.Commands(), func(cmd *cobra.Command) error {
		page := pageName(cmd.CommandPath())
		fmt.Fprintf(&list, "| [%s](%s) | %s |\n", cmd.CommandPath(), page, cell(cmd.Short))
		var b bytes.Buffer
		if err := doc.GenMarkdownCustom(cmd, &b, func(link string) string { return pageName(strings.TrimSuffix(link, ".md")) }); err != nil {
			return err
		}
		// The title is the page's: one level up from what cobra has for a part of a page.
		text := strings.Replace(b.String(), "## ", "# ", 1)
		text = strings.ReplaceAll(text, "\n### ", "\n## ")
		title, rest, _ := strings.Cut(text, "\n")
		pages["cli/"+page] = strings.TrimRight(title+"\n\n"+generated+strings.TrimLeft(rest, "\n"), "\n") + "\n"
		return nil
	})
	pages["cli/README.md"] = list.String()
	return err
}

// manPages writes manual pages of section 1.
func manPages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root := cli.Commands()
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "kubectl-kspm", Manual: "kubectl plugins"}, dir)
}

// eachCommand visits the commands that people call.
func eachCommand(cmd *cobra.Command, visit func(*cobra.Command) error) error {
	if cmd.Hidden || cmd.Name() == "help" {
		return nil
	}
	cmd.DisableAutoGenTag = true
	if err := visit(cmd); err != nil {
		return err
	}
	for _, sub := range cmd.Commands() {
		if err := eachCommand(sub, visit); err != nil {
			return err
		}
	}
	return nil
}

// pageName is check.md for kubectl kspm check, and kspm.md for the root.
func pageName(path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return r == ' ' || r == '_' })
	return strings.Join(words[min(2, len(words)-1):], "-") + ".md"
}
