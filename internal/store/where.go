package store

import (
	"maps"
	"slices"
	"strings"
)

// where collects the conditions of a filter. Tables have one letter: c is
// cluster, r rule, and x what is looked for: findings, events or rollups.
type where struct {
	conditions []string
	args       []any
}

func (w *where) add(condition string, args ...any) {
	w.conditions = append(w.conditions, condition)
	w.args = append(w.args, args...)
}

// and continues a WHERE.
func (w *where) and() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " AND " + strings.Join(w.conditions, " AND ")
}

// only is a WHERE of its own.
func (w *where) only() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conditions, " AND ")
}

func among[T any](w *where, column string, values []T) {
	if len(values) > 0 {
		in, args := list(values)
		w.add(column+" IN "+in, args...)
	}
}

// clusters leaves those that the filter names and of which something may be seen.
func (w *where) clusters(f Filter) {
	w.named(f)
	if f.Visible != nil {
		w.visible(f, func(namespaces []string) bool { return len(namespaces) > 0 })
	}
}

// whole leaves clusters of which everything may be seen.
func (w *where) whole(f Filter) {
	w.named(f)
	if f.Visible != nil {
		w.visible(f, func(namespaces []string) bool { return slices.Contains(namespaces, "*") })
	}
}

func (w *where) named(f Filter) {
	if len(f.Clusters) > 0 {
		in, args := list(f.Clusters)
		w.add("(c.cluster IN "+in+" OR c.name IN "+in+")", append(args, args...)...)
	}
}

func (w *where) visible(f Filter, enough func([]string) bool) {
	var uids []string
	for _, uid := range slices.Sorted(maps.Keys(f.Visible)) {
		if enough(f.Visible[uid]) {
			uids = append(uids, uid)
		}
	}
	if len(uids) == 0 {
		w.add("1 = 0")
		return
	}
	among(w, "c.cluster", uids)
}

// rules leaves rules; severities are those of the rules themselves if column is
// r.severity.
func (w *where) rules(f Filter, severity string) {
	among(w, "r.benchmark", f.Benchmarks)
	among(w, "r.section", f.Sections)
	among(w, "r.rule", f.Rules)
	if len(f.Severities) > 0 {
		numbers := make([]int64, len(f.Severities))
		for i, s := range f.Severities {
			numbers[i] = int64(s)
		}
		among(w, severity, numbers)
	}
}

// placeOf is the namespace that the asset of x is in, or is.
const placeOf = "CASE WHEN x.kind = 'Namespace' THEN x.name ELSE x.namespace END"

// places leaves what is in the filter's namespaces and may be seen.
func (w *where) places(f Filter, column string) {
	among(w, column, f.Namespaces)
	if f.Visible == nil {
		return
	}
	var parts []string
	var args []any
	for _, uid := range slices.Sorted(maps.Keys(f.Visible)) {
		switch namespaces := f.Visible[uid]; {
		case len(namespaces) == 0:
		case slices.Contains(namespaces, "*"):
			parts, args = append(parts, "c.cluster = ?"), append(args, uid)
		default:
			in, values := list(namespaces)
			parts, args = append(parts, "(c.cluster = ? AND "+column+" IN "+in+")"), append(append(args, uid), values...)
		}
	}
	if len(parts) == 0 {
		parts = []string{"1 = 0"}
	}
	w.add("("+strings.Join(parts, " OR ")+")", args...)
}

// narrow reports whether the filter leaves a part of a cluster that sums of the
// cluster say nothing of.
func (f Filter) narrow() bool {
	if len(f.Teams) > 0 || len(f.Namespaces) > 0 {
		return true
	}
	for _, namespaces := range f.Visible {
		if len(namespaces) > 0 && !slices.Contains(namespaces, "*") {
			return true
		}
	}
	return false
}

// single reports whether the filter looks at assets one by one, of which there
// are no rollups.
func (f Filter) single() bool {
	return f.Kind != "" || f.Name != "" || f.Text != "" || !f.Since.IsZero() || !f.Until.IsZero()
}

// assets leaves assets of findings and events, by name and by what is in it.
func (w *where) assets(f Filter) {
	if f.Kind != "" {
		w.add("x.kind = ?", f.Kind)
	}
	if f.Name != "" {
		w.add("x.name = ?", f.Name)
	}
	if f.Text != "" {
		text := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(f.Text))
		w.add(`lower(CASE WHEN x.namespace = '' THEN x.kind || '/' || x.name ELSE x.kind || '/' || x.namespace || '/' || x.name END) LIKE ? ESCAPE '\'`, "%"+text+"%")
	}
}

// between bounds a time.
func (w *where) between(f Filter, column string) {
	if !f.Since.IsZero() {
		w.add(column+" >= ?", milli(f.Since))
	}
	if !f.Until.IsZero() {
		w.add(column+" <= ?", milli(f.Until))
	}
}

// joined has a table with a rule looked into cluster by cluster and rule by rule,
// in the order of its key. Databases without statistics would begin with the
// biggest, and look up a cluster, with its sums, for every row of it. It ends with
// a WHERE to go on with.
func joined(table string) string {
	return `cluster c CROSS JOIN rule r CROSS JOIN ` + table + ` x WHERE r.cluster = c.cluster AND x.cluster = r.cluster AND x.rule = r.rule`
}

// rolled leaves rollups.
func (w *where) rolled(f Filter) {
	w.clusters(f)
	w.rules(f, "x.severity")
	w.places(f, "x.place")
	among(w, "x.team", f.Teams)
	among(w, "r.status", f.Statuses)
}
