package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

func TestExplain(t *testing.T) {
	rule := posture.Rule{ID: "A-7", Title: "Privileged containers", Section: "Pods", Severity: posture.High, Why: "Because\n\nof this.\n", Fix: "Stop.", SQL: "SELECT 1", Aliases: []string{"B-1", "C-1"}}
	var b bytes.Buffer
	if err := ExplainRule(&b, rule, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A-7  Privileged containers\nhigh · Pods\n", "\nWhy it matters\n  Because\n\n  of this.\n", "\nThe query\n  SELECT 1\n", "B-1, C-1\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "References") {
		t.Errorf("a heading over nothing:\n%s", b.String())
	}

	res := sample().Rules[0]
	res.Rule = rule
	res.Findings[0].Fix = "Set it to false.\n\nkind: Deployment"
	b.Reset()
	if err := ExplainResult(&b, res, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nResult\n  fail: 5 of 7 assets fail\n",
		"\nDeployment/shop/web-0  shop/web.yaml:12\n  spec.template.spec.containers[0].securityContext.privileged  true, expected false  container=app note=two\\nlines\n",
		"\n  Set it to false.\n\n  kind: Deployment\n",
		"\nDeployment/shop/web-2  14 pods\n",
		"  exempt: part of the system\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	res.Status, res.Reason, res.Findings = posture.NotAssessed, "pods forbidden", nil
	b.Reset()
	if err := ExplainResult(&b, res, Style{}); err != nil || !strings.Contains(b.String(), "\nResult\n  not_assessed: pods forbidden\n") {
		t.Errorf("%v\n%s", err, b.String())
	}
}
