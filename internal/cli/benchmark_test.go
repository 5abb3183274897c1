package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// TestPropose names the benchmark of a platform to those who asked for
// another CIS benchmark, and to nobody else.
func TestPropose(t *testing.T) {
	for _, tt := range []struct {
		names    []string
		provider string
		want     string
	}{
		{[]string{"cis"}, "eks", "This is a cluster of EKS: --benchmark cis-eks is written for it (CIS Amazon EKS Benchmark).\n"},
		{[]string{"nsa", "CIS"}, "gke", "This is a cluster of GKE: --benchmark cis-gke is written for it"},
		{[]string{"cis-eks"}, "aks", "This is a cluster of AKS: --benchmark cis-aks is written for it"},
		{[]string{"cis-eks"}, "eks", ""},
		{[]string{"nsa"}, "eks", ""},
		{[]string{"cis"}, "", ""},
		{[]string{"cis"}, "k3s", ""},
	} {
		f := benchmarkFlags{names: tt.names}
		if err := f.complete(); err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		f.propose(&app{Streams: Streams{Err: &said}}, posture.Source{Provider: tt.provider})
		if got := said.String(); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%v on %q: said %q, want %q", tt.names, tt.provider, got, tt.want)
		}
	}
}

func TestEdition(t *testing.T) {
	for _, tt := range []struct {
		flags      benchmarkFlags
		kubernetes string
		want       string
	}{
		{benchmarkFlags{names: []string{"cis"}}, "v1.33.4", "1.12"},
		{benchmarkFlags{names: []string{"CIS"}}, "v1.37.2", "2.0"},
		{benchmarkFlags{names: []string{"cis"}, version: "1.12"}, "v1.37.2", "1.12"},
		{benchmarkFlags{names: []string{"cis", "nsa"}}, "v1.37.2", ""},
		{benchmarkFlags{names: []string{"nsa"}}, "v1.37.2", ""},
	} {
		if err := tt.flags.complete(); err != nil {
			t.Fatal(err)
		}
		if got := tt.flags.edition(tt.kubernetes); got != tt.want {
			t.Errorf("%v for %s: edition %q, want %q", tt.flags.names, tt.kubernetes, got, tt.want)
		}
	}
}
