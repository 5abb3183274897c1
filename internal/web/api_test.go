package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the golden files")

// The OpenAPI document is what is committed, and every answer is as it says.
func TestAPI(t *testing.T) {
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(want, Document()) {
		t.Errorf("the API has changed: only add to it, and run the test with -update (%v)", err)
	}
	srv := serve(t, options(t))
	_, text := get(t, srv.URL+"/api/v1/openapi.json")
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	values := strings.NewReplacer("{uid}", "prod", "{id}", "A-1")
	for _, e := range endpoints {
		path := "/api/v1" + e.path
		address := srv.URL + values.Replace(path)
		switch e.path {
		case "/findings/{cluster}/{id}":
			address = srv.URL + "/api/v1/findings/uid-prod/" + fingerprint(t, "accepted")
		case "/findings":
			address += "?state=all"
		case "/sql":
			address += "?sql=SELECT+1"
		}
		code, body := get(t, address)
		if code != http.StatusOK {
			t.Errorf("%s: %d %s", path, code, body)
			continue
		}
		at := "openapi.json#/paths/" + strings.ReplaceAll(strings.ReplaceAll(path, "~", "~0"), "/", "~1") + "/get/responses/200/content/application~1json/schema"
		schema, err := c.Compile(at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(got); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if err := schema.Validate(map[string]any{"other": 1}); err == nil && e.path != "/facets" {
			t.Errorf("%s: the schema takes anything", path)
		}
		csv := strings.ReplaceAll(address+"&format=csv", "&", map[bool]string{true: "&", false: "?"}[strings.Contains(address, "?")])
		code, body = get(t, csv)
		if e.list != (code == http.StatusOK) {
			t.Errorf("%s as CSV: %d %s", path, code, body)
		}
		for line := range strings.Lines(body) {
			if e.list && strings.HasPrefix(line, "=") {
				t.Errorf("%s as CSV has a formula: %s", path, line)
			}
		}
	}
	for _, path := range []string{"/api/v1/nothing", "/api/v1/findings?limit=0", "/api/v1/findings?limit=x", "/api/v1/rules?format=xml", "/api/v1/sql?sql=nonsense"} {
		code, body := get(t, srv.URL+path)
		var e apiError
		if err := json.Unmarshal([]byte(body), &e); err != nil || e.Error == "" || code < 400 {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
}
