package rule_test

import (
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

func TestCountAndDigest(t *testing.T) {
	rules, err := rule.Load(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	n, digest, err := rule.CountAndDigest(queries.Files)
	if err != nil {
		t.Fatal(err)
	}
	if n != len(rules) || digest != rule.Digest(rules) {
		t.Errorf("%d rules, %s; want %d, %s", n, digest, len(rules), rule.Digest(rules))
	}
}
