package tables

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodFacts = `{"apiVersion":"kspm.io/v1","kind":"NodeFacts","metadata":{"name":"w-1"},"status":"ok","collected":"2026-01-02T03:04:05Z",
"kubelet":{"args":["--config=/var/lib/kubelet/config.yaml"],"config":{"kind":"KubeletConfiguration","staticPodURL":"https://u:p@x"}},
"files":[{"path":"/etc/kubernetes/kubelet.conf","role":"kubelet-kubeconfig","type":"file","exists":true,"mode":"0600","uid":0,"gid":0}]}`

// Every mistake that could make a bad file look good is an error.
func TestParseNodeFacts(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"as it should be", "", "", ""},
		{"another kind", `"NodeFacts"`, `"Node"`, "kind NodeFacts"},
		{"without the node", `{"name":"w-1"}`, `{}`, "metadata.name"},
		{"without status", `"status":"ok",`, ``, "status is missing"},
		{"without files", `"files":[{"path":"/etc/kubernetes/kubelet.conf","role":"kubelet-kubeconfig","type":"file","exists":true,"mode":"0600","uid":0,"gid":0}]`, `"files":[]`, "no files"},
		{"files of a node that told nothing", `"status":"ok"`, `"status":"unreachable"`, `files although the status is "unreachable"`},
		{"a typing mistake", `"mode"`, `"mod"`, `unknown field "files[0].mod"`},
		{"mode as a number", `"0600"`, `384`, "cannot unmarshal number"},
		{"mode that is not octal", `"0600"`, `"0680"`, "four octal digits"},
		{"mode that is short", `"0600"`, `"600"`, "four octal digits"},
		{"mode with a sign", `"0600"`, `"+600"`, "four octal digits"},
		{"no owner", `"uid":0,`, ``, "uid and gid are missing"},
		{"a role of its own", `kubelet-kubeconfig`, `kubelet`, `role "kubelet" is not known`},
		{"a relative path", `/etc/kubernetes`, `etc/kubernetes`, "does not begin with /"},
		{"no type", `"type":"file",`, ``, "want file, directory or other"},
		{"a kubelet configuration that is none", `{"kind":"KubeletConfiguration","staticPodURL":"https://u:p@x"}`, `{"authentication":3}`, "kubelet.config"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(goodFacts, tt.old, tt.new, 1)
			_, err := ParseNodeFacts([]byte(text))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
	r, err := ParseNodeFacts([]byte(goodFacts))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"kind":"KubeletConfiguration"}`, string(r.Value.Kubelet.Config)); diff != "" {
		t.Errorf("where static pods come from is kept: %s", diff)
	}
}

// What was read can be written and read again, and says the same.
func FuzzParseNodeFacts(f *testing.F) {
	f.Add([]byte(goodFacts))
	f.Add([]byte(`{"apiVersion":"kspm.io/v1","kind":"NodeFacts","metadata":{"name":"w"},"status":"unreachable","files":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseNodeFacts(text)
		if err != nil {
			return
		}
		wire, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var again Record[NodeFacts]
		if err := again.Unmarshal(wire); err != nil {
			t.Fatalf("%s: %v", wire, err)
		}
		if diff := cmp.Diff(r.Value.Files, again.Value.Files); diff != "" {
			t.Error(diff)
		}
		for i := range r.Value.Files {
			if file := &r.Value.Files[i]; file.Exists && file.Problem == "" {
				if _, err := file.bits(); err != nil || file.UID == nil || file.GID == nil {
					t.Errorf("%+v is there, and how it is protected is not known", file)
				}
			}
		}
	})
}
