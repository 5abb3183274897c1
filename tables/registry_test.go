package tables

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var snake = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// A table is its own documentation.
func TestTablesAreComplete(t *testing.T) {
	if len(All()) < 10 {
		t.Fatalf("%d tables", len(All()))
	}
	for _, table := range All() {
		if !snake.MatchString(table.Name) || !strings.HasPrefix(table.Name, "k8s_") && !strings.HasPrefix(table.Name, "kspm_") {
			t.Errorf("table %q: want k8s_ or kspm_ and snake_case", table.Name)
		}
		if table.Row == "" || table.Doc == "" || len(table.Examples) < 3 || len(table.Sources) == 0 && table.Derive == nil {
			t.Errorf("table %s lacks a row, a doc, three examples or sources", table.Name)
		}
		seen := map[string]bool{}
		for _, c := range table.Columns {
			if !snake.MatchString(c.Name) || c.Doc == "" || strings.TrimSpace(c.Doc) != c.Doc {
				t.Errorf("%s.%s: want a name in snake_case and a doc: %q", table.Name, c.Name, c.Doc)
			}
			if seen[c.Name] {
				t.Errorf("%s.%s: declared twice", table.Name, c.Name)
			}
			seen[c.Name] = true
			if table.Column(strings.ToUpper(c.Name)) < 0 {
				t.Errorf("%s.%s: not found by its name", table.Name, c.Name)
			}
		}
		for i, e := range table.Examples {
			if !strings.Contains(e, table.Name) || strings.Contains(e, `"`) || slices.Index(table.Examples, e) != i {
				t.Errorf("%s: example that is not about it, has double quotes or comes twice: %s", table.Name, e)
			}
		}
		if Lookup(strings.ToUpper(table.Name)) != table {
			t.Errorf("%s: not found by its name", table.Name)
		}
	}
}

// Tables of objects begin alike.
func TestCommonColumns(t *testing.T) {
	want := []string{"cluster", "uid", "namespace", "name", "created", "labels", "annotations", "owner_kind", "owner_name"}
	checked := 0
	for _, table := range All() {
		if len(table.Sources) == 0 || table.Derive != nil || table.Sources[0].Resource.Group == "kspm.io" { // no objects of an API
			continue
		}
		checked++
		var got []string
		for _, c := range table.Columns[:min(len(want), len(table.Columns))] {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s begins with %v", table.Name, got)
		}
		if table.Column("file") < 0 || table.Column("line") < 0 {
			t.Errorf("%s does not say where manifests have it", table.Name)
		}
	}
	if checked < 10 {
		t.Errorf("checked %d tables", checked)
	}
}

// A resource has the names that kubectl accepts, and no two share one.
func TestResourceNames(t *testing.T) {
	owner := map[string]*Resource{}
	for _, r := range Resources() {
		for _, name := range append([]string{r.Plural, r.Kind, r.String(), strings.ToUpper(r.Plural)}, r.Short...) {
			if other := owner[strings.ToLower(name)]; other != nil && other != r {
				t.Errorf("%s means %s and %s", name, other, r)
			}
			owner[strings.ToLower(name)] = r
			if got := ResourceNamed(name); got != r {
				t.Errorf("ResourceNamed(%s) = %v, want %s", name, got, r)
			}
		}
		if ResourceForKind(r.Group, r.Kind) != r {
			t.Errorf("%s is not found by its kind", r)
		}
		if item := r.New(); item == nil {
			t.Errorf("%s: New makes nothing", r)
		}
	}
	if ResourceNamed("nothing") != nil || ResourceForKind("apps", "Pod") != nil || Lookup("k8s_nothing") != nil {
		t.Error("found what is not there")
	}
	if got := Deployments.Grant(); got != `{apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list"]}` {
		t.Errorf("grant %s", got)
	}
}
