package osquery

import (
	"slices"
	"strconv"

	"github.com/osquery/osquery-go/gen/osquery"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// answer writes rows as osquery takes them: every value as text, and NULL as a
// key that is not there.
func answer(t *tables.Table, loaded *rows.Table, r request) osquery.ExtensionPluginResponse {
	columns := make([]textColumn, 0, len(r.columns))
	for _, c := range r.columns {
		columns = append(columns, newTextColumn(t.Columns[c].Name, loaded.Columns[c]))
	}
	list, all := matching(loaded, r)
	n := len(list)
	if all {
		n = loaded.Len
	}
	out := make(osquery.ExtensionPluginResponse, n)
	for i := range out {
		at := i
		if !all {
			at = int(list[i])
		}
		row := make(map[string]string, len(columns))
		for c := range columns {
			columns[c].put(row, at)
		}
		out[i] = row
	}
	return out
}

// matching are the rows that may satisfy the request's conditions, or all.
func matching(loaded *rows.Table, r request) (list []uint32, all bool) {
	all = true
	for _, e := range r.equal {
		col := loaded.Columns[e.column]
		if col == nil {
			continue // osquery names used columns only; SQLite compares again
		}
		codes := col.MayEqual(e.value)
		if !all {
			list = slices.DeleteFunc(list, func(row uint32) bool { return !slices.Contains(codes, col.Codes.At(int(row))) })
			continue
		}
		all = false
		for _, code := range codes {
			list = append(list, col.Rows(code)...)
		}
		slices.Sort(list)
	}
	return list, all
}

// textColumn is a column whose numbers become text once each, not once a row.
type textColumn struct {
	name string
	*rows.Column
	texts []string // of numbers, by code; empty until needed
}

func newTextColumn(name string, c *rows.Column) textColumn {
	t := textColumn{name: name, Column: c}
	if slices.ContainsFunc(c.Values, isNumber) {
		t.texts = make([]string, len(c.Values))
	}
	return t
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64:
		return true
	}
	return false
}

func (c *textColumn) put(row map[string]string, at int) {
	code := c.Codes.At(at)
	switch v := c.Values[code].(type) {
	case string:
		row[c.name] = v
	case int64:
		if c.texts[code] == "" {
			c.texts[code] = strconv.FormatInt(v, 10)
		}
		row[c.name] = c.texts[code]
	case float64:
		if c.texts[code] == "" {
			c.texts[code] = strconv.FormatFloat(v, 'g', -1, 64)
		}
		row[c.name] = c.texts[code]
	}
}
