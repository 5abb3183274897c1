package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"
)

// playController does for DaemonSets what the controller and the garbage
// collector do, for the nodes that have a kubelet: pods from the template, and
// away with them when it goes. The kubelets run them. DaemonSets that are not
// of a run are not its concern.
func (n *nodes) playController(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := n.reconcile(ctx); err != nil && ctx.Err() == nil {
				t.Errorf("play the controller: %v", err)
				return
			}
			time.Sleep(200 * time.Millisecond)
		}
	})
	t.Cleanup(func() { cancel(); wg.Wait() })
}

func (n *nodes) reconcile(ctx context.Context) error {
	ours := metav1.ListOptions{LabelSelector: "app.kubernetes.io/managed-by=kubectl-kspm"}
	sets, err := n.AppsV1().DaemonSets("").List(ctx, ours)
	if err != nil {
		return err
	}
	alive := map[types.UID]bool{}
	for _, ds := range sets.Items {
		alive[ds.UID] = true
		for _, name := range []string{"hollow-1", "hollow-2", "hollow-3"} {
			pod := &corev1.Pod{ObjectMeta: *ds.Spec.Template.ObjectMeta.DeepCopy(), Spec: *ds.Spec.Template.Spec.DeepCopy()}
			pod.Name, pod.Namespace, pod.Spec.NodeName = ds.Name+"-"+name, ds.Namespace, name
			pod.OwnerReferences = []metav1.OwnerReference{*metav1.NewControllerRef(&ds, ds.GroupVersionKind())}
			pod.OwnerReferences[0].APIVersion, pod.OwnerReferences[0].Kind = "apps/v1", "DaemonSet"
			if _, err := n.CoreV1().Pods(ds.Namespace).Create(ctx, pod, metav1.CreateOptions{}); err != nil && !apierrors.IsAlreadyExists(err) && !apierrors.IsForbidden(err) { // its account may be gone already
				return err
			}
		}
	}
	pods, err := n.CoreV1().Pods("").List(ctx, ours)
	if err != nil {
		return err
	}
	for _, p := range pods.Items {
		if owner := metav1.GetControllerOf(&p); owner != nil && !alive[owner.UID] && p.DeletionTimestamp == nil {
			if err := n.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
				return err
			}
		}
	}
	return nil
}

// apply creates objects as kubectl does, without kubectl.
func (n *nodes) apply(t *testing.T, manifests string) {
	t.Helper()
	for _, doc := range strings.Split(manifests, "---\n") {
		if err := n.create(t.Context(), []byte(doc)); err != nil {
			t.Fatalf("%v: %s", err, doc)
		}
	}
}

func (n *nodes) create(ctx context.Context, doc []byte) error {
	text, err := yaml.YAMLToJSON(doc)
	if err != nil {
		return err
	}
	var o metav1.PartialObjectMetadata
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	core := n.CoreV1().RESTClient()
	path := map[string]string{
		"Namespace":          "/api/v1/namespaces",
		"Role":               "/apis/rbac.authorization.k8s.io/v1/namespaces/" + o.Namespace + "/roles",
		"RoleBinding":        "/apis/rbac.authorization.k8s.io/v1/namespaces/" + o.Namespace + "/rolebindings",
		"ClusterRole":        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
		"ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
	}[o.Kind]
	return core.Post().AbsPath(path).Body(text).SetHeader("Content-Type", "application/json").Do(ctx).Error()
}
