package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// RowFormat writes the result of a query. Values are nil, int64, float64 or
// string.
type RowFormat func(w io.Writer, columns []string, rows [][]any) error

var rowFormats = map[string]RowFormat{
	"table":    rowsTable,
	"wide":     Rows,
	"json":     rowsJSON,
	"ndjson":   rowsNDJSON,
	"yaml":     rowsYAML,
	"csv":      rowsCSV,
	"markdown": rowsMarkdown,
	"name":     rowsName,
}

// RowFormats are the names of the formats of query results, sorted.
func RowFormats() []string {
	names := []string{"jsonpath=TEMPLATE", "go-template=TEMPLATE"}
	for name := range rowFormats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// RowsNamed returns the format of a name.
func RowsNamed(name string) (RowFormat, error) {
	if f, ok := rowFormats[name]; ok {
		return f, nil
	}
	if kind, text, ok := strings.Cut(name, "="); ok && (kind == "jsonpath" || kind == "go-template") {
		return templated(kind, text)
	}
	return nil, fmt.Errorf("unknown format %q: want one of %s", name, strings.Join(RowFormats(), ", "))
}

// Rows writes columns as kubectl does, NULL as <none>.
func Rows(w io.Writer, columns []string, rows [][]any) error {
	g := &grid{}
	var head []cell
	for _, c := range columns {
		head = append(head, cell{text: strings.ToUpper(oneLine(c))})
	}
	g.add(head...)
	for _, row := range rows {
		cells := make([]cell, len(row))
		for i, v := range row {
			cells[i].text = oneLine(cellText(v))
			if v == nil {
				cells[i].text = "<none>"
			}
		}
		g.add(cells...)
	}
	var b strings.Builder
	g.write(&b, false, "")
	_, err := io.WriteString(w, b.String())
	return err
}

func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(v)
}

// rowsJSON writes an array of objects, their keys in the query's order.
func rowsJSON(w io.Writer, columns []string, rows [][]any) error {
	columns = distinct(columns)
	var b bytes.Buffer
	b.WriteString("[")
	for i, row := range rows {
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n  ")
		if err := jsonObject(&b, columns, row); err != nil {
			return err
		}
	}
	if len(rows) > 0 {
		b.WriteString("\n")
	}
	b.WriteString("]\n")
	_, err := w.Write(b.Bytes())
	return err
}

// distinct gives columns of one name, which a join of two tables has, names of
// their own: name, name_2. Where fields are known by name no value may be lost.
func distinct(columns []string) []string {
	out := make([]string, 0, len(columns))
	for _, c := range columns {
		name := c
		for n := 2; slices.Contains(out, name) || name != c && slices.Contains(columns, name); n++ {
			name = c + "_" + strconv.Itoa(n)
		}
		out = append(out, name)
	}
	return out
}

func jsonObject(b *bytes.Buffer, columns []string, row []any) error {
	b.WriteString("{")
	for i, v := range row {
		if i > 0 {
			b.WriteString(", ")
		}
		if err := jsonPair(b, columns[i], v); err != nil {
			return err
		}
	}
	b.WriteString("}")
	return nil
}

func jsonPair(b *bytes.Buffer, key string, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	for i, part := range []any{key, v} {
		if i > 0 {
			b.WriteString(": ")
		}
		if err := enc.Encode(part); err != nil {
			return fmt.Errorf("column %s: %w", key, err)
		}
		b.Truncate(b.Len() - 1) // the encoder's newline
	}
	return nil
}

func rowsYAML(w io.Writer, columns []string, rows [][]any) error {
	columns = distinct(columns)
	objects := make([]map[string]any, len(rows))
	for i, row := range rows {
		objects[i] = map[string]any{}
		for j, v := range row {
			objects[i][columns[j]] = v
		}
	}
	out, err := yaml.Marshal(objects)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// rowsCSV writes RFC 4180, with NULL as an empty field. A text that a
// spreadsheet would run as a formula gets a leading apostrophe.
func rowsCSV(w io.Writer, columns []string, rows [][]any) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	fields := make([]string, len(columns))
	for _, row := range rows {
		for i, v := range row {
			fields[i] = cellText(v)
			if _, isText := v.(string); isText {
				fields[i] = defuse(fields[i])
			}
		}
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func defuse(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// rowsName writes kind/name as kubectl's -o name does, or the name alone where
// the query returns no kind.
func rowsName(w io.Writer, columns []string, rows [][]any) error {
	name, kind := slices.Index(columns, "name"), slices.Index(columns, "kind")
	if name < 0 {
		return fmt.Errorf("-o name needs a column called name; the query returns %s", strings.Join(columns, ", "))
	}
	for _, row := range rows {
		line := oneLine(cellText(row[name]))
		if kind >= 0 {
			line = strings.ToLower(oneLine(cellText(row[kind]))) + "/" + line
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}
