package web

import (
	"cmp"
	"encoding"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

type object = map[string]any

// endpoints are the API: what each path answers, and what its query may say.
var endpoints = []struct {
	path, summary string
	answer        any
	query         []string
	list          bool // can be had as CSV
}{
	{"/overview", "The fleet on one page", store.Overview{}, []string{"cluster", "benchmark", "team", "section", "namespace", "severity"}, false},
	{"/clusters", "Clusters, worst first", list[store.Cluster]{}, []string{"cluster", "benchmark"}, true},
	{"/clusters/{uid}", "One cluster, by its uid or name", store.Cluster{}, []string{"benchmark"}, false},
	{"/clusters/{uid}/runs", "Evaluations of a cluster, newest first", list[store.Run]{}, []string{"offset", "limit"}, false},
	{"/rules", "Rules over all clusters, worst first", list[store.Rule]{}, []string{"cluster", "benchmark", "section", "severity", "rule", "status", "team", "namespace", "q"}, true},
	{"/rules/{id}", "One rule, and its state on each cluster", apiRule{}, []string{"cluster", "namespace"}, true},
	{"/findings", "Findings, by severity, rule, cluster and asset", list[store.Finding]{}, append(slices.Clone(findingKeys), "since", "until", "offset", "limit"), true},
	{"/findings/{cluster}/{id}", "One finding, by the cluster's uid and its fingerprint, with its history", apiFinding{}, nil, false},
	{"/events", "What happened to findings, newest first; total counts what is known so far", list[store.Event]{}, append(slices.Clone(findingKeys), "since", "until", "offset", "limit"), true},
	{"/trend", "Compliance over 30 days, or since a time, oldest first", list[store.Sample]{}, []string{"cluster", "benchmark", "since", "step"}, true},
	{"/facets", "The values that findings have, with how many are open", map[string][]store.Facet{}, findingKeys, true},
	{"/tables", "The tables that can be asked for in SQL", list[Table]{}, nil, false},
	{"/sql", "The answer to one SELECT; for who may see everything", Result{}, []string{"sql", "rows", "seconds"}, true},
}

var findingKeys = []string{"cluster", "team", "namespace", "severity", "benchmark", "section", "rule", "state", "age", "kind", "name", "q"}

// said are the parameters that need a word.
var said = map[string]string{
	"cluster": "uid or name", "team": "unowned for what has none", "status": "of a rule: fail, error, not_assessed, review, manual, pass or not_applicable",
	"state": "open (which is the default), waived, exempt, resolved or all", "age": "24h, 7d, 30d: first seen since; over-30d, over-90d: before",
	"since": "findings first seen, events and samples from this time on, as in RFC 3339", "until": "those before", "step": "a sample at most each of this, such as 10m; 6h unless it says so",
	"q": "text that names hold", "offset": "how many to pass over", "limit": "how many at most, 100 unless it says so, 10000 at most",
	"sql": "one SELECT", "rows": "of the result at most, 1000 unless it says so", "seconds": "that it may compute, 1 unless it says so", "format": "json or csv",
}

// Document is the OpenAPI document, made from the types that answers are made
// from.
func Document() []byte { return document() }

var document = sync.OnceValue(func() []byte {
	s := schemas{object{}, map[reflect.Type]string{}}
	paths := object{}
	failure := object{"description": "why not", "content": object{"application/json": object{"schema": s.of(reflect.TypeFor[apiError]())}}}
	for _, e := range endpoints {
		content := object{"application/json": object{"schema": s.of(reflect.TypeOf(e.answer))}}
		query := e.query
		if e.list {
			content["text/csv"] = object{"schema": object{"type": "string"}}
			query = append(slices.Clone(query), "format")
		}
		paths["/api/v1"+e.path] = object{"get": object{
			"summary": e.summary, "parameters": parameters(e.path, query),
			"responses": object{"200": object{"description": "the answer", "content": content}, "default": failure},
		}}
	}
	text, err := json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{
			"title": "kubectl-kspm", "version": "v1", "license": object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "The security posture of clusters. Everything is read-only. Within v1 fields are added, never removed or given another meaning.",
		},
		"paths": paths,
		"components": object{
			"schemas":         s.named,
			"securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}},
		},
		"security": []any{object{"token": []string{}}},
	}, "", "  ")
	if err != nil {
		panic(err) // it is made of maps and strings
	}
	return append(text, '\n')
})

func parameters(path string, query []string) []any {
	out := []any{}
	for part := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, object{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": object{"type": "string"}})
		}
	}
	for _, name := range query {
		schema := object{"type": "string"}
		if slices.Contains(filterKeys, name) && name != "q" && name != "state" && name != "age" && name != "kind" && name != "name" {
			schema = object{"type": "array", "items": schema} // alternatives
		}
		p := object{"name": name, "in": "query", "schema": schema}
		if text := said[name]; text != "" {
			p["description"] = text
		}
		out = append(out, p)
	}
	return out
}

// schemas collects the schemas of Go types as encoding/json writes them.
type schemas struct {
	named object
	names map[reflect.Type]string
}

var enums = map[reflect.Type][]string{
	reflect.TypeFor[posture.Severity](): {"info", "low", "medium", "high", "critical"},
}

func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[posture.Evidence]():
		return object{"type": "object", "required": []string{"path", "actual", "expected"}, "properties": object{"path": object{"type": "string"}, "line": object{"type": "integer"}}, "additionalProperties": true}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string", "enum": enums[t]}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return object{"anyOf": []any{s.of(t.Elem()), object{"type": "null"}}}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": []string{"array", "null"}, "items": s.of(t.Elem())}
	case reflect.Map:
		return object{"type": []string{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.ref(t)
	}
	return object{} // anything
}

// ref is a struct by its name, which is described once.
func (s *schemas) ref(t reflect.Type) object {
	name := s.names[t]
	if name == "" {
		name = typeName(t)
		for n := name; s.named[name] != nil; { // store.Rule and posture.Rule
			name = strings.ToUpper(t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:][:1]) + t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+2:] + n
		}
		s.names[t] = name
		s.named[name] = object{}
		properties, required := object{}, []string{}
		s.fields(t, properties, &required)
		slices.Sort(required)
		s.named[name] = object{"type": "object", "properties": properties, "required": required}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func typeName(t reflect.Type) string {
	name := t.Name()
	if generic, arg, ok := strings.Cut(name, "["); ok {
		arg = strings.TrimSuffix(arg[strings.LastIndex(arg, ".")+1:], "]")
		name = arg + strings.ToUpper(generic[:1]) + generic[1:]
	}
	name = strings.TrimPrefix(name, "api")
	return strings.ToUpper(name[:1]) + name[1:]
}

func (s *schemas) fields(t reflect.Type, properties object, required *[]string) {
	for f := range t.Fields() {
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case tag == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && tag == "":
			inner := object{}
			s.fields(f.Type, inner, required)
			for _, key := range slices.Sorted(maps.Keys(inner)) {
				properties[key] = inner[key]
			}
			continue
		}
		tag = cmp.Or(tag, f.Name)
		properties[tag] = s.of(f.Type)
		if !strings.Contains(options, "omit") {
			*required = append(*required, tag)
		}
	}
}

func (s *server) apiDocument(w http.ResponseWriter, _ *request) error {
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(Document())
	return err
}
