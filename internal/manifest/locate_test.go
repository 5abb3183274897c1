package manifest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const located1 = `# a file
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app.kubernetes.io/name: web # line 8
    "quoted key": x
spec:
  template:
    spec:
      containers:
      - name: a
        image: x
      -
        name: b
        args: [one,
          two]
        env:
          - {name: A, value: "1"}
          - name: B
            value: |
              text
            # c
      volumes: []
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: p}
  spec:
    hostPID: true
- apiVersion: v1
  kind: Pod
  metadata: &m
    name: q
  spec:
    hostIPC: true
    nodeSelector: {a: b}
metadata:
  resourceVersion: "1"
---
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "v1", "kind": "Pod",
   "metadata": {"name": "j"},
   "spec": {
     "containers": [{"name": "a"},
       {"name": "b", "image": "x"}]}}
]}
`

func TestLineOf(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.yaml")
	if err := os.WriteFile(name, []byte(located1), 0o600); err != nil {
		t.Fatal(err)
	}
	onDisk, err := Open(context.Background(), []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	piped := read(t, located1)
	for _, p := range append(onDisk.Problems(), piped.Problems()...) {
		t.Error(p)
	}
	for _, tt := range []struct {
		object int
		path   string
		want   int
	}{
		{3, "kind", 4},
		{3, "metadata.name", 6},
		{3, `metadata.labels["app.kubernetes.io/name"]`, 8},
		{3, `metadata.labels['app.kubernetes.io/name']`, 8},
		{3, `metadata.labels["quoted key"]`, 9},
		{3, "spec.template.spec.containers", 13},
		{3, "spec.template.spec.containers[0]", 14},
		{3, "spec.template.spec.containers[0].image", 15},
		{3, "spec.template.spec.containers[1].name", 17},
		{3, "spec.template.spec.containers[1].args[1]", 19},
		{3, "spec.template.spec.containers[1].env[0].value", 21},
		{3, "spec.template.spec.containers[1].env[1].value", 23},
		{3, "spec.template.spec.containers[1].securityContext.privileged", 16},
		{3, "spec.template.spec.volumes", 26},
		{3, "spec.template.spec.hostPID", 12},
		{3, "nothing.here", 3},
		{3, "", 3},
		{3, "metadata.[", 5},
		{3, "spec..template", 10},
		{31, "spec.hostPID", 35},
		{31, "spec.hostIPC", 34},
		{36, "metadata.name", 39},
		{36, "spec.hostIPC", 41},
		{36, "spec.nodeSelector.a", 42},
		{47, "kind", 47},
		{47, "metadata.name", 48},
		{47, "spec.containers[1].image", 51},
		{47, "spec.hostPID", 49},
		{9999, "kind", 9999},
	} {
		for name, f := range map[string]*Files{name: onDisk, "stdin": piped} {
			if got := f.LineOf(name, tt.object, tt.path); got != tt.want {
				t.Errorf("%s:%d %s is in line %d, want %d", filepath.Base(name), tt.object, tt.path, got, tt.want)
			}
		}
	}
	if got := onDisk.LineOf("other.yaml", 7, "kind"); got != 7 {
		t.Error(got)
	}
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	gone, _ := Open(context.Background(), []string{"-"}, strings.NewReader("a: b"))
	if got := gone.LineOf("stdin", 1, "kind"); got != 1 {
		t.Error(got)
	}
}

func TestParsePath(t *testing.T) {
	for path, want := range map[string]int{
		"": 0, "a": 1, "a.b": 2, ".a.b": 2, "a[0]": 2, "a[0][1].b": 4, `a["b.c"].d`: 3, `a["x]"].d`: 3, "a[x].b": 1, "a[": 1, `a["`: 1, "a..b": 1,
	} {
		if got := len(parsePath(path)); got != want {
			t.Errorf("%q has %d steps, want %d", path, got, want)
		}
	}
}
