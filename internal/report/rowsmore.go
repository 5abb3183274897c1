package report

import (
	"bytes"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// tableCell is how much of a value the table format shows.
const tableCell = 80

// rowsTable is Rows with long values shortened, as a JSON column's can be.
func rowsTable(w io.Writer, columns []string, rows [][]any) error {
	short := make([][]any, len(rows))
	for i, row := range rows {
		short[i] = make([]any, len(row))
		for j, v := range row {
			short[i][j] = v
			if s, ok := v.(string); ok {
				short[i][j] = shorten(s, tableCell)
			}
		}
	}
	return Rows(w, columns, short)
}

// rowsNDJSON writes one object a line.
func rowsNDJSON(w io.Writer, columns []string, rows [][]any) error {
	columns = distinct(columns)
	var b bytes.Buffer
	for _, row := range rows {
		if err := jsonObject(&b, columns, row); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	_, err := w.Write(b.Bytes())
	return err
}

// rowsMarkdown writes a table that GitHub renders, every value as plain text.
func rowsMarkdown(w io.Writer, columns []string, rows [][]any) error {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	cells, rule := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		cells[i], rule[i] = markdownText(c), "---"
	}
	line(cells)
	line(rule)
	for _, row := range rows {
		for i, v := range row {
			cells[i] = markdownText(cellText(v))
		}
		line(cells)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// markdownText escapes what Markdown or the HTML in it would act on.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range oneLine(s) {
		if strings.ContainsRune("\\`*_{}[]<>()#+-!|~&@:", r) && r != ':' && r != '-' && r != '(' && r != ')' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// templated makes a format of kubectl's jsonpath=… or go-template=…, which see
// the rows as .items.
func templated(kind, text string) (RowFormat, error) {
	p, err := templatePrinter(kind, text)
	if err != nil {
		return nil, err
	}
	return func(w io.Writer, columns []string, rows [][]any) error {
		columns = distinct(columns)
		items := make([]any, len(rows))
		for i, row := range rows {
			item := map[string]any{}
			for j, v := range row {
				item[columns[j]] = v
			}
			items[i] = item
		}
		return p.PrintObj(&unstructured.Unstructured{Object: map[string]any{"apiVersion": "kspm.io/v1", "kind": "Rows", "items": items}}, w)
	}, nil
}
