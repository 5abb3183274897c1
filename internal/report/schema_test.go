package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// moduleFile reads a file of a module at a version, by way of the module proxy
// or cache; sum is that of the module, as go.sum has it.
func moduleFile(t *testing.T, module, sum, file string) []byte {
	t.Helper()
	text, err := testcluster.ModuleFile(module, sum, file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// sarifSchema is the schema of OASIS, which gosec tests by as well.
func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text := moduleFile(t, "github.com/securego/gosec/v2@v2.29.0", "h1:pF2HSLcnY5voqpxQumEe0O5YAAbvF4Syu4qeIewpLyc=", "report/sarif/testdata/sarif-schema-2.1.0.json")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func validSARIF(t *testing.T, schema *jsonschema.Schema, text []byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

// written is a report in a format.
func written(t *testing.T, name string, r *posture.Report, s Style) []byte {
	t.Helper()
	format, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := format(&b, r, s); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// anEdit is a change of the only file that sample has.
func anEdit(_ string, f posture.Finding) (Edit, bool) {
	return Edit{Line: 14, Lines: 1, Text: "      privileged: false\n", Description: "Set it to false"}, f.File != ""
}

func TestSARIFSchema(t *testing.T) {
	schema := sarifSchema(t)
	empty := &posture.Report{}
	empty.Finish()
	for name, r := range map[string]*posture.Report{"sample": sample(), "empty": empty, "hostile": hostile(), "baseline": compared()} {
		t.Run(name, func(t *testing.T) {
			validSARIF(t, schema, written(t, "sarif", r, Style{Version: "v1.2.3", Edit: anEdit}))
		})
	}
	broken := bytes.Replace(written(t, "sarif", sample(), Style{}), []byte(`"kind": "fail"`), []byte(`"kind": "worse"`), 1)
	if doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(broken)); err != nil || schema.Validate(doc) == nil {
		t.Errorf("a broken document is valid (%v)", err)
	}
}

// What the schema cannot say: results point at rules, count, are suppressed
// where they do not, and keep their fingerprints.
func TestSARIF(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal(written(t, "sarif", compared(), Style{Edit: anEdit}), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	states, suppressed, kinds, fixes := map[string]int{}, 0, map[string]int{}, 0
	for _, res := range run.Results {
		if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
			t.Errorf("%s has the index of another rule", res.RuleID)
		}
		if len(res.Prints["kspm/v1"]) != 32 {
			t.Errorf("no fingerprint: %v", res.Prints)
		}
		states[res.State]++
		kinds[res.Kind+" "+res.Level]++
		suppressed += len(res.Suppressions)
		fixes += len(res.Fixes)
	}
	// Seven assets with two rows each, one exempt and one waived; a namespace; one for review.
	for name, got := range map[string][2]int{
		"results": {len(run.Results), 16}, "suppressed": {suppressed, 4}, "review": {kinds["review none"], 1},
		"fail": {kinds["fail error"], 14}, "new": {states["new"], 1}, "unchanged": {states["unchanged"], 11}, "fixes": {fixes, 2},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", name, got[0], got[1])
		}
	}
	where := run.Results[0].Locations[0].Physical
	if where.Artifact.URI != "shop/web.yaml" || where.Region.StartLine != 12 {
		t.Errorf("%+v", where)
	}
	if inv := run.Invocations[0]; inv.ExecutionSuccessful || len(inv.Notifications) != 3 {
		t.Errorf("two rules and a file could not be assessed: %+v", inv)
	}
}

func TestSARIFPlaces(t *testing.T) {
	for file, want := range map[string]sarifArtifact{
		"./a b/ü#1%.yaml": {"a%20b/%C3%BC%231%25.yaml", "%SRCROOT%"},
		"/srv/a.yaml":     {"file:///srv/a.yaml", ""},
		"a:b.yaml":        {"./a:b.yaml", "%SRCROOT%"},
	} {
		if got := sarifArtifactOf(file); got != want {
			t.Errorf("%s: %+v, want %+v", file, got, want)
		}
	}
	if got := linkless("[text](https://evil.example) a[0]"); got != "[text] (https://evil.example) a[0]" {
		t.Error(got)
	}
}

// junitAllowed are the elements and attributes that the schema of the xUnit
// plugin (junit-10.xsd) has, as far as they are written, and file, which GitLab reads.
var junitAllowed = map[string][]string{
	"testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
	"testsuite":  {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname"},
	"properties": {}, "property": {"name", "value"},
	"testcase": {"name", "classname", "file", "time"},
	"skipped":  {"message", "type"}, "error": {"message", "type"}, "failure": {"message", "type"}, "system-out": {},
}

var junitParents = map[string]string{
	"testsuites": "", "testsuite": "testsuites", "properties": "testsuite", "property": "properties", "testcase": "testsuite",
	"skipped": "testcase", "error": "testcase", "failure": "testcase", "system-out": "testcase",
}

func TestJUnit(t *testing.T) {
	for name, r := range map[string]*posture.Report{"sample": sample(), "hostile": hostile()} {
		text := written(t, "junit", r, Style{})
		var path []string
		d := xml.NewDecoder(bytes.NewReader(text))
		for {
			token, err := d.Token()
			if token == nil {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				parent := ""
				if len(path) > 0 {
					parent = path[len(path)-1]
				}
				if want, ok := junitParents[token.Name.Local]; !ok || want != parent {
					t.Errorf("%s: %s within %q", name, token.Name.Local, parent)
				}
				for _, a := range token.Attr {
					if !contains(junitAllowed[token.Name.Local], a.Name.Local) {
						t.Errorf("%s: %s has no attribute %s", name, token.Name.Local, a.Name.Local)
					}
				}
				path = append(path, token.Name.Local)
			case xml.EndElement:
				path = path[:len(path)-1]
			}
		}
	}
	var all junitSuites
	if err := xml.Unmarshal(written(t, "junit", sample(), Style{}), &all); err != nil {
		t.Fatal(err)
	}
	if got := [4]int{all.Tests, all.Failures, all.Errors, all.Skipped}; got != [4]int{9, 2, 3, 3} {
		t.Errorf("tests, failures, errors, skipped: %v", got)
	}
	suites, cases := 0, 0
	for _, s := range all.Suites {
		suites += s.Tests
		cases += len(s.Cases)
	}
	if suites != all.Tests || cases != all.Tests {
		t.Errorf("%d cases, %d counted by suite, %d in all", cases, suites, all.Tests)
	}
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
