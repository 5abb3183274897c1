package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var (
	columns = []string{"kind", "name", "n", "share", "text"}
	rows    = [][]any{
		{"Pod", "web", int64(1), 0.5, "two\nlines\tand <tags> & \"quotes\""},
		{"Deployment", "=HYPERLINK(1)", int64(-2), 1e21, nil},
	}
)

func rendered(t *testing.T, format string, columns []string, rows [][]any) string {
	t.Helper()
	f, err := RowsNamed(format)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f(&b, columns, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRowFormats(t *testing.T) {
	for format, want := range map[string]string{
		"table": "KIND        NAME           N   SHARE  TEXT\n" +
			"Pod         web            1   0.5    two\\nlines\\tand <tags> & \"quotes\"\n" +
			"Deployment  =HYPERLINK(1)  -2  1e+21  <none>\n",
		"json": "[\n" +
			`  {"kind": "Pod", "name": "web", "n": 1, "share": 0.5, "text": "two\nlines\tand <tags> & \"quotes\""},` + "\n" +
			`  {"kind": "Deployment", "name": "=HYPERLINK(1)", "n": -2, "share": 1e+21, "text": null}` + "\n]\n",
		"name": "pod/web\ndeployment/=HYPERLINK(1)\n",
		"csv":  "kind,name,n,share,text\nPod,web,1,0.5,\"two\nlines\tand <tags> & \"\"quotes\"\"\"\nDeployment,'=HYPERLINK(1),-2,1e+21,\n",
	} {
		if diff := gocmp.Diff(want, rendered(t, format, columns, rows)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// What programs read back is what was written.
func TestRowsComeBack(t *testing.T) {
	for format, read := range map[string]func([]byte, any) error{"json": json.Unmarshal, "yaml": func(b []byte, v any) error { return yaml.Unmarshal(b, v) }} {
		var back []map[string]any
		if err := read([]byte(rendered(t, format, columns, rows)), &back); err != nil {
			t.Fatal(err)
		}
		want := []map[string]any{
			{"kind": "Pod", "name": "web", "n": 1.0, "share": 0.5, "text": rows[0][4]},
			{"kind": "Deployment", "name": "=HYPERLINK(1)", "n": -2.0, "share": 1e21, "text": nil},
		}
		if diff := gocmp.Diff(want, back); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
	back, err := csv.NewReader(strings.NewReader(rendered(t, "csv", columns, rows))).ReadAll()
	if err != nil || back[1][4] != rows[0][4] {
		t.Errorf("csv: %q %v", back, err)
	}
}

// No text is a formula to a spreadsheet; a number stays one.
func TestCSVIsNoFormula(t *testing.T) {
	for in, want := range map[any]string{"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "a=1": "a=1", "": "", int64(-1): "-1"} {
		text := rendered(t, "csv", []string{"x", "y"}, [][]any{{in, "z"}})
		back, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || back[1][0] != want {
			t.Errorf("%#v is %q, want %q: %v", in, back, want, err)
		}
	}
}

func TestRowsOfNothing(t *testing.T) {
	for format, want := range map[string]string{"table": "KIND  NAME\n", "json": "[]\n", "yaml": "[]\n", "csv": "kind,name\n", "name": ""} {
		if got := rendered(t, format, []string{"kind", "name"}, nil); got != want {
			t.Errorf("%s: %q, want %q", format, got, want)
		}
	}
}

func TestRowsByName(t *testing.T) {
	f, _ := RowsNamed("name")
	if err := f(&bytes.Buffer{}, []string{"uid"}, nil); err == nil || err.Error() != "-o name needs a column called name; the query returns uid" {
		t.Error(err)
	}
	if got := rendered(t, "name", []string{"name"}, [][]any{{"a\nb"}, {nil}}); got != "a\\nb\n\n" {
		t.Errorf("%q", got)
	}
	if _, err := RowsNamed("xml"); err == nil || !strings.HasPrefix(err.Error(), `unknown format "xml": want one of `) {
		t.Error(err)
	}
}

// A join of two tables returns two columns of one name: where fields are known
// by name, both keep their value.
func TestColumnsOfOneName(t *testing.T) {
	columns, rows := []string{"name", "name", "name_2", "name", ""}, [][]any{{"a", "b", "c", "d", int64(1)}}
	for format, want := range map[string]string{
		"json":                        "[\n  {\"name\": \"a\", \"name_3\": \"b\", \"name_2\": \"c\", \"name_4\": \"d\", \"\": 1}\n]\n",
		"ndjson":                      "{\"name\": \"a\", \"name_3\": \"b\", \"name_2\": \"c\", \"name_4\": \"d\", \"\": 1}\n",
		"yaml":                        "- \"\": 1\n  name: a\n  name_2: c\n  name_3: b\n  name_4: d\n",
		"csv":                         "name,name,name_2,name,\na,b,c,d,1\n",
		"jsonpath={.items[0].name_4}": "d",
	} {
		f, err := RowsNamed(format)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := f(&out, columns, rows); err != nil || out.String() != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", format, err, out.String(), want)
		}
	}
}
