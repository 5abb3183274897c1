package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFixParts(t *testing.T) {
	tests := []struct {
		name, fix string
		want      []fixPart
	}{
		{"words alone", "Change it\nso.\nAnd this.", []fixPart{{"Change it so.", false}, {"And this.", false}}},
		{
			"a patch and a command", "Change it.\n\nThen look.\n\n# kubectl apply -f FILE\nkind: Pod\nspec:\n  a: 1\n\nkubectl get pod",
			[]fixPart{{"Change it.", false}, {"Then look.", false}, {"# kubectl apply -f FILE\nkind: Pod\nspec:\n  a: 1", true}, {"kubectl get pod", true}},
		},
		{
			"between the words", "On node n1:\n  chmod 600 /etc/x\n    y\nand again:\n  z",
			[]fixPart{{"On node n1:", false}, {"chmod 600 /etc/x\n  y", true}, {"and again:", false}, {"z", true}},
		},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, fixParts(tt.fix)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestGeneralFix(t *testing.T) {
	tests := []struct{ fix, want string }{
		{"Change it.", "Change it."},
		{"Set {{.path}} of {{.container_type}}.", "Set ‹path› of ‹container type›."},
		{"{{if eq .os \"windows\"}}This{{else if .x}}that{{else}}Set {{.name}}{{end}}.\n{{- if .node}} On {{.node}}.{{end}}", "Set ‹name›."},
		{"{{broken", "{{broken"},
	}
	for _, tt := range tests {
		if got := generalFix(tt.fix); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.fix, got, tt.want)
		}
	}
}
