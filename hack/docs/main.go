// Command docs writes the reference pages from the declarations they describe:
// docs/tables from package tables, docs/rules from the rule files.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../../docs

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs DIR")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
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
	for _, sub := range []string{"tables", "rules"} {
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
	return nil
}
