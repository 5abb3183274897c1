package assess_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// partial is a source that may not read some resources.
type partial struct {
	pods   []string
	broken map[*tables.Resource]error
}

func (p partial) Each(_ context.Context, r *tables.Resource, _ rows.Scope, f func(*tables.Object)) error {
	if r == tables.Pods {
		for _, name := range p.pods {
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: name, UID: "1"}}
			f(&tables.Object{Resource: r, Value: pod, Meta: &pod.ObjectMeta})
		}
	}
	return p.broken[r]
}

func (p partial) source() assess.Source {
	return assess.Source{Source: p, Where: "in this test", Reason: func(err error) (string, string) { return err.Error(), "a grant" }}
}

// ruleOf is a rule file around a query over pods.
func ruleOf(id, assets, query string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("-- id: " + id + "\n-- title: t\n-- section: s\n-- severity: low\n-- scope: object\n-- why: w\n-- fix: f\n-- assets: " + assets + "\n" + query)}
}

const (
	podAssets = "SELECT 'Pod' AS kind, namespace, name FROM k8s_pods"
	podQuery  = "SELECT 'Pod' AS kind, namespace, name, 'p' AS path, name AS actual, 'x' AS expected FROM k8s_pods"
)

func run(t *testing.T, src assess.Source, files fstest.MapFS) *posture.Report {
	t.Helper()
	loaded, err := rule.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	report, err := assess.Run(t.Context(), src, assess.Options{Rules: compile(t, openDB(t), loaded...), Fixes: true})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// verdicts are the rules' statuses with their reasons.
func verdicts(r *posture.Report) map[string]string {
	out := map[string]string{}
	for _, rule := range r.Rules {
		out[rule.ID] = strings.TrimSpace(string(rule.Status) + " " + rule.Reason)
	}
	return out
}

// Whatever a rule's SQL touches counts, be it for the assets, the evidence, or
// the value of one column.
func TestRunMissing(t *testing.T) {
	files := fstest.MapFS{
		"1.sql": ruleOf("T-1", podAssets, podQuery+" WHERE name = 'bad'"),
		"2.sql": ruleOf("T-2", podAssets, podQuery+" WHERE owner_kind = 'ReplicaSet'"),
		"3.sql": ruleOf("T-3", podAssets, podQuery+" WHERE namespace NOT IN (SELECT name FROM k8s_namespaces)"),
		"4.sql": ruleOf("T-4", "SELECT 'Namespace' AS kind, '' AS namespace, name FROM k8s_namespaces", podQuery+" WHERE name = 'none'"),
		"5.sql": ruleOf("T-5", podAssets, podQuery+" WHERE EXISTS (SELECT 1 FROM k8s_nodes)"),
	}
	forbidden, timeout := errors.New("forbidden"), errors.New("timeout")
	src := partial{pods: []string{"bad", "good"}, broken: map[*tables.Resource]error{tables.ReplicaSets: forbidden, tables.Namespaces: timeout, tables.Jobs: forbidden}}.source()
	report := run(t, src, files)
	want := map[string]string{
		"T-1": "fail",
		"T-2": "not_assessed forbidden: jobs, replicasets",
		"T-3": "not_assessed timeout: namespaces",
		"T-4": "not_assessed timeout: namespaces",
		"T-5": "pass",
	}
	if diff := gocmp.Diff(want, verdicts(report)); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([]posture.Unread{{Resource: "jobs.batch", Reason: "forbidden", Grant: "a grant"}, {Resource: "namespaces", Reason: "timeout", Grant: "a grant"}, {Resource: "replicasets.apps", Reason: "forbidden", Grant: "a grant"}}, report.NotAssessed); diff != "" {
		t.Error(diff)
	}
	if report.Summary.Coverage != 0.4 || !report.Incomplete() || report.Source.Objects != 2 {
		t.Errorf("%+v of %d objects", report.Summary, report.Source.Objects)
	}
}

// A rule that breaks while it runs is an error of its own; one of nothing is
// not applicable.
func TestRunBroken(t *testing.T) {
	files := fstest.MapFS{
		"1.sql": ruleOf("T-1", podAssets, "SELECT 'Pod' AS kind, namespace, name, json_extract(name, '$') AS path, 1 AS actual, 2 AS expected FROM k8s_pods"),
		"2.sql": ruleOf("T-2", podAssets+" WHERE json_extract(name, '$') = 1", podQuery),
		"3.sql": ruleOf("T-3", podAssets+" WHERE name = 'good'", podQuery),
		"4.sql": ruleOf("T-4", podAssets+" WHERE 0", podQuery+" WHERE 0"),
		"5.sql": ruleOf("T-5", podAssets, podQuery+" WHERE 0"),
	}
	got := verdicts(run(t, partial{pods: []string{"bad", "good"}}.source(), files))
	for id, want := range map[string]string{
		"T-1": "error malformed JSON", "T-2": "error assets: malformed JSON", "T-3": "error Pod/shop/bad fails and is not among the rule's assets",
		"T-4": "not_applicable no pod in this test", "T-5": "pass",
	} {
		if !strings.HasPrefix(got[id], want) {
			t.Errorf("%s: %s, want %s", id, got[id], want)
		}
	}
}

// What cannot be evidence is refused before anything is read.
func TestCompileErrors(t *testing.T) {
	for want, file := range map[string]*fstest.MapFile{
		"1.sql: T-1: no such column: nome":               ruleOf("T-1", podAssets, strings.Replace(podQuery, "name,", "nome,", 1)),
		"1.sql: T-1: assets: no such table: k8s_podsz":   ruleOf("T-1", podAssets+"z", podQuery),
		"1.sql: T-1: only SELECT is allowed":             ruleOf("T-1", podAssets, "DELETE FROM k8s_pods"),
		"1.sql: T-1: the query returns no column path":   ruleOf("T-1", podAssets, podAssets),
		"1.sql: T-1: assets returns no column namespace": ruleOf("T-1", "SELECT 1 AS kind", podQuery),
	} {
		loaded, err := rule.Load(fstest.MapFS{"1.sql": file})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := assess.Compile(t.Context(), openDB(t), loaded); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A run that is interrupted has no report.
func TestRunInterrupted(t *testing.T) {
	why := errors.New("the user had enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	loaded, err := rule.Load(fstest.MapFS{"1.sql": ruleOf("T-1", podAssets, podQuery)})
	if err != nil {
		t.Fatal(err)
	}
	rules := compile(t, openDB(t), loaded...)
	if report, err := assess.Run(ctx, partial{}.source(), assess.Options{Rules: rules}); report != nil || !errors.Is(err, why) {
		t.Errorf("%v, %v", report, err)
	}
}
