// Command docs writes the reference pages from the declarations they describe:
// docs/tables from package tables, docs/rules from the rule files, docs/cli from
// the commands, and what deploy/ has of rules and tables. With --man it writes manual pages instead, for a release.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../../docs

func main() {
	write, args := run, os.Args[1:]
	if len(args) > 0 && args[0] == "--man" {
		write, args = manPages, args[1:]
	}
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: docs [--man] DIR")
		os.Exit(2)
	}
	if err := write(args[0]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	pages := map[string]string{}
	tablePages(pages)
	if err := rulePages(pages); err != nil {
		return err
	}
	if err := cisPage(pages); err != nil {
		return err
	}
	if err := cliPages(pages); err != nil {
		return err
	}
	for _, sub := range []string{"cli", "tables", "rules"} {
		if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := serveFiles(dir); err != nil {
		return err
	}
	return osqueryFiles(dir)
}
