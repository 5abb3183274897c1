package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

type tableInfo struct {
	Name     string       `json:"name"`
	Row      string       `json:"row"`
	Doc      string       `json:"doc"`
	Reads    []string     `json:"reads"`
	Columns  []columnInfo `json:"columns"`
	Examples []string     `json:"examples"`
}

type columnInfo struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Doc    string `json:"doc"`
	Key    bool   `json:"key,omitempty"`
	Hidden bool   `json:"hidden,omitempty"`
}

func describeTable(t *tables.Table) tableInfo {
	info := tableInfo{Name: t.Name, Row: t.Row, Doc: t.Doc, Examples: t.Examples, Reads: []string{}}
	for _, r := range t.Reads(nil) {
		info.Reads = append(info.Reads, r.String())
	}
	for _, c := range t.Columns {
		info.Columns = append(info.Columns, columnInfo{c.Name, c.Type.String(), c.Doc, c.Key, c.Hidden})
	}
	return info
}

func (a *app) tablesCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "tables [NAME]",
		Short: "List the SQL tables, or the columns of one",
		Args:  cobra.MaximumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, t := range tables.All() {
				names = append(names, t.Name+"\t"+t.Row)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if format != "table" && format != "json" {
				return usagef("-o %q: want table or json", format)
			}
			if len(args) == 0 {
				return a.listTables(format)
			}
			t := tableNamed(args[0])
			if t == nil {
				return usagef("no table %q%s: '%s tables' lists them", args[0], engine.DidYouMean(args[0], tableNames()), a.name)
			}
			return a.showTable(t, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "table", "table or json")
	return cmd
}

// tableNamed finds a table by its name, with or without k8s_, or by a name that
// kubectl has for its resource.
func tableNamed(name string) *tables.Table {
	if t := tables.Lookup(name); t != nil {
		return t
	}
	if r := tables.ResourceNamed(name); r != nil {
		return tables.ForResource(r)
	}
	return tables.Lookup("k8s_" + name)
}

func tableNames() []string {
	var names []string
	for _, t := range tables.All() {
		names = append(names, t.Name)
	}
	return names
}

func (a *app) listTables(format string) error {
	var infos []tableInfo
	var lines [][]any
	for _, t := range tables.All() {
		infos = append(infos, describeTable(t))
		lines = append(lines, []any{t.Name, len(t.Columns), "one row per " + t.Row})
	}
	if format == "json" {
		return a.json(infos)
	}
	return report.Rows(a.Out, []string{"table", "columns", "rows"}, lines)
}

func (a *app) showTable(t *tables.Table, format string) error {
	info := describeTable(t)
	if format == "json" {
		return a.json(info)
	}
	fmt.Fprintf(a.Out, "%s: one row per %s\n\n%s\n\nReads %s\n\n", t.Name, t.Row, t.Doc, strings.Join(info.Reads, ", "))
	var lines [][]any
	for _, c := range t.Columns {
		lines = append(lines, []any{c.Name, c.Type.String(), c.Doc})
	}
	if err := report.Rows(a.Out, []string{"column", "type", "meaning"}, lines); err != nil {
		return err
	}
	fmt.Fprintln(a.Out, "\nExamples")
	for _, e := range t.Examples {
		fmt.Fprintf(a.Out, "  %s sql \"%s\"\n", a.name, e)
	}
	return nil
}
