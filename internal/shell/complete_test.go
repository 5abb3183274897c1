package shell

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// | is the cursor. What may stand there is all of it where want says so, and
// else holds want and not what follows a !.
func TestComplete(t *testing.T) {
	for _, test := range []struct {
		pending, line string
		all           bool
		want          string
	}{
		// Keywords, in the case of what is typed.
		{"", "sel|", true, "select "},
		{"", "SEL|", true, "SELECT "},
		{"", "|", true, "SELECT WITH"},
		{"", "SELECT name FROM k8s_pods WHER|", true, "WHERE "},
		{"select name from k8s_pods\n", "WHERE name IS NULL ord|", true, "order "},
		// Tables, after FROM and JOIN alone.
		{"", "SELECT * FROM k8s_pods p JOIN k8s_namesp|", true, "k8s_namespace_admission k8s_namespaces"},
		{"", "SELECT * FROM k8s_pods p, k8s_namesp|", true, "k8s_namespace_admission k8s_namespaces"},
		{"", "SELECT * FROM |", false, "k8s_pods k8s_nodes !pods !SELECT !name"},
		{"", "SELECT * FROM po|", false, "pods"},
		{"", "SELECT * FROM certi|", true, "certificates certificatesigningrequests"},
		{"", "SELECT * FROM kspm_r|", true, "kspm_rules kspm_runs"},
		{"", "SELECT sta| FROM cert", true, "status"},
		{"", "SELECT c.api_v| FROM Certificate c", true, "api_version"},
		{"", "SELECT * FROM k8s_pods GROUP BY host_net|", true, "host_network"},
		// Columns of the tables in the statement, wherever those are named.
		{"", "SELECT host_n| FROM k8s_pods", true, "host_network"},
		{"", "SELECT host_n| FROM pods", true, "host_network"},
		{"SELECT\n", "host_n|", true, "host_network"},
		{"SELECT name\nFROM k8s_pods\n", "WHERE phas|", true, "phase"},
		{"", "SELECT phas| FROM k8s_namespaces n JOIN k8s_pods p", true, "phase"},
		{"", "SELECT n.| FROM k8s_namespaces n JOIN k8s_pods AS p", false, "pod_count !node_name !SELECT"},
		{"", "SELECT P.node_n| FROM k8s_namespaces n JOIN k8s_pods AS p", true, "node_name"},
		{"", "SELECT k8s_pods.node_n| FROM k8s_pods", true, "node_name"},
		{"", "SELECT x.| FROM k8s_pods p", true, ""},
		{"", "SELECT node_n| FROM k8s_nodes_kubelet_config", true, ""},
		{"", "SELECT coun| FROM k8s_pods", true, "count"},
		// Namespaces, in a string that is compared with one.
		{"", "SELECT name FROM k8s_pods WHERE namespace = 'sh|", true, "shop shopping"},
		{"", "SELECT name FROM k8s_pods WHERE namespace = 'kube|", true, "kube-system'"},
		{"", "SELECT name FROM k8s_pods WHERE namespace = 'kube|'", true, "kube-system"},
		{"", "SELECT name FROM k8s_pods WHERE p.namespace IN ('kube-system', 'shopp|", true, "shopping'"},
		{"SELECT name FROM k8s_pods\nWHERE namespace\n", "= 'kube|", true, "kube-system'"},
		{"", "SELECT 1 FROM k8s_namespaces WHERE name = 'kube|", true, "kube-system'"},
		{"", "SELECT name FROM k8s_pods WHERE namespace = 'shop' AND name = 'kube|", true, ""},
		{"", "SELECT 'it''s |", true, ""},
		{"SELECT 'a\n", "b|", true, ""},
		{"", "SELECT 1 -- sel|", true, ""},
		// Commands.
		{"", ".sch|", true, ".schema"},
		{"", "  .sch|", true, ".schema"},
		{"", ".schema k8s_pod_spe|", true, "k8s_pod_specs"},
		{"", ".schema certificates|", true, "certificatesigningrequests"},
		{"", ".rule nsa|", true, "NSA-07 NSA-08"},
		{"", ".output js|", true, "json jsonpath=TEMPLATE"},
		{"", ".timing o|", true, "off on"},
		{"", ".quit |", true, ""},
		{"SELECT\n", ".sch|", true, ""},
	} {
		s, _, _ := newShell(&backend{})
		s.pending = test.pending
		before, after, _ := strings.Cut(test.line, "|")
		head, words, tail := s.complete(t.Context(), before+after, len([]rune(before)))
		if !strings.HasPrefix(before, head) || tail != after {
			t.Errorf("%q: head %q, tail %q", test.line, head, tail)
		}
		if test.all {
			var want []string
			for w := range strings.FieldsSeq(test.want) {
				if w = strings.TrimSpace(w); strings.HasSuffix(test.want, w+" ") {
					w += " "
				}
				want = append(want, w)
			}
			if diff := cmp.Diff(want, words); diff != "" {
				t.Errorf("%s%s: %s", test.pending, test.line, diff)
			}
			continue
		}
		for w := range strings.FieldsSeq(test.want) {
			w, not := strings.CutPrefix(w, "!")
			if slices.Contains(words, w) == not {
				t.Errorf("%s%s: %v, want %s", test.pending, test.line, words, test.want)
			}
		}
	}
}

// A tab that is pasted to indent a line is no question.
func TestCompleteIndent(t *testing.T) {
	s, _, _ := newShell(&backend{})
	s.pending = "SELECT name\n"
	if _, words, _ := s.complete(t.Context(), "", 0); !slices.Equal(words, []string{"  "}) {
		t.Errorf("%q", words)
	}
}

func FuzzComplete(f *testing.F) {
	f.Add("SELECT\n", "name FROM k8s_pods p WHERE p.namespace = 'ku", 20)
	f.Add("", ".schema k8s", 11)
	f.Add("/*", "é', \"", 1)
	f.Fuzz(func(t *testing.T, pending, line string, pos int) {
		s, _, _ := newShell(&backend{})
		s.pending = pending
		runes := []rune(line)
		pos = max(0, min(pos, len(runes)))
		line = string(runes) // as liner gives it
		head, _, tail := s.complete(t.Context(), line, pos)
		if !strings.HasPrefix(line, head) || string(runes[pos:]) != tail {
			t.Errorf("%q at %d: %q, %q", line, pos, head, tail)
		}
	})
}
