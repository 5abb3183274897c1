package osquery

import (
	"encoding/json"
	"fmt"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// request is what osquery asks of a table: which columns its query uses, and
// which values it looks for in key columns.
type request struct {
	columns []int
	equal   []equality
}

// equality is a condition column = value, the value as text.
type equality struct {
	column int
	value  string
}

// opEquals is osquery's operator for =; every other condition is left to
// SQLite, which judges each row again anyway.
const opEquals = 2

// queryContext is the JSON that comes with a request. Versions differ in how they
// write a list without entries and an operator, hence the raw parts.
type queryContext struct {
	Constraints []struct {
		Name string          `json:"name"`
		List json.RawMessage `json:"list"`
	} `json:"constraints"`
	// ColsUsed is nil for versions before 4.0, which do not say.
	ColsUsed *[]string `json:"colsUsed"`
}

// parseRequest reads the context of a request. Without one all columns are
// used. Columns that the table does not have are an error: osquery was told of
// other ones.
func parseRequest(t *tables.Table, text string) (request, error) {
	var c queryContext
	if text != "" {
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return request{}, fmt.Errorf("the request's context: %w", err)
		}
	}
	var r request
	if c.ColsUsed == nil {
		for i := range t.Columns {
			r.columns = append(r.columns, i)
		}
	} else {
		for _, name := range *c.ColsUsed {
			i := t.Column(name)
			if i < 0 {
				return request{}, fmt.Errorf("table %s has no column %q", t.Name, name)
			}
			r.columns = append(r.columns, i)
		}
	}
	for _, constraint := range c.Constraints {
		i := t.Column(constraint.Name)
		if i < 0 || !t.Columns[i].Key {
			continue
		}
		for _, value := range equalTo(constraint.List) {
			r.equal = append(r.equal, equality{i, value})
		}
	}
	return r, nil
}

// equalTo are the values of the conditions = in a list; the text "" is a list
// without entries.
func equalTo(list json.RawMessage) (values []string) {
	var conditions []struct {
		Op   json.RawMessage `json:"op"`
		Expr string          `json:"expr"`
	}
	if json.Unmarshal(list, &conditions) != nil {
		return nil
	}
	for _, c := range conditions {
		if op := string(c.Op); op == fmt.Sprint(opEquals) || op == fmt.Sprintf("%q", fmt.Sprint(opEquals)) {
			values = append(values, c.Expr)
		}
	}
	return values
}
