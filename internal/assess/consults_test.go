package assess_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const consulting = "SELECT 'Pod' AS kind, namespace, name, 'p' AS path, (SELECT count(*) FROM k8s_nodes_kubelet_config) AS actual, 'x' AS expected FROM k8s_pods"

// A table that a rule consults may be unreadable; nothing else may, and where
// no rule needs it the report does not complain of it.
func TestConsults(t *testing.T) {
	consults := ruleOf("T-1", podAssets, "-- consults: [k8s_nodes_kubelet_config]\n"+consulting)
	src := partial{[]string{"web"}, map[*tables.Resource]error{tables.KubeletConfigs: errors.New("forbidden")}}
	report := run(t, src.source(), fstest.MapFS{"1.sql": consults})
	if diff := gocmp.Diff(map[string]string{"T-1": "fail"}, verdicts(report)); diff != "" {
		t.Error(diff)
	}
	if got := report.Rules[0].Findings[0].Evidence[0].Actual; got != int64(0) || len(report.NotAssessed) > 0 {
		t.Errorf("actual %v, not assessed %v", got, report.NotAssessed)
	}
	report = run(t, src.source(), fstest.MapFS{"1.sql": consults, "2.sql": ruleOf("T-2", podAssets, consulting)})
	if diff := gocmp.Diff(map[string]string{"T-1": "fail", "T-2": "not_assessed forbidden: nodes/proxy"}, verdicts(report)); diff != "" {
		t.Error(diff)
	}
	if len(report.NotAssessed) != 1 {
		t.Errorf("%v", report.NotAssessed)
	}
	src.broken = map[*tables.Resource]error{tables.Pods: errors.New("forbidden")}
	if got := verdicts(run(t, src.source(), fstest.MapFS{"1.sql": consults}))["T-1"]; got != "not_assessed forbidden: pods" {
		t.Error(got)
	}
}

func TestConsultsMistakes(t *testing.T) {
	for want, file := range map[string]*fstest.MapFile{
		"does not read all of [k8s_nodes]": ruleOf("T-1", podAssets, "-- consults: [k8s_nodes]\n"+podQuery),
		"k8s_pods decides what the assets": ruleOf("T-1", podAssets, "-- consults: [k8s_pods]\n"+podQuery),
	} {
		rules, err := rule.Load(fstest.MapFS{"1.sql": file})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = assess.Compile(t.Context(), openDB(t), rules); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// withheld is a source of which some resources cannot be read.
type withheld struct {
	rows.Source
	resources []*tables.Resource
}

func (w withheld) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	if slices.Contains(w.resources, r) {
		return errors.New("forbidden")
	}
	return w.Source.Each(ctx, r, scope, f)
}

// What a rule consults decides nothing: in every case of every rule the same
// assets fail in the same places without it.
func TestConsultsDecideNothing(t *testing.T) {
	db := openDB(t)
	for _, r := range allRules(t) {
		if len(r.Consults) == 0 || r.Query != "" {
			continue
		}
		rules := compile(t, db, r)
		var consulted []*tables.Resource
		for _, res := range rules.Plan().Reads() {
			if !slices.Contains(rules.Needs(), res) {
				consulted = append(consulted, res)
			}
		}
		if len(consulted) == 0 {
			t.Errorf("%s: needs all that it consults", r.ID)
		}
		for _, c := range slices.Concat(r.Pass, r.Fail) {
			files, err := manifest.Open(t.Context(), []string{"-"}, strings.NewReader(c.Objects))
			if err != nil {
				t.Fatal(err)
			}
			src := assess.Manifests(files)
			with := failingPlaces(t, src, rules)
			src.Source = withheld{src.Source, consulted}
			if diff := gocmp.Diff(with, failingPlaces(t, src, rules)); diff != "" {
				t.Errorf("%s: %s: %s", r.ID, c.Name, diff)
			}
		}
	}
}

func failingPlaces(t *testing.T, src assess.Source, rules *assess.Rules) []string {
	t.Helper()
	report, err := assess.Run(t.Context(), src, assess.Options{Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	places := []string{string(report.Rules[0].Status)}
	for _, f := range report.Rules[0].Findings {
		for _, e := range f.Evidence {
			places = append(places, f.Asset.String()+" "+e.Path)
		}
	}
	if report.Rules[0].Status == posture.Error {
		t.Fatal(report.Rules[0].Reason)
	}
	return places
}
