package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// What an object of Failures is known by.
const (
	FailuresLabel  = "kspm.io/kept-by"    // serve
	FailuresDigest = "kspm.io/digest"     // annotation: of all but the times
	failuresMore   = "kspm.io/not-listed" // annotation: how many failures there are beyond those listed
	overhead       = 4 << 10              // bytes of an object besides its results, at most
)

// Object is one object of openreports.io.
type Object struct {
	Kind, Namespace, Name string
	Digest                string
	body                  policyObject
}

// JSON is the object, with the version that it is to replace, if any.
func (o Object) JSON(resourceVersion string) ([]byte, error) {
	o.body.Metadata.ResourceVersion = resourceVersion
	return json.Marshal(o.body)
}

// Failures are the objects that are kept in a cluster: one for each namespace
// in which something fails, and one for the cluster, which says as well what
// could not be judged. One object is all that a namespace has, however much
// fails in it: the worst is listed, the rest is counted.
func Failures(r *posture.Report, s Style) ([]Object, error) {
	a := openReports
	results, sums := map[string][]policyResult{"": {}}, map[string]*policySummary{"": {}}
	sum := func(ns string) *policySummary {
		if sums[ns] == nil {
			sums[ns] = &policySummary{}
		}
		return sums[ns]
	}
	for _, rule := range r.Rules {
		seen := map[posture.Asset]bool{}
		for _, f := range rule.Findings {
			seen[f.Asset] = true
			ns := home(f.Asset)
			res := a.finding(r, rule, f, s)
			switch {
			case res.Result == "skip":
				sum(ns).Skip++
			case res.Result == "warn" || f.Severity == posture.Info:
				sum(ns).Warn++
			default:
				sum(ns).Fail++
				results[ns] = append(results[ns], res)
			}
		}
		if rule.Incomplete() {
			sum("").Error++
			results[""] = append(results[""], a.result(r, rule, "error", rule.WhyIncomplete()))
		}
		for _, asset := range rule.Judged {
			if !seen[asset] {
				sum(home(asset)).Pass++
			}
		}
	}
	var objects []Object
	for ns, list := range results {
		o, err := a.kept(r, ns, list, *sums[ns])
		if err != nil {
			return nil, err
		}
		objects = append(objects, o)
	}
	slices.SortFunc(objects, func(x, y Object) int { return cmp.Compare(x.Namespace, y.Namespace) })
	return objects, nil
}

// kept is an object with the worst of the results, as many as it may hold.
func (a policyAPI) kept(r *posture.Report, ns string, results []policyResult, sum policySummary) (Object, error) {
	slices.SortStableFunc(results, func(x, y policyResult) int { return cmp.Compare(rank(y), rank(x)) })
	size, n := overhead, 0
	for ; n < min(len(results), policyResults); n++ {
		text, err := json.Marshal(results[n])
		if err != nil {
			return Object{}, err
		}
		if size += len(text) + 1; size > policyBytes {
			break
		}
	}
	o := a.object(r, ns, 0, results[:n])
	o.Summary = sum
	o.Metadata.Labels[FailuresLabel] = "serve"
	digest, err := o.digest()
	if err != nil {
		return Object{}, err
	}
	o.Metadata.Annotations = map[string]string{FailuresDigest: digest}
	if more := len(results) - n; more > 0 {
		o.Metadata.Annotations[failuresMore] = strconv.Itoa(more)
	}
	return Object{Kind: o.Kind, Namespace: ns, Name: o.Metadata.Name, Digest: digest, body: o}, nil
}

// rank orders results, the worst greatest: by severity, and what nobody knows
// before what is known to fail.
func rank(r policyResult) int {
	severity, _ := posture.ParseSeverity(r.Severity)
	n := 2 * int(severity)
	if r.Result == "error" {
		n++
	}
	return n
}

// digest is of what the object says, and not of when it was found out.
func (o policyObject) digest() (string, error) {
	o.Results = slices.Clone(o.Results)
	for i := range o.Results {
		o.Results[i].Timestamp = policyTime{}
	}
	text, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16]), nil
}
