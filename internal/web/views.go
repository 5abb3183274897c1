package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// viewFuncs make what templates hand to the templates that they use, and links.
var viewFuncs = template.FuncMap{
	"asStatus":     func(s string) posture.Status { return posture.Status(s) },
	"choices":      choices,
	"exports":      exportsOf,
	"findingsOf":   findingsOf,
	"isNull":       func(v any) bool { return v == nil },
	"narrow":       narrow,
	"queryLink":    func(path string, pairs ...any) template.URL { return with(path, url.Values{}, pairs) },
	"sqlExport":    sqlExport,
	"sqlFacet":     sqlFacet,
	"sqlLink":      func(sql string) template.URL { return sqlPermalink(sql, usualLimits) },
	"sqlPermalink": sqlPermalink,
	"table":        func(f filter, rules []store.Rule) ruleTable { return ruleTable{f, rules} },
}

type ruleTable struct {
	F     filter
	Rules []store.Rule
}

type findingTable struct {
	Findings []store.Finding
	Now      time.Time
	Clusters bool // name the clusters
	Rules    bool // and the rules
	Caption  string
}

func findingsOf(findings []store.Finding, now time.Time, clusters, rules bool, caption string) findingTable {
	return findingTable{findings, now, clusters, rules, caption}
}

// narrow is a filter with one condition more.
func narrow(f filter, key, value string) filter {
	f.values = clone(f.values)
	f.values.Set(key, value)
	return f
}

type exports struct{ CSV, JSON template.URL }

func exportsOf(f filter, path string) exports {
	return exports{f.Link(path, "format", "csv", "limit", limitOf(path)), f.Link(path, "limit", limitOf(path))}
}

// limitOf is how much of a list an export holds.
func limitOf(path string) string {
	if path == "/api/v1/findings" || path == "/api/v1/events" {
		return strconv.Itoa(mostItems)
	}
	return ""
}

// Hidden are the conditions that a form has no field for.
func (f filter) Hidden(fields ...string) []Chip {
	var out []Chip
	for _, key := range filterKeys {
		if !slices.Contains(fields, key) {
			for _, v := range f.values[key] {
				out = append(out, Chip{Key: key, Value: v})
			}
		}
	}
	return out
}

// choice is a field of the filter, and what there is to choose.
type choice struct {
	Key, Name string
	Values    []store.Facet
	F         filter
}

// mostChoices is how many values a field offers; what is chosen is among them.
const mostChoices = 200

func choices(f filter, facets map[string][]store.Facet) []choice {
	var out []choice
	for _, c := range []choice{{Key: "cluster", Name: "Cluster"}, {Key: "team", Name: "Team"}, {Key: "namespace", Name: "Namespace"}, {Key: "benchmark", Name: "Benchmark"}, {Key: "section", Name: "Section"}} {
		c.F = f
		for _, v := range facets[c.Key] {
			switch {
			case c.Key == "team":
				v.Value = orUnowned(v.Value)
			case c.Key == "cluster" && v.Label != "":
				v.Value = v.Label
			case v.Value == "":
				continue
			}
			v.Label = v.Value
			if len(c.Values) < mostChoices || f.Has(c.Key, v.Value) {
				c.Values = append(c.Values, v)
			}
		}
		for _, chosen := range f.values[c.Key] {
			if !slices.ContainsFunc(c.Values, func(v store.Facet) bool { return v.Value == chosen }) {
				c.Values = append(c.Values, store.Facet{Value: chosen, Label: chosen})
			}
		}
		out = append(out, c)
	}
	return out
}

func sqlValues(sql string, l QueryLimits) url.Values {
	v := url.Values{"sql": {sql}}
	if l.Rows != usualLimits.Rows {
		v.Set("rows", strconv.Itoa(l.Rows))
	}
	if l.Time != usualLimits.Time {
		v.Set("seconds", fmt.Sprint(l.Time.Seconds()))
	}
	return v
}

func sqlPermalink(sql string, l QueryLimits) template.URL { return address("/sql", sqlValues(sql, l)) }

func sqlExport(sql string, l QueryLimits, format string) template.URL {
	v := sqlValues(sql, l)
	v.Set("format", format)
	return address("/api/v1/sql", v)
}

func sqlFacet(sql string, l QueryLimits, column string, shown []columnFacet) template.URL {
	v := sqlValues(sql, l)
	for _, f := range shown {
		v.Add("facet", f.Column)
	}
	v.Add("facet", column)
	return address("/sql", v)
}
