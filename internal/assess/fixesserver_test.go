package assess_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// apiServer is a real one that takes any object.
type apiServer struct {
	*testcluster.Cluster
	config  *rest.Config
	dynamic dynamic.Interface
	mapper  meta.RESTMapper
	made    map[string]bool
}

func startServer(t *testing.T) *apiServer {
	t.Helper()
	if testing.Short() {
		t.Skip("starts an API server")
	}
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop() })
	s := &apiServer{Cluster: c, made: map[string]bool{}}
	if s.config, err = clientcmd.BuildConfigFromFlags("", c.AdminKubeconfig); err != nil {
		t.Fatal(err)
	}
	s.config.QPS = -1
	s.config.WarningHandler = rest.NoWarnings{}
	s.dynamic = dynamic.NewForConfigOrDie(s.config)
	groups, err := restmapper.GetAPIGroupResources(discovery.NewDiscoveryClientForConfigOrDie(s.config))
	if err != nil {
		t.Fatal(err)
	}
	s.mapper = restmapper.NewDiscoveryRESTMapper(groups)
	return s
}

// client returns the client of an object's resource, and false for what the
// server has no API for.
func (s *apiServer) client(o map[string]any) (dynamic.ResourceInterface, bool) {
	gvk := schema.FromAPIVersionAndKind(fmt.Sprint(o["apiVersion"]), fmt.Sprint(o["kind"]))
	mapping, err := s.mapper.RESTMapping(gvk.GroupKind(), gvk.Version)
	if err != nil {
		return nil, false
	}
	if mapping.Scope.Name() == meta.RESTScopeNameRoot {
		return s.dynamic.Resource(mapping.Resource), true
	}
	ns, _, _ := unstructured.NestedString(o, "metadata", "namespace")
	if ns == "" {
		ns = "default"
	}
	return s.dynamic.Resource(mapping.Resource).Namespace(ns), true
}

