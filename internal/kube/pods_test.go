package kube

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// TestPodsDecodeAsTheyAre lets pods of a few workloads follow each other, and
// finds each as Unmarshal alone would have it; those of one number are alike.
func TestPodsDecodeAsTheyAre(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var want *corev1.Pod
	first := map[uint64]corev1.PodSpec{}
	known := 0
	d := &decoder{object: tables.Object{Resource: tables.Pods}, emit: func(o *tables.Object) {
		got := o.Value.(*corev1.Pod)
		if diff := cmp.Diff(want, got); diff != "" || o.Meta != &got.ObjectMeta {
			t.Fatal(diff)
		}
		if o.Alike == 0 {
			return
		}
		spec := likeOthers(got.Spec)
		if before, ok := first[o.Alike]; !ok {
			first[o.Alike] = spec
		} else if known++; !cmp.Equal(before, spec) {
			t.Fatalf("not alike: %s", cmp.Diff(before, spec))
		}
	}}
	decode := d.typed()
	for range 2000 {
		want = somePod(rng, rng.IntN(12))
		data, err := want.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if rng.IntN(20) == 0 {
			// As no API server would write it.
			more, err := (&corev1.Pod{Spec: corev1.PodSpec{NodeName: "again", Containers: []corev1.Container{{Name: "more"}}}}).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			data = append(data, more...)
		}
		want = &corev1.Pod{}
		if err := want.Unmarshal(data); err != nil {
			t.Fatal(err)
		}
		want.ManagedFields = nil
		if err := decode(data); err != nil {
			t.Fatal(err)
		}
	}
	if known < 500 {
		t.Errorf("only %d specs were known", known)
	}
}

// somePod is a pod of a workload.
func somePod(rng *rand.Rand, workload int) *corev1.Pod {
	own := fmt.Sprintf("%05d", rng.IntN(1e5))
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "pod-" + own, Labels: map[string]string{"app": fmt.Sprint(workload)}},
		Spec: corev1.PodSpec{
			NodeName: fmt.Sprint("node-", rng.IntN(50)), HostNetwork: workload%2 == 0,
			InitContainers: []corev1.Container{{Name: "init"}},
			Containers:     []corev1.Container{{Name: "app", Image: fmt.Sprint("image:", workload)}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, PodIP: own},
	}
	if rng.IntN(2) == 0 {
		pod.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
	}
	name := tokenVolume + own
	if workload > 2 {
		pod.Spec.Volumes = []corev1.Volume{{Name: "data"}, {Name: name}}
		pod.Spec.Containers[0].VolumeMounts = []corev1.VolumeMount{{Name: name, MountPath: "/var/run/secrets"}}
		pod.Spec.InitContainers[0].VolumeMounts = []corev1.VolumeMount{{Name: name}, {Name: "data"}}
	}
	switch workload {
	case 4: // of a StatefulSet
		pod.Spec.Hostname = pod.Name
	case 5: // says it elsewhere as well
		pod.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "VOLUME", Value: name}}
	case 6: // two of them
		pod.Spec.Volumes[0].Name = tokenVolume + "other"
	case 7: // a longer one
		pod.Spec.Volumes[1].Name = name + "-more"
	case 8: // a shorter one
		pod.Spec.Volumes[1].Name = tokenVolume + "abc"
		pod.Spec.SchedulerName = ""
	case 9:
		pod.Spec.NodeName = ""
	case 10: // nothing at all
		pod.Spec = corev1.PodSpec{}
	case 11: // a debugger
		pod.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{
			Name: "debug", VolumeMounts: []corev1.VolumeMount{{Name: name}},
		}}}
	}
	return pod
}

// likeOthers is a copy of a spec without what may differ.
func likeOthers(spec corev1.PodSpec) corev1.PodSpec {
	spec = *spec.DeepCopy()
	spec.NodeName = ""
	for _, name := range tokenNamed(&spec) {
		*name = ""
	}
	return spec
}

func tokenNamed(spec *corev1.PodSpec) (names []*string) {
	add := func(name *string) {
		if len(*name) == len(tokenVolume)+len(blanks) && (*name)[:len(tokenVolume)] == tokenVolume {
			names = append(names, name)
		}
	}
	for i := range spec.Volumes {
		add(&spec.Volumes[i].Name)
	}
	for _, c := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range c {
			for j := range c[i].VolumeMounts {
				add(&c[i].VolumeMounts[j].Name)
			}
		}
	}
	for i := range spec.EphemeralContainers {
		for j := range spec.EphemeralContainers[i].VolumeMounts {
			add(&spec.EphemeralContainers[i].VolumeMounts[j].Name)
		}
	}
	return names
}
