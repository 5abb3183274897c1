package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Console answers free SQL. It can only read.
type Console interface {
	// Query runs one SELECT within limits. An error is what the asker is told:
	// it may have several lines, the mistake marked in them.
	Query(ctx context.Context, sql string, l QueryLimits) (*Result, error)
	// Tables are those that can be asked for.
	Tables(ctx context.Context) ([]Table, error)
}

// Narrower is a Console that can keep to what somebody may see, which is
// store.Filter's Visible. Another one is for who may see everything.
type Narrower interface {
	Console
	Narrow(visible map[string][]string) Console
}

// consoleOf is the console for what a user may see; nil if there is none.
func (s *server) consoleOf(u User) Console {
	if s.Console == nil || u.All() {
		return s.Console
	}
	if n, ok := s.Console.(Narrower); ok {
		return n.Narrow(u.Visible)
	}
	return nil
}

// QueryLimits bound a query: how long it may compute, and how many rows are
// shown of its result.
type QueryLimits struct {
	Rows int
	Time time.Duration
}

// The limits unless they are raised, and how far they can be.
var (
	usualLimits   = QueryLimits{1000, time.Second}
	highestLimits = QueryLimits{100_000, time.Minute}
)

// Result is what a query returned. Values are nil, int64, float64 or string.
type Result struct {
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"`
	// Truncated says that there are more rows.
	Truncated bool `json:"truncated"`
	// Notes are what could not be read.
	Notes []string `json:"notes"`
	// Took is in milliseconds.
	Took int64 `json:"took"`
}

// Table is a table that can be asked for.
type Table struct {
	Name    string        `json:"name"`
	Doc     string        `json:"doc"`
	Columns []TableColumn `json:"columns"`
}

// TableColumn is a column of a table.
type TableColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Doc  string `json:"doc"`
}

var errNoConsole = &httpError{http.StatusForbidden, "SQL over everything is for those who may see everything: your rights are to some namespaces."}

type consolePage struct {
	page
	Query     string
	Limits    QueryLimits
	Seconds   string
	Result    *Result
	Problem   string
	Unasked   bool // the query came from elsewhere, and was not run
	Facets    []columnFacet
	Facetable []string
	Tables    []Table
	Examples  []string
}

var examples = []string{
	"SELECT cluster, count(*) AS pods\nFROM k8s_pods\nGROUP BY cluster",
	"SELECT namespace, name, image\nFROM k8s_containers\nWHERE judged AND privileged = 1",
	"SELECT rule, title, severity, count(*) AS findings\nFROM kspm_findings\nWHERE status = 'fail'\nGROUP BY rule\nORDER BY findings DESC",
}

func (s *server) console(w http.ResponseWriter, r *request) error {
	if s.Console == nil {
		return errNotFound
	}
	console := s.consoleOf(r.user)
	if console == nil {
		return errNoConsole
	}
	limits, err := readLimits(r.Request)
	if err != nil {
		return err
	}
	p := &consolePage{
		page: s.page(r, "SQL", "sql"), Query: strings.TrimSpace(r.FormValue("sql")), Limits: limits,
		Seconds: strconv.FormatFloat(limits.Time.Seconds(), 'f', -1, 64), Examples: examples,
	}
	if p.Tables, err = console.Tables(r.Context()); err != nil {
		return err
	}
	switch {
	case p.Query == "":
	case crossSite(r.Request):
		p.Unasked = true // a link of another site must not have the clusters asked
	default:
		if p.Result, err = s.ask(r, console, p.Query, limits); err != nil {
			var known *httpError
			if !errors.As(err, &known) {
				return err
			}
			p.Problem = known.text
		} else {
			p.Facets, p.Facetable = facetsOf(p.Result, p.Query, r.URL.Query())
		}
	}
	return s.show(w, r, "sql", p)
}

func readLimits(r *http.Request) (QueryLimits, error) {
	l := usualLimits
	if v := r.FormValue("rows"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > highestLimits.Rows {
			return l, badRequest("rows=%q: want a number from 1 to %d", v, highestLimits.Rows)
		}
		l.Rows = n
	}
	if v := r.FormValue("seconds"); v != "" {
		n, err := strconv.ParseFloat(v, 64)
		if d := time.Duration(n * float64(time.Second)); err != nil || !(n > 0) || d > highestLimits.Time {
			return l, badRequest("seconds=%q: want more than 0, and at most %g", v, highestLimits.Time.Seconds())
		} else {
			l.Time = d
		}
	}
	return l, nil
}

// reading is how long reading the clusters may take on top of what a query may
// compute.
const reading = 2 * time.Minute

// ask runs a query; what is wrong with it is an httpError.
func (s *server) ask(r *request, console Console, sql string, l QueryLimits) (*Result, error) {
	ctx, cancel := context.WithTimeout(r.Context(), reading+l.Time)
	defer cancel()
	started := time.Now()
	s.Log.Info("sql", "user", r.user.Name, "from", s.clientOf(r.Request), "sql", sql)
	result, err := console.Query(ctx, sql, l)
	if err != nil {
		if r.Context().Err() != nil || errors.Is(err, context.DeadlineExceeded) {
			return nil, err
		}
		return nil, badRequest("%s", err)
	}
	result.Took = time.Since(started).Milliseconds()
	result.Rows, result.Notes = orEmpty(result.Rows), orEmpty(result.Notes)
	return result, nil
}

// columnFacet counts the values of a column.
type columnFacet struct {
	Column string
	Values []facetValue
}

type facetValue struct {
	Value string
	Count int
	SQL   string // the query with that value alone
}

const mostFacets = 25 // values of a column that are few enough to choose from

// facetsOf counts the values of the columns that the URL asks for, and names the
// others that could be. It counts the rows that are shown.
func facetsOf(result *Result, sql string, query map[string][]string) (facets []columnFacet, others []string) {
	for i, column := range result.Columns {
		counts := map[any]int{}
		for _, row := range result.Rows {
			if counts[row[i]]++; len(counts) > mostFacets {
				break
			}
		}
		if len(counts) > mostFacets || len(counts) == len(result.Rows) || len(counts) < 2 {
			continue
		}
		if !slices.Contains(query["facet"], column) {
			others = append(others, column)
			continue
		}
		facet := columnFacet{Column: column}
		for v, n := range counts {
			facet.Values = append(facet.Values, facetValue{cell(v), n, withValue(sql, column, v)})
		}
		slices.SortFunc(facet.Values, func(a, b facetValue) int {
			return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
		})
		facets = append(facets, facet)
	}
	return facets, others
}

// withValue is a query of which only the rows with one value of a column are
// left.
func withValue(sql, column string, v any) string {
	value := cell(v)
	if text, ok := v.(string); ok {
		value = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return "SELECT * FROM (\n" + strings.TrimRight(strings.TrimSpace(sql), ";") + "\n)\nWHERE \"" + strings.ReplaceAll(column, `"`, `""`) + "\" IS " + value
}