// prepare makes what admission wants of an object: its namespace and its
// service account, which controllers would have made.
func (s *apiServer) prepare(t *testing.T, o map[string]any) {
	t.Helper()
	ns, _, _ := unstructured.NestedString(o, "metadata", "namespace")
	if o["kind"] == "Namespace" {
		return
	}
	account, _, _ := unstructured.NestedString(o, "spec", "serviceAccountName")
	if account == "" {
		account = "default"
	}
	if ns == "" {
		ns = "default"
	}
	s.make(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": ns}})
	s.make(t, map[string]any{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": account, "namespace": ns}})
}

func (s *apiServer) make(t *testing.T, o map[string]any) {
	t.Helper()
	key, _ := json.Marshal(o)
	if s.made[string(key)] {
		return
	}
	s.made[string(key)] = true
	client, _ := s.client(o)
	if _, err := client.Create(t.Context(), &unstructured.Unstructured{Object: o}, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
}

// dryRun has the server admit and validate an object without keeping it, and
// returns why it refuses. known is false where it has no such API.
func (s *apiServer) dryRun(t *testing.T, object map[string]any) (known bool, err error) {
	t.Helper()
	o := creatable(t, object)
	client, known := s.client(o)
	if !known {
		return false, nil
	}
	s.prepare(t, o)
	_, err = client.Create(t.Context(), &unstructured.Unstructured{Object: o}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if apierrors.IsAlreadyExists(err) {
		name, _, _ := unstructured.NestedString(o, "metadata", "name")
		existing, getErr := client.Get(t.Context(), name, metav1.GetOptions{})
		if getErr != nil {
			return true, getErr
		}
		u := &unstructured.Unstructured{Object: o}
		u.SetResourceVersion(existing.GetResourceVersion())
		_, err = client.Update(t.Context(), u, metav1.UpdateOptions{DryRun: []string{metav1.DryRunAll}})
	}
	return true, err
}

// creatable is an object without what only a server or a running cluster
// writes: fixtures have it to tell pods from manifests.
func creatable(t *testing.T, object map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	unstructured.RemoveNestedField(u.Object, "status")
	unstructured.RemoveNestedField(u.Object, "spec", "ephemeralContainers")
	for _, field := range []string{"uid", "ownerReferences", "creationTimestamp", "resourceVersion", "generation", "managedFields"} {
		unstructured.RemoveNestedField(u.Object, "metadata", field)
	}
	return u.Object
}

// TestFixesOnServer has a real API server admit what every fix of every
// failing case of every rule makes of the objects.
func TestFixesOnServer(t *testing.T) {
	server := startServer(t)
	db := openDB(t)
	accepted := 0
	for _, r := range allRules(t) {
		if r.Verdict != rule.VerdictFail || r.Query != "" {
			continue
		}
		rules := compile(t, db, r)
		for _, c := range r.Fail {
			t.Run(r.ID+"/"+c.Name, func(t *testing.T) {
				res := judge(t, rules, c.Objects).Rules[0]
				accepted += server.tryFixes(t, r, res, decode(t, c.Objects))
			})
		}
	}
	t.Logf("the API server accepts %d fixed objects", accepted)
	if accepted < 100 {
		t.Errorf("the API server was asked about %d objects alone", accepted)
	}
}

// tryFixes counts the objects that the server accepts.
func (s *apiServer) tryFixes(t *testing.T, r *rule.Rule, res posture.RuleResult, objects []map[string]any) int {
	t.Helper()
	changes := &remedy.Plan{}
	for _, f := range res.Findings {
		if err := changes.Add(r, f); err != nil {
			t.Fatal(err)
		}
	}
	accepted := 0
	for _, c := range changes.Patches {
		before := c.Find(objects)
		if before == nil {
			t.Errorf("no object for the patch of %s", c.Name())
			continue
		}
		after, err := c.Apply(clone(t, before))
		if err != nil {
			t.Error(err)
			continue
		}
		known, err := s.dryRun(t, after)
		if err != nil {
			if _, was := s.dryRun(t, before); was != nil && was.Error() == err.Error() {
				t.Logf("refused before as after: %v", err)
				continue
			}
			t.Errorf("refused: %v\n%s", err, encode(t, []map[string]any{after}))
			continue
		}
		if known {
			accepted++
			s.tryPatch(t, c, before)
		}
	}
	for _, c := range changes.Objects {
		if known, err := s.dryRun(t, c.Object); err != nil || !known {
			t.Errorf("%s is refused: %v", c.Name(), err)
		}
		accepted++
	}
	return accepted
}

// tryPatch has the server itself patch the object, as kubectl patch would. What
// runs as a Pod cannot be changed so.
func (s *apiServer) tryPatch(t *testing.T, c remedy.Change, before map[string]any) {
	t.Helper()
	o := creatable(t, before)
	client, _ := s.client(o)
	name, _, _ := unstructured.NestedString(o, "metadata", "name")
	if o["kind"] == "Pod" || o["kind"] == "Namespace" {
		return
	}
	if _, err := client.Create(t.Context(), &unstructured.Unstructured{Object: o}, metav1.CreateOptions{}); err != nil {
		t.Logf("refused as it was: %v", err)
		return
	}
	dryRun := metav1.PatchOptions{DryRun: []string{metav1.DryRunAll}}
	if c.JSON != nil {
		text, _ := json.Marshal(c.JSON)
		if _, err := client.Patch(t.Context(), name, types.JSONPatchType, text, dryRun); err != nil {
			t.Errorf("kubectl patch --type=json -p=%s: %v", text, err)
		}
	}
	if c.Merges() {
		text, _ := json.Marshal(c.Object)
		if _, err := client.Patch(t.Context(), name, types.StrategicMergePatchType, text, dryRun); err != nil {
			t.Errorf("kubectl patch -p=%s: %v", text, err)
		}
	}
	if err := client.Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
}

func clone(t *testing.T, o map[string]any) map[string]any {
	t.Helper()
	return decode(t, strings.TrimSpace(encode(t, []map[string]any{o})))[0]
}
