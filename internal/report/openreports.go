package report

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The bounds of one report object: every change of one writes it to etcd whole.
const (
	policyResults = 500
	policyBytes   = 256 << 10
	policyText    = 1 << 10 // of one text within a result
)

// policyAPI is one of the two APIs of policy reports. Their results are alike.
type policyAPI struct {
	version, report, clusterReport string
	source                         bool // the report names its source, not each result
}

var (
	openReports   = policyAPI{"openreports.io/v1alpha1", "Report", "ClusterReport", true}
	policyReports = policyAPI{"wgpolicyk8s.io/v1alpha2", "PolicyReport", "ClusterPolicyReport", false}
)

// OpenReports writes the objects of openreports.io, for kubectl apply: a Report
// for each namespace and a ClusterReport for the rest. Passes are counted; the
// results are what is not one.
func OpenReports(w io.Writer, r *posture.Report, s Style) error { return openReports.write(w, r, s) }

// PolicyReport writes the same as objects of wgpolicyk8s.io, which tools read
// that do not know openreports.io yet.
func PolicyReport(w io.Writer, r *posture.Report, s Style) error {
	return policyReports.write(w, r, s)
}

type policyObject struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   policyMeta     `json:"metadata"`
	Source     string         `json:"source,omitempty"`
	Summary    policySummary  `json:"summary"`
	Results    []policyResult `json:"results"`
}

type policyMeta struct {
	Name            string            `json:"name"`
	Namespace       string            `json:"namespace,omitempty"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
	Labels          map[string]string `json:"labels"`
	Annotations     map[string]string `json:"annotations,omitempty"`
}

type policySummary struct {
	Pass  int `json:"pass"`
	Fail  int `json:"fail"`
	Warn  int `json:"warn"`
	Error int `json:"error"`
	Skip  int `json:"skip"`
}

type policyResult struct {
	Source     string            `json:"source,omitempty"`
	Policy     string            `json:"policy"`
	Rule       string            `json:"rule,omitempty"`
	Category   string            `json:"category,omitempty"`
	Severity   string            `json:"severity,omitempty"`
	Timestamp  policyTime        `json:"timestamp"`
	Result     string            `json:"result"`
	Scored     bool              `json:"scored"`
	Resources  []policySubject   `json:"resources,omitempty"`
	Message    string            `json:"message,omitempty"`
	Properties map[string]string `json:"properties,omitempty"`
}

type policyTime struct {
	Seconds int64 `json:"seconds"`
	Nanos   int32 `json:"nanos"`
}

type policySubject struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace,omitempty"`
	Name       string `json:"name"`
}

