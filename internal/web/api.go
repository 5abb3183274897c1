package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// apiError is what every endpoint answers instead of what was asked for.
type apiError struct {
	Error string `json:"error"`
}

// list is a part of a list, and how long it is in all.
type list[T any] struct {
	Items  []T `json:"items"`
	Total  int `json:"total"`
	Offset int `json:"offset"`
}

func whole[T any](items []T) list[T] { return list[T]{orEmpty(items), len(items), 0} }

func orEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

type apiRule struct {
	store.Rule
	On []store.RuleCluster `json:"on"`
}

type apiFinding struct {
	store.Finding
	Events []store.Event `json:"events"`
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil {
		http.Error(w, `{"error":"the answer cannot be written"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes())
}

// answer writes a value as JSON, or, where it has rows and the URL asks for it,
// as CSV.
func answer(w http.ResponseWriter, r *request, v any, grid func() ([]string, [][]any)) error {
	switch format := r.FormValue("format"); {
	case format == "" || format == "json":
		writeJSON(w, http.StatusOK, v)
		return nil
	case format != "csv" || grid == nil:
		return badRequest("format=%q: want json, or csv of a list", format)
	}
	csv, err := report.RowsNamed("csv")
	if err != nil {
		return err
	}
	columns, rows := grid()
	var b bytes.Buffer
	if err := csv(&b, columns, rows); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="kspm.csv"`)
	_, err = w.Write(b.Bytes())
	return err
}

const mostItems = 10_000

// pageOf is the part of a list that the URL asks for.
func (r *request) pageOf() (store.Page, error) {
	p := store.Page{Offset: r.f.offset, Limit: pageSize}
	if v := r.FormValue("limit"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > mostItems {
			return p, badRequest("limit=%q: want a number from 1 to %d", v, mostItems)
		}
		p.Limit = n
	}
	return p, nil
}

func (s *server) apiOverview(w http.ResponseWriter, r *request) error {
	o, err := s.Store.Overview(r.Context(), r.f.Filter, s.Now())
	if err != nil {
		return err
	}
	o.Sections, o.Clusters, o.Fixes, o.Expiring = orEmpty(o.Sections), orEmpty(o.Clusters), orEmpty(o.Fixes), orEmpty(o.Expiring)
	return answer(w, r, o, nil)
}

func (s *server) apiClusters(w http.ResponseWriter, r *request) error {
	clusters, err := s.Store.Clusters(r.Context(), r.f.Filter)
	if err != nil {
		return err
	}
	return answer(w, r, whole(clusters), clusterRows(clusters))
}

func (s *server) apiCluster(w http.ResponseWriter, r *request) error {
	c, _, err := s.oneCluster(r)
	if err != nil {
		return err
	}
	return answer(w, r, c, nil)
}

func (s *server) apiRules(w http.ResponseWriter, r *request) error {
	rules, _, err := s.listRules(r)
	if err != nil {
		return err
	}
	return answer(w, r, whole(rules), ruleRows(rules))
}

func (s *server) apiRule(w http.ResponseWriter, r *request) error {
	rule, f, err := s.oneRule(r)
	if err != nil {
		return err
	}
	on, err := s.Store.RuleClusters(r.Context(), rule.ID, f)
	if err != nil {
		return err
	}
	return answer(w, r, apiRule{rule, orEmpty(on)}, ruleClusterRows(on))
}

func (s *server) apiFindings(w http.ResponseWriter, r *request) error {
	p, err := r.pageOf()
	if err != nil {
		return err
	}
	findings, total, err := s.Store.Findings(r.Context(), r.f.Filter, p)
	if err != nil {
		return err
	}
	return answer(w, r, list[store.Finding]{orEmpty(findings), total, p.Offset}, findingRows(findings))
}

func (s *server) apiFinding(w http.ResponseWriter, r *request) error {
	f, events, err := s.oneFinding(r)
	if err != nil {
		return err
	}
	return answer(w, r, apiFinding{f, orEmpty(events)}, nil)
}

func (s *server) apiEvents(w http.ResponseWriter, r *request) error {
	p, err := r.pageOf()
	if err != nil {
		return err
	}
	events, err := s.Store.Events(r.Context(), r.f.Filter, p)
	if err != nil {
		return err
	}
	return answer(w, r, list[store.Event]{orEmpty(events), p.Offset + len(events), p.Offset}, eventRows(events))
}

func (s *server) apiTrend(w http.ResponseWriter, r *request) error {
	since, step := s.Now().Add(-trendOf), trendStep
	if !r.f.Since.IsZero() {
		since = r.f.Since
	}
	if v := r.FormValue("step"); v != "" {
		var err error
		if step, err = time.ParseDuration(v); err != nil || step <= 0 {
			return badRequest("step=%q: want a duration, such as 10m or 6h", v)
		}
	}
	samples, err := s.Store.Trend(r.Context(), r.f.Filter, since, step)
	if err != nil {
		return err
	}
	return answer(w, r, whole(samples), sampleRows(samples))
}

func (s *server) apiRuns(w http.ResponseWriter, r *request) error {
	p, err := r.pageOf()
	if err != nil {
		return err
	}
	c, _, err := s.oneCluster(r)
	if err != nil {
		return err
	}
	runs, err := s.Store.Runs(r.Context(), c.UID, p)
	if err != nil {
		return err
	}
	return answer(w, r, list[store.Run]{orEmpty(runs), p.Offset + len(runs), p.Offset}, nil)
}

func (s *server) apiFacets(w http.ResponseWriter, r *request) error {
	facets, err := s.Store.Facets(r.Context(), r.f.Filter)
	if err != nil {
		return err
	}
	return answer(w, r, facets, facetRows(facets))
}

func (s *server) apiTables(w http.ResponseWriter, r *request) error {
	console := s.consoleOf(r.user)
	if console == nil {
		return errNoConsole
	}
	all, err := console.Tables(r.Context())
	if err != nil {
		return err
	}
	return answer(w, r, whole(all), nil)
}

func (s *server) apiSQL(w http.ResponseWriter, r *request) error {
	console := s.consoleOf(r.user)
	if console == nil || crossSite(r.Request) {
		return errNoConsole
	}
	limits, err := readLimits(r.Request)
	if err != nil {
		return err
	}
	result, err := s.ask(r, console, r.FormValue("sql"), limits)
	if err != nil {
		return err
	}
	if result.Truncated {
		w.Header().Set("Kspm-Truncated", strconv.Itoa(limits.Rows)+" rows")
	}
	return answer(w, r, result, func() ([]string, [][]any) { return result.Columns, result.Rows })
}

// isoTime is a time in a table; nil for none.
func isoTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339)
}
