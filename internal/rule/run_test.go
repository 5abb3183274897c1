package rule

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// answers is a querier that knows the answer to every query.
type answers map[string]struct {
	columns []string
	rows    [][]any
	err     error
}

func (a answers) Query(_ context.Context, sql string, row func([]string, []any) error) error {
	answer, ok := a[sql]
	if !ok {
		return errors.New("no such query: " + sql)
	}
	for _, values := range answer.rows {
		if err := row(answer.columns, values); err != nil {
			return err
		}
	}
	return answer.err
}

var (
	assetColumns    = []string{"kind", "namespace", "name", "exempt", "not_assessed"}
	evidenceColumns = []string{"kind", "namespace", "name", "path", "actual", "expected", "severity", "file", "line", "container"}
)

func anywhere(posture.Asset) bool { return true }

// judge runs a rule whose queries have the rows.
func judge(t *testing.T, verdict string, assets, evidence [][]any) posture.RuleResult {
	t.Helper()
	r := &Rule{Header: Header{ID: "A-1", Verdict: verdict, Assets: "assets"}, SQL: "query", severity: posture.Medium}
	q := answers{"assets": {columns: assetColumns, rows: assets}, "query": {columns: evidenceColumns, rows: evidence}}
	found, err := QueryAssets(t.Context(), q, r.Assets, anywhere)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Run(t.Context(), q, found, anywhere)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestRunStatus(t *testing.T) {
	web := []any{"Pod", "shop", "web", nil, nil}
	dns := []any{"Pod", "kube-system", "dns", "system", nil}
	silent := []any{"Pod", "shop", "silent", nil, "no answer"}
	bad := func(a []any) []any {
		return []any{a[0], a[1], a[2], "spec", "x", "y", "medium", "web.yaml", int64(3), "app"}
	}
	for _, test := range []struct {
		name, verdict    string
		assets, evidence [][]any
		want             posture.Status
		judged, findings int
		unassessed       int
	}{
		{"no row", VerdictFail, [][]any{web}, nil, posture.Pass, 1, 0, 0},
		{"a row", VerdictFail, [][]any{web}, [][]any{bad(web)}, posture.Fail, 1, 1, 0},
		{"two rows of one asset", VerdictFail, [][]any{web}, [][]any{bad(web), bad(web)}, posture.Fail, 1, 1, 0},
		{"an asset named twice", VerdictFail, [][]any{web, web}, nil, posture.Pass, 1, 0, 0},
		{"nothing to judge", VerdictFail, nil, nil, posture.NotApplicable, 0, 0, 0},
		{"a row for a human", VerdictReview, [][]any{web}, [][]any{bad(web)}, posture.Review, 1, 1, 0},
		{"a row that tells", VerdictInfo, [][]any{web}, [][]any{bad(web)}, posture.Pass, 1, 1, 0},
		{"the system's own", VerdictFail, [][]any{web, dns}, [][]any{bad(dns)}, posture.Pass, 1, 1, 0},
		{"nothing but the system's own", VerdictFail, [][]any{dns}, [][]any{bad(dns)}, posture.NotApplicable, 0, 1, 0},
		{"one that cannot be judged", VerdictFail, [][]any{web, silent}, nil, posture.NotAssessed, 1, 0, 1},
		{"nothing that can be judged", VerdictReview, [][]any{silent}, nil, posture.NotAssessed, 0, 0, 1},
		{"one that fails beside one that cannot be judged", VerdictFail, [][]any{web, silent}, [][]any{bad(web)}, posture.Fail, 1, 1, 1},
		{"what is known is enough to fail it", VerdictFail, [][]any{silent}, [][]any{bad(silent)}, posture.Fail, 1, 1, 0},
		{"the system's own that cannot be judged", VerdictFail, [][]any{{"Pod", "kube-system", "dns", "system", "no answer"}}, nil, posture.NotApplicable, 0, 0, 0},
		{"one that is no asset", VerdictFail, [][]any{web}, [][]any{bad(dns)}, posture.Error, 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := judge(t, test.verdict, test.assets, test.evidence)
			if res.Status != test.want || len(res.Judged) != test.judged || len(res.Findings) != test.findings || len(res.Unassessed) != test.unassessed {
				t.Errorf("%s (%s) of %v: %v, %v", res.Status, res.Reason, res.Judged, res.Findings, res.Unassessed)
			}
		})
	}
}

