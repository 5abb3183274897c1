// Package pack writes rules as queries for osquery's scheduler and for Fleet.
// The SQL of a rule is not changed; what surrounds it makes osquery read each
// table once, and say so when one could not be read.
package pack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Rule is a rule that has a query, with what is known of that.
type Rule struct {
	*rule.Rule
	// Columns are those of the query's result, AssetColumns those of the
	// assets query.
	Columns, AssetColumns []string
	// Reads is what both read: check does not assess a rule without either.
	Reads rows.Plan
}

// New makes a Rule of what a compiled rule knows.
func New(r *rule.Rule, columns, assetColumns []string, reads ...rows.Plan) Rule {
	out := Rule{Rule: r, Columns: columns, AssetColumns: assetColumns, Reads: rows.Plan{}}
	for _, plan := range reads {
		out.Reads.Merge(plan)
	}
	return out
}

// Discovery is a query that has a row where the extension serves.
const Discovery = "SELECT 1 FROM osquery_registry WHERE registry = 'table' AND name = 'k8s_permissions'"

// Query is the rule's SQL for osquery. Its rows are those of the rule, behind
// the columns rule_id and status. A row of status not_assessed is an asset
// that cannot be judged, or, without a kind, the rule as a whole, when
// something that it reads could not be read; its actual says why. SQLite runs
// the parts in order: the rule; its assets; a part without rows, which reads
// the tables that those did not come to; and then the question how the reading
// went.
func (r Rule) Query() string {
	var b strings.Builder
	names := r.tables()
	// Without this SQLite would ask the extension again for every row that a
	// table is joined with.
	b.WriteString("WITH ")
	for _, t := range names {
		fmt.Fprintf(&b, "kspm_%s AS MATERIALIZED (SELECT %s FROM %s),\n", t.Name, columnsOf(t, r.Reads[t]), t.Name)
	}
	fmt.Fprintf(&b, "kspm_evidence AS MATERIALIZED (\n%s\n%s\n))\n", shadow(names), body(r.SQL))
	fmt.Fprintf(&b, "SELECT %s AS rule_id, %s AS status, e.* FROM kspm_evidence e", quote(r.ID), quote(r.Verdict))
	if slices.Contains(r.AssetColumns, "not_assessed") {
		fmt.Fprintf(&b, "\nUNION ALL\n%s\nFROM (%s\n%s\n)) a WHERE a.not_assessed <> ''", r.unassessed("a.kind", "a.namespace", "a.name", "a.not_assessed"), shadow(names), body(r.Assets))
		for _, c := range []string{"exempt", "not_applicable"} {
			if slices.Contains(r.AssetColumns, c) {
				fmt.Fprintf(&b, " AND coalesce(a.%s, '') = ''", c)
			}
		}
		b.WriteString("\n  AND NOT EXISTS (SELECT 1 FROM kspm_evidence e WHERE e.kind = a.kind AND e.name = a.name AND coalesce(e.namespace, '') = coalesce(a.namespace, ''))")
	}
	fmt.Fprintf(&b, "\nUNION ALL\nSELECT NULL, NULL%s WHERE 0 >", strings.Repeat(", NULL", len(r.Columns)))
	for i, t := range names {
		if i > 0 {
			b.WriteString(" +")
		}
		fmt.Fprintf(&b, " (SELECT 1 + count(*) FROM kspm_%s)", t.Name)
	}
	fmt.Fprintf(&b, `
UNION ALL
%s
FROM (SELECT group_concat(why, '; ') AS why FROM (
  SELECT DISTINCT resource || ': ' || coalesce(reason, 'forbidden') AS why FROM k8s_permissions
  WHERE allowed = 0 AND table_name || ' ' || api_group || ' ' || resource IN (%s)))
WHERE why IS NOT NULL`, r.unassessed("NULL", "NULL", "NULL", "why"), strings.Join(r.needs(), ", "))
	return b.String()
}

// shadow begins a query in which the tables' names mean what was read of them;
// the query proper follows, and a parenthesis that ends it.
func shadow(names []*tables.Table) string {
	var with []string
	for _, t := range names {
		with = append(with, fmt.Sprintf("%s AS (SELECT * FROM kspm_%s)", t.Name, t.Name))
	}
	return "WITH " + strings.Join(with, ", ") + "\nSELECT * FROM ("
}

// unassessed is the head of a SELECT of rows of status not_assessed.
func (r Rule) unassessed(kind, namespace, name, why string) string {
	known := map[string]string{"kind": kind, "namespace": namespace, "name": name, "path": "''", "actual": why, "expected": "'data to judge by'"}
	items := []string{quote(r.ID), "'not_assessed'"}
	for _, c := range r.Columns {
		items = append(items, cmp.Or(known[strings.ToLower(c)], "NULL"))
	}
	return "SELECT " + strings.Join(items, ", ")
}

// tables are those that the rule reads, in order of name.
func (r Rule) tables() (names []*tables.Table) {
	for t := range r.Reads {
		names = append(names, t)
	}
	slices.SortFunc(names, func(a, b *tables.Table) int { return strings.Compare(a.Name, b.Name) })
	return names
}

func columnsOf(t *tables.Table, columns []int) string {
	var names []string
	for _, c := range slices.Sorted(slices.Values(columns)) {
		names = append(names, `"`+t.Columns[c].Name+`"`)
	}
	if names == nil {
		return "NULL AS nothing" // only the number of rows matters
	}
	return strings.Join(names, ", ")
}

// needs are the rows of k8s_permissions that matter to the rule, as table, API
// group and resource, quoted.
func (r Rule) needs() (keys []string) {
	add := func(t *tables.Table, group, resource string) {
		if key := quote(t.Name + " " + group + " " + resource); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	for _, t := range r.tables() {
		if slices.Contains(r.Consults, t.Name) {
			continue
		}
		for _, res := range t.Reads(r.Reads[t]) {
			add(t, res.Group, res.String())
			for _, p := range res.Needs() {
				resource := p.Resource
				if p.Subresource != "" {
					resource += "/" + p.Subresource
				}
				add(t, p.Group, resource)
			}
		}
	}
	return keys
}

// body is SQL that can stand in parentheses.
func body(sql string) string {
	return strings.TrimRight(strings.TrimSpace(sql), "; \t\r\n")
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// query is one of a pack.
type query struct {
	Query       string `json:"query"`
	Interval    int    `json:"interval"`
	Description string `json:"description"`
	Value       string `json:"value"`
}

// Write writes an osquery pack.
func Write(w io.Writer, rules []Rule, interval time.Duration, platform string) error {
	pack := struct {
		Platform  string           `json:"platform,omitempty"`
		Discovery []string         `json:"discovery"`
		Queries   map[string]query `json:"queries"`
	}{platform, []string{Discovery}, map[string]query{}}
	for _, r := range rules {
		pack.Queries[r.ID] = query{
			Query: r.Query(), Interval: int(interval.Seconds()),
			Description: r.Title, Value: oneLine(r.Why),
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(pack)
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
