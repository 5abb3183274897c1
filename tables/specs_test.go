package tables

import (
	"fmt"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// meta names an object, with its uid after its name, and its controller.
func meta(name string, owner ...string) metav1.ObjectMeta {
	m := metav1.ObjectMeta{Namespace: "shop", Name: name, UID: types.UID("uid-" + name)}
	if len(owner) == 2 {
		m.OwnerReferences = []metav1.OwnerReference{{Kind: owner[0], Name: owner[1], UID: types.UID("uid-" + owner[1]), Controller: ptr(true)}}
	}
	return m
}

func podSpec(image string) corev1.PodSpec {
	return corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: image}}}
}

func deployment(name, image string) *Object {
	return object(Deployments, &appsv1.Deployment{ObjectMeta: meta(name), Spec: appsv1.DeploymentSpec{
		Replicas: ptr(int32(2)), Template: corev1.PodTemplateSpec{Spec: podSpec(image)},
	}})
}

func replicaSet(name, image string, replicas int32, owner ...string) *Object {
	return object(ReplicaSets, &appsv1.ReplicaSet{ObjectMeta: meta(name, owner...), Spec: appsv1.ReplicaSetSpec{
		Replicas: ptr(replicas), Template: corev1.PodTemplateSpec{Spec: podSpec(image)},
	}})
}

// pod is one as it runs: what schedulers and admission write into every pod is
// in it.
func pod(name, image string, owner ...string) *Object {
	spec := podSpec(image)
	spec.NodeName, spec.ServiceAccountName, spec.SchedulerName = "node-1", "default", "default-scheduler"
	spec.Tolerations = []corev1.Toleration{{Key: "node.kubernetes.io/not-ready"}}
	spec.Volumes = []corev1.Volume{{Name: "kube-api-access-x2x4z", VolumeSource: corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{}}}}
	spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: "kube-api-access-x2x4z", MountPath: tokenMountPath}}
	spec.Containers[0].TerminationMessagePath = "/dev/termination-log"
	return object(Pods, &corev1.Pod{ObjectMeta: meta(name, owner...), Spec: spec, Status: corev1.PodStatus{Phase: corev1.PodRunning}})
}

func with(o *Object, change func(*corev1.Pod)) *Object {
	change(o.Value.(*corev1.Pod))
	return o
}

func finished(p *corev1.Pod) { p.Status.Phase = corev1.PodSucceeded }
func injected(p *corev1.Pod) {
	p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: "proxy", Image: "mesh:1"})
}