func TestRunFinding(t *testing.T) {
	res := judge(t, VerdictFail, [][]any{{"Pod", "shop", "web", nil, nil}}, [][]any{
		{"Pod", "shop", "web", "spec.containers[10].image", nil, "1\x1b[2J", "low", "web.yaml", int64(3), nil},
		{"Pod", "shop", "web", "spec.containers[9].image", int64(7), "1", "critical", "web.yaml", int64(3), "app"},
	})
	want := []posture.Finding{{
		Asset: posture.Asset{Kind: "Pod", Namespace: "shop", Name: "web"}, Severity: posture.Critical, File: "web.yaml", Line: 3,
		Evidence: []posture.Evidence{
			{Path: "spec.containers[9].image", Actual: int64(7), Expected: "1", Details: []posture.Detail{{Name: "container", Value: "app"}}},
			{Path: "spec.containers[10].image", Expected: `1\u001b[2J`, Details: []posture.Detail{{Name: "container"}}},
		},
	}}
	if diff := gocmp.Diff(want, res.Findings); diff != "" {
		t.Error(diff)
	}
}

// Only what is in scope counts, of assets as of evidence.
func TestRunScope(t *testing.T) {
	r := &Rule{Header: Header{ID: "A-1", Verdict: VerdictFail, Assets: "assets"}, SQL: "query"}
	q := answers{
		"assets": {columns: assetColumns, rows: [][]any{{"Pod", "shop", "web", nil, nil}, {"Pod", "other", "web", nil, nil}}},
		"query":  {columns: evidenceColumns, rows: [][]any{{"Pod", "other", "web", "", nil, nil, "low", nil, nil, nil}}},
	}
	inShop := func(a posture.Asset) bool { return a.Namespace == "shop" }
	assets, err := QueryAssets(t.Context(), q, r.Assets, inShop)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Run(t.Context(), q, assets, inShop)
	if err != nil || res.Status != posture.Pass || len(res.Judged) != 1 {
		t.Errorf("%s of %v: %v", res.Status, res.Judged, err)
	}
}

func TestRunErrors(t *testing.T) {
	r := &Rule{Header: Header{ID: "A-1", Verdict: VerdictFail}, SQL: "query"}
	broken := answers{"query": {err: errors.New("no such column")}}
	res, err := r.Run(t.Context(), broken, &Assets{}, anywhere)
	if err != nil || res.Status != posture.Error || res.Reason != "no such column" {
		t.Errorf("%s %s: %v", res.Status, res.Reason, err)
	}
	severity := answers{"query": {columns: []string{"severity"}, rows: [][]any{{"grave"}}}}
	if res, _ = r.Run(t.Context(), severity, &Assets{}, anywhere); res.Status != posture.Error || !strings.Contains(res.Reason, "column severity") {
		t.Errorf("%s %s", res.Status, res.Reason)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = r.Run(ctx, answers{"query": {err: context.Canceled}}, &Assets{}, anywhere); !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupt is taken for a broken rule: %v", err)
	}
	if _, err = QueryAssets(t.Context(), broken, "query", anywhere); err == nil {
		t.Error("assets that cannot be had are none")
	}
}

func TestManualResult(t *testing.T) {
	r := &Rule{Header: Header{ID: "A-1", Verdict: VerdictManual, Why: "\nAsk the owner.\nThen more."}}
	if res := r.Result(); res.Status != posture.Manual || res.Reason != "no query can decide this: Ask the owner." {
		t.Errorf("%s %s", res.Status, res.Reason)
	}
}

