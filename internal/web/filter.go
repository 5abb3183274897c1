package web

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// filter is a store's filter as the query of a URL says it.
type filter struct {
	store.Filter
	values url.Values
	offset int
}

const (
	day     = 24 * time.Hour
	unowned = "unowned" // in URLs; "" in the store
)

// Age is a choice of when findings were first seen.
type Age struct {
	Value, Text  string
	since, until time.Duration // before now
}

// Ages are the choices.
var Ages = []Age{
	{"24h", "first seen in the last 24 hours", day, 0},
	{"7d", "first seen in the last 7 days", 7 * day, 0},
	{"30d", "first seen in the last 30 days", 30 * day, 0},
	{"over-30d", "open for more than 30 days", 0, 30 * day},
	{"over-90d", "open for more than 90 days", 0, 90 * day},
}

// States are the choices of findings.
var States = []string{"open", "waived", "exempt", "resolved", "all"}

// filterKeys are those of a URL that narrow a list, in the order they are shown.
var filterKeys = []string{"q", "cluster", "benchmark", "section", "team", "namespace", "severity", "rule", "status", "state", "age", "kind", "name"}

// scopeKeys go along from page to page.
var scopeKeys = []string{"cluster", "benchmark", "team"}

func readFilter(values url.Values, now time.Time) (filter, error) {
	f := filter{values: url.Values{}}
	for _, key := range filterKeys {
		for _, v := range values[key] {
			if v != "" && !slices.Contains(f.values[key], v) {
				f.values.Add(key, v)
			}
		}
	}
	f.Clusters, f.Benchmarks, f.Sections, f.Namespaces, f.Rules = f.values["cluster"], f.values["benchmark"], f.values["section"], f.values["namespace"], f.values["rule"]
	f.Text, f.Kind, f.Name = f.values.Get("q"), f.values.Get("kind"), f.values.Get("name")
	for _, t := range f.values["team"] {
		if t == unowned {
			t = ""
		}
		f.Teams = append(f.Teams, t)
	}
	for _, v := range f.values["severity"] {
		severity, err := posture.ParseSeverity(v)
		if err != nil {
			return f, badRequest("%v", err)
		}
		f.Severities = append(f.Severities, severity)
	}
	for _, v := range f.values["status"] {
		if !slices.Contains(posture.Statuses, posture.Status(v)) {
			return f, badRequest("%q is not the status of a rule: want one of %v", v, posture.Statuses)
		}
		f.Statuses = append(f.Statuses, posture.Status(v))
	}
	if f.State = f.values.Get("state"); f.State != "" && !slices.Contains(States, f.State) {
		return f, badRequest("%q is not the state of a finding: want one of %v", f.State, States)
	}
	if err := f.readAge(f.values.Get("age"), now); err != nil {
		return f, err
	}
	if err := f.readTimes(values); err != nil {
		return f, err
	}
	if v := values.Get("offset"); v != "" {
		var err error
		if f.offset, err = strconv.Atoi(v); err != nil || f.offset < 0 {
			return f, badRequest("offset=%q: want a number of findings to pass over", v)
		}
	}
	return f, nil
}

func (f *filter) readAge(value string, now time.Time) error {
	if value == "" {
		return nil
	}
	i := slices.IndexFunc(Ages, func(a Age) bool { return a.Value == value })
	if i < 0 {
		return badRequest("%q is no age: want 24h, 7d, 30d, over-30d or over-90d", value)
	}
	if a := Ages[i]; a.since > 0 {
		f.Since = now.Add(-a.since)
	} else {
		f.Until = now.Add(-a.until)
	}
	return nil
}

// readTimes reads what programs say more precisely than an age.
func (f *filter) readTimes(values url.Values) error {
	for key, to := range map[string]*time.Time{"since": &f.Since, "until": &f.Until} {
		v := values.Get(key)
		if v == "" {
			continue
		}
		var err error
		if *to, err = time.Parse(time.RFC3339, v); err != nil {
			return badRequest("%s=%q: want a time, such as 2006-01-02T15:04:05Z", key, v)
		}
	}
	return nil
}

// Get is the first value of a key.
func (f filter) Get(key string) string { return f.values.Get(key) }

// Has reports whether a key has a value.
func (f filter) Has(key, value string) bool { return slices.Contains(f.values[key], value) }

// Set reports whether anything is narrowed.
func (f filter) Set() bool { return len(f.values) > 0 }

// Chip is one condition of a filter, and the page without it.
type Chip struct {
	Key, Value string
	Without    template.URL
}

// Chips are the conditions of the filter, for a page at path.
func (f filter) Chips(path string) []Chip {
	var out []Chip
	for _, key := range filterKeys {
		for _, v := range f.values[key] {
			rest := clone(f.values)
			rest[key] = slices.DeleteFunc(rest[key], func(other string) bool { return other == v })
			out = append(out, Chip{key, v, address(path, rest)})
		}
	}
	return out
}

// Link is a page at path with the filter, and with values put in place of what
// it has of their keys.
func (f filter) Link(path string, pairs ...any) template.URL { return with(path, f.values, pairs) }

// Scoped is a page at path with no more of the filter than what goes along from
// page to page, and with values of their own.
func (f filter) Scoped(path string, pairs ...any) template.URL {
	scope := url.Values{}
	for _, key := range scopeKeys {
		if v := f.values[key]; len(v) > 0 {
			scope[key] = v
		}
	}
	return with(path, scope, pairs)
}

func with(path string, values url.Values, pairs []any) template.URL {
	values = clone(values)
	for i := 0; i+1 < len(pairs); i += 2 {
		key, v := text(pairs[i]), text(pairs[i+1])
		if values.Del(key); v != "" {
			values.Set(key, v)
		}
	}
	return address(path, values)
}

func clone(values url.Values) url.Values {
	out := url.Values{}
	for key, v := range values {
		out[key] = slices.Clone(v)
	}
	return out
}

// address is a path of ours with a query. What comes from clusters is escaped
// in it.
func address(path string, values url.Values) template.URL {
	for key, v := range values {
		if len(v) == 0 {
			delete(values, key)
		}
	}
	if len(values) == 0 {
		return template.URL(path)
	}
	return template.URL(path + "?" + values.Encode())
}
