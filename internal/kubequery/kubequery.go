// Package kubequery gives the tables of kubequery, an older osquery extension
// for Kubernetes, as views over ours: queries that were written for it go on.
package kubequery

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

//go:embed schema.txt
var schema string

// View is a table of kubequery.
type View struct {
	Name    string
	Columns []string
	// Missing are the columns that are always NULL.
	Missing []string
	// Table is ours, Note says what else differs.
	Table, Note string
	SQL         string

	with, where string
	own         map[string]string // expressions by column
	groups      []string
}

// parser reads schema.txt.
type parser struct {
	groups map[string][]string
	in     map[string]map[string]string
	views  []*View
}

// Views are all views, in the order of kubequery's documentation.
func Views() ([]*View, error) {
	p := &parser{groups: map[string][]string{}, in: map[string]map[string]string{}}
	n := 0
	for line := range strings.Lines(schema) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("schema.txt:%d: %w", n, err)
		}
	}
	for _, v := range p.views {
		if err := p.finish(v); err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, err)
		}
	}
	return p.views, nil
}

func (p *parser) line(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	fields := strings.Fields(rest)
	switch word {
	case "group":
		p.groups[fields[0]] = fields[1:]
		return nil
	case "in":
		group, assignment, _ := strings.Cut(rest, " ")
		if p.in[group] == nil {
			p.in[group] = map[string]string{}
		}
		return assign(p.in[group], assignment)
	case "table":
		v := &View{Name: fields[0], own: map[string]string{}}
		for _, f := range fields[1:] {
			if group, ok := strings.CutPrefix(f, "@"); ok {
				if p.groups[group] == nil {
					return fmt.Errorf("no group %s", group)
				}
				v.groups = append(v.groups, group)
				v.Columns = append(v.Columns, p.groups[group]...)
				continue
			}
			v.Columns = append(v.Columns, f)
		}
		p.views = append(p.views, v)
		return nil
	}
	if len(p.views) == 0 {
		return fmt.Errorf("%s before the first table", word)
	}
	v := p.views[len(p.views)-1]
	switch word {
	case "from":
		v.Table = rest
	case "where":
		v.where = rest
	case "with":
		v.with = rest
	case "note":
		v.Note = rest
	case "col":
		return assign(v.own, rest)
	default:
		return fmt.Errorf("unknown word %q", word)
	}
	return nil
}

func assign(to map[string]string, text string) error {
	name, expr, ok := strings.Cut(text, " = ")
	if !ok {
		return fmt.Errorf("want NAME = SQL, not %q", text)
	}
	to[name] = expr
	return nil
}

// finish writes the view's SQL.
func (p *parser) finish(v *View) error {
	ours := tables.Lookup(v.Table)
	if ours == nil {
		return fmt.Errorf("there is no table %s", v.Table)
	}
	var items []string
	for _, c := range v.Columns {
		expr := p.expression(v, ours, c)
		if expr == "NULL" {
			v.Missing = append(v.Missing, c)
		}
		items = append(items, expr+` AS "`+c+`"`)
	}
	for c := range v.own {
		if !slices.Contains(v.Columns, c) {
			return fmt.Errorf("column %s is not kubequery's", c)
		}
	}
	if v.with != "" {
		v.SQL = "WITH " + v.with + " "
	}
	v.SQL += "SELECT " + strings.Join(items, ", ") + " FROM " + v.Table + " t"
	if v.where != "" {
		v.SQL += " " + v.where
	}
	return nil
}

// expression is the view's own one, a group's, our column of that name, or
// NULL.
func (p *parser) expression(v *View, ours *tables.Table, c string) string {
	if expr, ok := v.own[c]; ok {
		return expr
	}
	for _, g := range slices.Backward(append([]string{"meta"}, v.groups...)) {
		if expr, ok := p.in[g][c]; ok {
			return expr
		}
	}
	if ours.Column(c) >= 0 && v.where != "WHERE 0" {
		return "t." + c
	}
	return "NULL"
}

// WriteConf writes the views as a part of osquery's configuration.
func WriteConf(w io.Writer) error {
	views, err := Views()
	if err != nil {
		return err
	}
	conf := struct {
		Views map[string]string `json:"views"`
	}{map[string]string{}}
	for _, v := range views {
		conf.Views[v.Name] = v.SQL
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(conf)
}

// WriteDifferences writes the page that says what differs.
func WriteDifferences(w io.Writer) error {
	views, err := Views()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# kubequery's tables over ours

[kubequery-views.conf](../deploy/osquery/kubequery-views.conf) gives the %d tables of kubequery, by the
names and columns of its documentation, as views over ours. In all of them labels and the like are JSON,
booleans are 0 and 1, and what the API left unset is NULL. Columns that are always NULL here are listed;
what they held is mostly in a table of its own ([all tables](tables/README.md)).

| kubequery | here | differs | always NULL |
|---|---|---|---|
`, len(views))
	for _, v := range views {
		fmt.Fprintf(&b, "| `%s` | [`%s`](tables/%s.md) | %s | %s |\n", v.Name, v.Table, v.Table, v.Note, strings.Join(v.Missing, ", "))
	}
	_, err = io.WriteString(w, b.String())
	return err
}