func TestCheckColumns(t *testing.T) {
	r := &Rule{Header: Header{ID: "A-1", Fix: "Change {{.container}}"}, File: "1.sql"}
	if err := r.CheckColumns(evidenceColumns, assetColumns); err != nil {
		t.Error(err)
	}
	for want, columns := range map[string][2][]string{
		"1.sql: A-1: the query returns no column path": {append(evidenceColumns[:3:3], "actual", "expected", "container"), assetColumns},
		"1.sql: A-1: assets returns no column name":    {evidenceColumns, assetColumns[:2]},
		"1.sql: A-1: fix: ":                            {evidenceColumns[:9], assetColumns},
	} {
		if err := r.CheckColumns(columns[0], columns[1]); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The evidence of running pods that says what their template's says is left
// out; what differs stays.
func TestFold(t *testing.T) {
	row := func(path, container, actual string, drift any, pods int64) posture.Evidence {
		return posture.Evidence{Path: path, Actual: actual, Expected: "false", Details: []posture.Detail{{Name: "container", Value: container}, {Name: "drift", Value: drift}, {Name: "pods", Value: pods}}}
	}
	template := row("spec.template.spec.containers[0].privileged", "app", "true", nil, 5)
	cron := row("spec.jobTemplate.spec.template.spec.containers[0].privileged", "app", "true", nil, 0)
	copied := row("spec.containers[1].privileged", "app", "true", "Pod/a", 2) // moved by a container put before it
	injected := row("spec.containers[0].privileged", "mesh", "true", "Pod/a", 2)
	again := row("spec.containers[0].privileged", "mesh", "true", "Pod/b", 1)
	changed := row("spec.containers[1].privileged", "app", "1", "Pod/b", 1)
	for _, test := range []struct {
		name     string
		in, want []posture.Evidence
		pods     int
	}{
		{"a template", []posture.Evidence{template}, []posture.Evidence{template}, 5},
		{"its pods' copies", []posture.Evidence{copied, template}, []posture.Evidence{template}, 5},
		{"of a CronJob", []posture.Evidence{copied, cron}, []posture.Evidence{cron}, 0},
		{"what was injected", []posture.Evidence{again, injected, copied, template}, []posture.Evidence{template, injected}, 5},
		{
			"several containers of the same pods",
			[]posture.Evidence{injected, row("spec.containers[1].privileged", "log", "true", "Pod/a", 2)},
			[]posture.Evidence{injected, row("spec.containers[1].privileged", "log", "true", "Pod/a", 2)},
			2,
		},
		{"what was changed", []posture.Evidence{changed, template}, []posture.Evidence{template, changed}, 5},
		{"pods without a template", []posture.Evidence{injected, again}, []posture.Evidence{injected}, 3},
		{"rows that differ in an index alone", []posture.Evidence{{Path: "rules[0].verbs"}, {Path: "rules[1].verbs"}}, []posture.Evidence{{Path: "rules[0].verbs"}, {Path: "rules[1].verbs"}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, pods := fold(test.in)
			if diff := gocmp.Diff(test.want, got); diff != "" || pods != test.pods {
				t.Errorf("%d pods, want %d: %s", pods, test.pods, diff)
			}
		})
	}
}

func TestMatchRows(t *testing.T) {
	res := judge(t, VerdictFail, [][]any{{"Pod", "shop", "web", nil, nil}}, [][]any{{"Pod", "shop", "web", "spec", "x", "y", "medium", nil, int64(3), "app"}})
	for _, test := range []struct {
		want []map[string]any
		says string
	}{
		{nil, ""},
		{[]map[string]any{{"name": "web", "container": "app"}}, ""},
		{[]map[string]any{{}}, ""},
		{[]map[string]any{}, "unexpected evidence"},
		{[]map[string]any{{"name": "web"}, {"name": "web"}}, "no row of evidence has"},
		{[]map[string]any{{"name": "db"}}, "no row of evidence has"},
		{[]map[string]any{{"absent": ""}}, "no row of evidence has"},
	} {
		if got := MatchRows(res, test.want); (got == "") != (test.says == "") || !strings.Contains(got, test.says) {
			t.Errorf("%v: %q, want %q", test.want, got, test.says)
		}
	}
}

// A rule whose findings are all waived still does not pass what it could not
// judge.
func TestConcludeUnassessed(t *testing.T) {
	web := []any{"Pod", "shop", "web", nil, nil}
	res := judge(t, VerdictFail, [][]any{web, {"Pod", "shop", "silent", nil, "no answer"}},
		[][]any{{"Pod", "shop", "web", "spec", "x", "y", "medium", nil, nil, nil}})
	res.Findings[0].Waiver = &posture.Waiver{Owner: "jane"}
	(&Rule{}).Conclude(&res, nil)
	if res.Status != posture.NotAssessed || res.Reason != "1 Pod not assessed: no answer (shop/silent)" {
		t.Errorf("%s: %s", res.Status, res.Reason)
	}
}

// Where nothing is left to judge, what the rule does not apply to says why.
func TestRunNotApplicable(t *testing.T) {
	managed := []any{"Cluster", nil, "prod", nil, nil, "eks runs it"}
	web := []any{"Pod", "shop", "web", nil, nil, nil}
	for _, test := range []struct {
		assets [][]any
		status posture.Status
		reason string
	}{
		{[][]any{managed, managed}, posture.NotApplicable, "eks runs it"},
		{[][]any{managed, web}, posture.Pass, ""},
	} {
		q := answers{"assets": {columns: append(slices.Clip(assetColumns), "not_applicable"), rows: test.assets}, "query": {columns: evidenceColumns}}
		found, err := QueryAssets(t.Context(), q, "assets", anywhere)
		if err != nil {
			t.Fatal(err)
		}
		r := &Rule{Header: Header{ID: "A-1", Verdict: VerdictFail, Assets: "assets"}, SQL: "query"}
		res, err := r.Run(t.Context(), q, found, anywhere)
		if err != nil || res.Status != test.status || res.Reason != test.reason {
			t.Errorf("%s (%s), %v", res.Status, res.Reason, err)
		}
	}
}