// judged says what rules look at: each asset, with the drift and the number of
// pods.
func judged(t *testing.T, objects ...*Object) []string {
	t.Helper()
	var lines []string
	for _, row := range rowsOf(t, K8sPodSpecs, objects...) {
		if row["judged"] == int64(1) {
			line := fmt.Sprintf("%v/%v for %v/%v, %v pods", row["kind"], row["name"], row["asset_kind"], row["asset_name"], row["pods"])
			if row["drift"] != nil {
				line += fmt.Sprintf(", drift %v", row["drift"])
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestFolding(t *testing.T) {
	web := deployment("web", "web:2")
	rs := replicaSet("web-1", "web:2", 2, "Deployment", "web")
	for _, test := range []struct {
		name    string
		objects []*Object
		want    []string
	}{
		{
			"a workload stands for its pods",
			[]*Object{web, rs, pod("web-1-a", "web:2", "ReplicaSet", "web-1"), pod("web-1-b", "web:2", "ReplicaSet", "web-1")},
			[]string{"Deployment/web for Deployment/web, 2 pods"},
		},
		{
			"pods that differ alike are judged once",
			[]*Object{
				web, rs, pod("web-1-a", "web:2", "ReplicaSet", "web-1"),
				with(pod("web-1-c", "web:2", "ReplicaSet", "web-1"), injected), with(pod("web-1-b", "web:2", "ReplicaSet", "web-1"), injected),
			},
			[]string{"Deployment/web for Deployment/web, 3 pods", "Pod/web-1-b for Deployment/web, 2 pods, drift Pod/web-1-b"},
		},
		{"an ephemeral container is a difference", []*Object{web, rs, with(pod("web-1-a", "web:2", "ReplicaSet", "web-1"), func(p *corev1.Pod) {
			p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug"}}}
		})}, []string{"Deployment/web for Deployment/web, 1 pods", "Pod/web-1-a for Deployment/web, 1 pods, drift Pod/web-1-a"}},
		{
			"a rollout in progress",
			[]*Object{web, rs, replicaSet("web-0", "web:1", 1, "Deployment", "web"), pod("web-0-a", "web:1", "ReplicaSet", "web-0")},
			[]string{"Deployment/web for Deployment/web, 1 pods", "Pod/web-0-a for Deployment/web, 1 pods, drift Pod/web-0-a"},
		},
		{
			"a rollout that is over",
			[]*Object{web, rs, replicaSet("web-0", "web:1", 0, "Deployment", "web")},
			[]string{"Deployment/web for Deployment/web, 0 pods"},
		},
		{
			"a workload scaled to zero is judged all the same",
			[]*Object{object(Deployments, &appsv1.Deployment{ObjectMeta: meta("web"), Spec: appsv1.DeploymentSpec{Replicas: ptr(int32(0))}})},
			[]string{"Deployment/web for Deployment/web, 0 pods"},
		},
		{"a pod of nobody's", []*Object{pod("lonely", "web:1")}, []string{"Pod/lonely for Pod/lonely, 1 pods"}},
		{"a finished pod does nothing", []*Object{with(pod("done", "web:1"), finished)}, nil},
		{
			"a static pod is its own",
			[]*Object{with(pod("etcd-1", "etcd:1", "Node", "node-1"), func(p *corev1.Pod) {})},
			[]string{"Pod/etcd-1 for Pod/etcd-1, 1 pods"},
		},
		{"a ReplicaSet of nobody's, scaled to zero", []*Object{replicaSet("old", "web:1", 0)}, nil},
		{
			"a ReplicaSet of an owner we do not know",
			[]*Object{replicaSet("canary-1", "web:1", 1, "Rollout", "canary"), pod("canary-1-a", "web:1", "ReplicaSet", "canary-1")},
			[]string{"ReplicaSet/canary-1 for Rollout/canary, 1 pods, drift ReplicaSet/canary-1"},
		},
		{
			"pods of an owner without a template",
			[]*Object{pod("flow-b", "step:1", "Workflow", "flow"), pod("flow-a", "step:1", "Workflow", "flow"), pod("flow-c", "step:2", "Workflow", "flow")},
			[]string{"Pod/flow-a for Workflow/flow, 2 pods, drift Pod/flow-a", "Pod/flow-c for Workflow/flow, 1 pods, drift Pod/flow-c"},
		},
		{"a claim of a StatefulSet is no difference", []*Object{
			object(StatefulSets, &appsv1.StatefulSet{ObjectMeta: meta("db"), Spec: appsv1.StatefulSetSpec{Template: corev1.PodTemplateSpec{Spec: podSpec("db:1")}}}),
			with(pod("db-0", "db:1", "StatefulSet", "db"), func(p *corev1.Pod) {
				p.Spec.Hostname = "db-0"
				p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "data", VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-db-0"}}})
			}),
		}, []string{"StatefulSet/db for StatefulSet/db, 1 pods"}},
		{
			"a CronJob's jobs and their pods",
			[]*Object{
				object(CronJobs, &batchv1.CronJob{ObjectMeta: meta("nightly"), Spec: batchv1.CronJobSpec{JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: podSpec("run:1")}}}}}),
				object(Jobs, &batchv1.Job{ObjectMeta: meta("nightly-1", "CronJob", "nightly"), Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: podSpec("run:1")}}}),
				with(pod("nightly-1-a", "run:1", "Job", "nightly-1"), finished), pod("nightly-1-b", "run:1", "Job", "nightly-1"),
			},
			[]string{"CronJob/nightly for CronJob/nightly, 1 pods"},
		},
		{"a ring of owners", []*Object{replicaSet("a", "web:1", 1, "ReplicaSet", "b"), replicaSet("b", "web:1", 1, "ReplicaSet", "a")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := gocmp.Diff(test.want, judged(t, test.objects...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Manifests have no uids: objects go by their kind, namespace and name.
func TestFoldingManifests(t *testing.T) {
	web, other := deployment("web", "web:1"), deployment("web", "web:1")
	web.Meta.UID, other.Meta.UID, other.Meta.Namespace = "", "", "staging"
	lonely := pod("web", "web:1")
	lonely.Meta.UID = ""
	want := []string{"Deployment/web for Deployment/web, 0 pods", "Deployment/web for Deployment/web, 0 pods", "Pod/web for Pod/web, 1 pods"}
	if diff := gocmp.Diff(want, judged(t, web, other, lonely)); diff != "" {
		t.Error(diff)
	}
}

func TestOwners(t *testing.T) {
	notController := pod("adopted", "web:1", "Deployment", "web")
	notController.Meta.OwnerReferences[0].Controller = nil
	rows := rowsOf(t, K8sPods,
		deployment("web", "web:1"), replicaSet("web-1", "web:1", 1, "Deployment", "web"),
		replicaSet("canary-1", "web:1", 1, "Rollout", "canary"),
		replicaSet("a", "web:1", 1, "ReplicaSet", "b"), replicaSet("b", "web:1", 1, "ReplicaSet", "a"),
		pod("1", "web:1", "ReplicaSet", "web-1"), pod("2", "web:1", "ReplicaSet", "canary-1"), pod("3", "web:1", "ReplicaSet", "gone"),
		pod("4", "web:1", "Node", "node-1"), pod("5", "web:1"), pod("6", "web:1", "ReplicaSet", "a"), notController,
	)
	want := [][]any{{"1", "Deployment", "web"}, {"2", "Rollout", "canary"}, {"3", "ReplicaSet", "gone"}, {"4", nil, nil}, {"5", nil, nil}, {"6", "ReplicaSet", "a"}, {"adopted", nil, nil}}
	if diff := gocmp.Diff(want, pick(rows, "name", "owner_kind", "owner_name")); diff != "" {
		t.Error(diff)
	}
}