func (a policyAPI) write(w io.Writer, r *posture.Report, s Style) error {
	var b strings.Builder
	for _, object := range a.objects(r, s) {
		text, err := yaml.Marshal(object)
		if err != nil {
			return err
		}
		b.WriteString("---\n")
		b.Write(text)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// dnsLabel is what a namespace can be called.
var dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// home is the namespace of the report that an asset's result is in; empty is
// the cluster's.
func home(a posture.Asset) string {
	if dnsLabel.MatchString(a.Namespace) {
		return a.Namespace
	}
	return ""
}

func (a policyAPI) objects(r *posture.Report, s Style) []policyObject {
	results, passes := map[string][]policyResult{"": {}}, map[string]int{}
	for _, rule := range r.Rules {
		failed := map[posture.Asset]bool{}
		for _, f := range rule.Findings {
			failed[f.Asset] = true
			results[home(f.Asset)] = append(results[home(f.Asset)], a.finding(r, rule, f, s))
		}
		for _, u := range rule.Unassessed {
			res := a.result(r, rule, "error", u.Reason)
			res.Resources = []policySubject{subject(u.Asset, s)}
			results[home(u.Asset)] = append(results[home(u.Asset)], res)
		}
		if rule.Status.Incomplete() && len(rule.Unassessed) == 0 {
			results[""] = append(results[""], a.result(r, rule, "error", rule.Reason))
		}
		for _, asset := range rule.Judged {
			if ns := home(asset); !failed[asset] {
				passes[ns]++
				if results[ns] == nil {
					results[ns] = []policyResult{}
				}
			}
		}
	}
	var namespaces []string
	for ns := range results {
		namespaces = append(namespaces, ns)
	}
	slices.Sort(namespaces)
	var objects []policyObject
	for _, ns := range namespaces {
		for i, part := range split(results[ns]) {
			objects = append(objects, a.object(r, ns, i, part))
		}
		objects[len(objects)-1].Summary.Pass = passes[ns] // once, however many parts
	}
	return objects
}

// split keeps each object within its bounds.
func split(results []policyResult) [][]policyResult {
	parts, size := [][]policyResult{{}}, 0
	for _, res := range results {
		text, _ := json.Marshal(res)
		last := len(parts) - 1
		if len(parts[last]) > 0 && (len(parts[last]) == policyResults || size+len(text) > policyBytes) {
			parts, size, last = append(parts, []policyResult{}), 0, last+1
		}
		parts[last] = append(parts[last], res)
		size += len(text)
	}
	return parts
}

func (a policyAPI) object(r *posture.Report, ns string, part int, results []policyResult) policyObject {
	benchmark := "rules"
	if dnsLabel.MatchString(r.Benchmark) {
		benchmark = r.Benchmark
	}
	o := policyObject{
		APIVersion: a.version, Kind: a.report, Results: results,
		Metadata: policyMeta{Name: "kspm-" + benchmark, Namespace: ns, Labels: map[string]string{
			"app.kubernetes.io/managed-by": "kubectl-kspm", "kspm.io/benchmark": benchmark,
		}},
	}
	if ns == "" {
		o.Kind = a.clusterReport
	}
	if part > 0 {
		o.Metadata.Name += fmt.Sprintf("-%d", part+1)
	}
	if a.source {
		o.Source = "kubectl-kspm"
	}
	for _, res := range results {
		switch res.Result {
		case "fail":
			o.Summary.Fail++
		case "warn":
			o.Summary.Warn++
		case "error":
			o.Summary.Error++
		case "skip":
			o.Summary.Skip++
		}
	}
	return o
}

func (a policyAPI) result(r *posture.Report, rule posture.RuleResult, result, message string) policyResult {
	res := policyResult{
		Policy: shorten(rule.ID, policyText), Rule: shorten(rule.Title, policyText), Category: shorten(rule.Section, policyText), Severity: rule.Severity.String(),
		Timestamp: policyTime{Seconds: r.FinishedAt.Unix()}, Result: result, Scored: result == "fail", Message: shorten(message, policyText),
	}
	if !a.source {
		res.Source = "kubectl-kspm"
	}
	return res
}

func (a policyAPI) finding(r *posture.Report, rule posture.RuleResult, f posture.Finding, s Style) policyResult {
	result, message := "fail", summary(f)
	switch {
	case f.Waiver != nil:
		result, message = "skip", fmt.Sprintf("waived by %s until %s: %s", f.Waiver.Owner, f.Waiver.Expires, f.Waiver.Reason)
	case f.Exempt != "":
		result, message = "skip", "part of the "+f.Exempt
	case rule.Status == posture.Review:
		result, message = "warn", "for a human to judge: "+message
	}
	res := a.result(r, rule, result, message)
	res.Severity = f.Severity.String()
	res.Resources = []policySubject{subject(f.Asset, s)}
	res.Properties = map[string]string{"fingerprint": f.Fingerprint}
	if len(f.Evidence) > 0 {
		e := f.Evidence[0]
		for key, value := range map[string]string{"path": e.Path, "actual": Value(e.Actual), "expected": Value(e.Expected), "team": f.Team, "file": f.File} {
			if value != "" {
				res.Properties[key] = shorten(value, policyText)
			}
		}
	}
	return res
}

func subject(a posture.Asset, s Style) policySubject {
	out := policySubject{Kind: shorten(a.Kind, policyText), Namespace: shorten(a.Namespace, policyText), Name: shorten(a.Name, policyText)}
	if s.APIVersion != nil {
		out.APIVersion = s.APIVersion(a.Kind)
	}
	return out
}
