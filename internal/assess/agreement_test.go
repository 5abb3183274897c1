package assess_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// differences are of rules that rightly say more of a live cluster than of
// manifests, by rule or by one of its cases.
var differences = map[string]string{
	"NSA-05": "a live cluster judges itself, with what its API server says; manifests have the pod of one",
	"NSA-69": "a live cluster judges itself, with what its API server says; manifests have the pod of one",
	"NSA-67": "in a live cluster the agent's pods count, and no controller makes any here; of manifests the DaemonSet does",
	"NSA-68": "the API server itself says of an APIService whether it answers",
	"NSA-19/running pods with a token, one of them from before its account said false": "what the server has been given is a running pod, what a manifest says is not",
}

// TestAgreement applies the failing cases of every rule, and the first that
// passes, to a real API server, and judges the cluster and the very manifests:
// the same assets fail, for the same reasons, whatever the server fills in.
func TestAgreement(t *testing.T) {
	server := startServer(t)
	cluster, err := kube.NewCluster("real", server.config)
	if err != nil {
		t.Fatal(err)
	}
	source := assess.Cluster(cluster, cluster.Info(t.Context()))
	db := openDB(t)
	compared := 0
	for _, r := range allRules(t) {
		if r.Verdict == rule.VerdictManual || r.Query != "" {
			continue
		}
		rules := compile(t, db, r)
		for _, c := range append(slices.Clone(r.Fail), r.Pass[:min(1, len(r.Pass))]...) {
			t.Run(r.ID+"/"+c.Name, func(t *testing.T) {
				for _, name := range []string{r.ID, r.ID + "/" + c.Name} {
					if why, ok := differences[name]; ok {
						t.Skip(why)
					}
				}
				objects := server.apply(t, decode(t, c.Objects))
				if len(objects) == 0 {
					t.Skip("the server has no such objects, or refuses them")
				}
				want := judge(t, rules, encode(t, objects)).Rules[0]
				got, err := assess.Run(t.Context(), source, assess.Options{Rules: rules})
				if err != nil {
					t.Fatal(err)
				}
				if s := got.Rules[0].Status; s == posture.NotAssessed || s == posture.Error {
					t.Skip(got.Rules[0].Reason)
				}
				for _, asset := range want.Judged {
					compared++
					if diff := gocmp.Diff(reasons(want, asset), reasons(got.Rules[0], asset)); diff != "" {
						t.Errorf("%s: - manifests, + cluster\n%s", asset, diff)
					}
				}
			})
		}
	}
	t.Logf("%d assets compared", compared)
	if compared < 200 {
		t.Errorf("%d assets were compared alone", compared)
	}
}

// reasons are the rows of evidence against an asset, or why there are none.
func reasons(res posture.RuleResult, asset posture.Asset) []string {
	judged := slices.Contains(res.Judged, asset)
	var rows []string
	for _, f := range res.Findings {
		if f.Asset != asset {
			continue
		}
		judged = true
		for _, e := range f.Evidence {
			rows = append(rows, fmt.Sprintf("%s %s %v, expected %v, container %v", cmp.Or(f.Exempt, f.Severity.String()), e.Path, e.Actual, e.Expected, e.Detail("container")))
		}
	}
	if !judged {
		return []string{"not judged"}
	}
	slices.Sort(rows)
	return rows
}

// apply creates the objects that the server takes, and removes them after the
// test. It returns what was sent.
func (s *apiServer) apply(t *testing.T, objects []map[string]any) (sent []map[string]any) {
	t.Helper()
	now := int64(0)
	for _, object := range objects {
		o := creatable(t, object)
		client, known := s.client(o)
		if !known {
			continue
		}
		s.prepare(t, o)
		u := &unstructured.Unstructured{Object: o}
		_, err := client.Create(t.Context(), u.DeepCopy(), metav1.CreateOptions{})
		if apierrors.IsAlreadyExists(err) {
			err = s.replace(t.Context(), u)
		}
		if err != nil {
			t.Logf("refused: %v", err)
			continue
		}
		sent = append(sent, o)
		t.Cleanup(func() {
			if o["kind"] == "Namespace" { // only a controller can delete it
				bare := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": u.GetName()}}}
				if err := s.replace(context.Background(), bare); err != nil {
					t.Error(err)
				}
				return
			}
			err := client.Delete(context.Background(), u.GetName(), metav1.DeleteOptions{GracePeriodSeconds: &now})
			if err != nil && !strings.HasPrefix(u.GetName(), "system:") {
				t.Error(err)
			}
		})
	}
	return sent
}

// replace puts an object in the place of the one of its name.
func (s *apiServer) replace(ctx context.Context, u *unstructured.Unstructured) error {
	client, _ := s.client(u.Object)
	old, err := client.Get(ctx, u.GetName(), metav1.GetOptions{})
	if err != nil {
		return err
	}
	next := u.DeepCopy()
	next.SetResourceVersion(old.GetResourceVersion())
	_, err = client.Update(ctx, next, metav1.UpdateOptions{})
	return err
}
