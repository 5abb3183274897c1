package assess

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// CaseResult is the outcome of one case of a rule; Err is what is wrong.
type CaseResult struct {
	Name string
	Err  error
}

// RunCases runs the cases that a rule carries.
func RunCases(ctx context.Context, db *engine.DB, r *rule.Rule) ([]CaseResult, error) {
	if r.Verdict == rule.VerdictManual {
		return nil, nil
	}
	rules, err := Compile(ctx, db, []*rule.Rule{r})
	if err != nil {
		return nil, err
	}
	var results []CaseResult
	if r.Query == "" && (len(r.Pass) == 0 || len(r.Fail) == 0) {
		results = append(results, CaseResult{"cases", errors.New("want at least one case that passes and one that fails")})
	}
	for _, c := range r.Pass {
		_, err := checkStatus(ctx, rules, c, posture.Pass)
		results = append(results, CaseResult{"pass: " + c.Name, err})
	}
	for _, c := range r.NotAssessed {
		_, err := checkStatus(ctx, rules, c, posture.NotAssessed)
		results = append(results, CaseResult{"not_assessed: " + c.Name, err})
	}
	for _, c := range r.Fail {
		results = append(results, CaseResult{"fail: " + c.Name, checkFailing(ctx, rules, c, failing[r.Verdict])})
	}
	return results, ctx.Err()
}

// failing is the status of a rule whose failing case works.
var failing = map[string]posture.Status{
	rule.VerdictFail: posture.Fail, rule.VerdictReview: posture.Review, rule.VerdictInfo: posture.Pass,
}

// checkFailing wants evidence, and the rows that the case names.
func checkFailing(ctx context.Context, rules *Rules, c rule.Case, want posture.Status) error {
	res, err := checkStatus(ctx, rules, c, want)
	switch {
	case err != nil:
		return err
	case len(res.Findings) == 0:
		return errors.New("no evidence")
	}
	if msg := rule.MatchRows(res, c.Rows); msg != "" {
		return errors.New(msg)
	}
	return nil
}

func checkStatus(ctx context.Context, rules *Rules, c rule.Case, want posture.Status) (posture.RuleResult, error) {
	restore, err := rules.rules[0].With(c.Parameters)
	if err != nil {
		return posture.RuleResult{}, fmt.Errorf("parameters: %w", err)
	}
	defer restore()
	got, err := Judge(ctx, rules, c.Objects)
	if err != nil {
		return posture.RuleResult{}, err
	}
	res := got.Rules[0]
	if res.Status != want {
		msg := fmt.Sprintf("status %s, want %s", res.Status, want)
		if res.Reason != "" {
			msg += ": " + res.Reason
		}
		for _, row := range rule.EvidenceRows(res) {
			msg += "\n" + row.String()
		}
		return res, errors.New(msg)
	}
	if c.Unassessed != nil || want != posture.NotAssessed {
		if msg := rule.MatchUnassessed(res, c.Unassessed); msg != "" {
			return res, errors.New(msg)
		}
	}
	return res, nil
}

// Example is the first finding of a failing case, with the fix of its first row
// of evidence.
func Example(ctx context.Context, db *engine.DB, r *rule.Rule, c rule.Case) (posture.Finding, error) {
	rules, err := Compile(ctx, db, []*rule.Rule{r})
	if err != nil {
		return posture.Finding{}, err
	}
	restore, err := r.With(c.Parameters)
	if err != nil {
		return posture.Finding{}, err
	}
	defer restore()
	report, err := Judge(ctx, rules, c.Objects)
	if err != nil || len(report.Rules[0].Findings) == 0 {
		return posture.Finding{}, err
	}
	finding := report.Rules[0].Findings[0]
	finding.Evidence = finding.Evidence[:1]
	fix, err := remedy.For(r, finding)
	finding.Fix = fix.String()
	return finding, err
}

// Judge runs rules over manifests given as text, each of which must be sound.
func Judge(ctx context.Context, rules *Rules, manifests string) (*posture.Report, error) {
	files, err := manifest.Open(ctx, []string{"-"}, strings.NewReader(manifests))
	if err != nil {
		return nil, err
	}
	for _, p := range files.Problems() {
		return nil, errors.New(p.String())
	}
	return Run(ctx, Manifests(files), Options{Rules: rules, Fixes: true})
}
