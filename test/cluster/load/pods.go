package load

import (
	"fmt"
	"maps"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// pod makes a pod from a template and counts it. It shares the template's memory.
func (p *plan) pod(ns, name string, t corev1.PodTemplateSpec, n *node) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns, Labels: maps.Clone(t.Labels), Annotations: maps.Clone(t.Annotations)},
		Spec:       t.Spec,
	}
	pod.Spec.NodeName = n.name
	ip := n.ip
	if !pod.Spec.HostNetwork {
		ip = n.podIP()
		pod.Annotations = with(pod.Annotations,
			"cni.projectcalico.org/containerID", p.hex(64),
			"cni.projectcalico.org/podIP", ip+"/32",
			"cni.projectcalico.org/podIPs", ip+"/32")
	}
	pod.Status = corev1.PodStatus{
		HostIP: n.ip, HostIPs: []corev1.HostIP{{IP: n.ip}},
		PodIP: ip, PodIPs: []corev1.PodIP{{IP: ip}},
	}
	p.pods++
	p.podsIn[ns]++
	return pod
}

func podItem(pod *corev1.Pod) *item { return &item{obj: pod, status: true} }

// run gives the pod the status that its kubelet would report: mostly running, one in fifty not,
// but in kube-system all, so that tests can count on those. Its containers are those that the pod has by now, a sidecar included.
func (p *plan) run(pod *corev1.Pod) *corev1.Pod {
	s := &pod.Status
	began := p.ago(time.Duration(p.between(1, 60*24)) * time.Minute)
	s.Phase = corev1.PodRunning
	s.StartTime = ptr.To(metav1.NewTime(began))
	p.containers(pod, began)
	ready := corev1.ConditionTrue
	switch {
	case pod.Namespace == system:
	case p.chance(1):
		p.wait(s, "CrashLoopBackOff", "back-off 5m0s restarting failed container")
		s.ContainerStatuses[0].RestartCount = int32(p.between(10, 900))
		ready = corev1.ConditionFalse
	case p.chance(1):
		s.Phase = corev1.PodPending
		p.wait(s, "ImagePullBackOff", "Back-off pulling image \""+pod.Spec.Containers[0].Image+"\"")
		ready = corev1.ConditionFalse
	}
	s.Conditions = conditions(began, ready, "")
	return pod
}

// finish makes it the pod of a job that has ended.
func (p *plan) finish(pod *corev1.Pod) *corev1.Pod {
	s := &pod.Status
	began := p.ago(time.Duration(p.between(10, 60*24)) * time.Minute)
	s.Phase = corev1.PodSucceeded
	s.StartTime = ptr.To(metav1.NewTime(began))
	p.containers(pod, began)
	for i := range s.ContainerStatuses {
		c := &s.ContainerStatuses[i]
		c.Ready, c.Started = false, ptr.To(false)
		c.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			Reason: "Completed", StartedAt: metav1.NewTime(began), FinishedAt: metav1.NewTime(began.Add(40 * time.Second)), ContainerID: c.ContainerID,
		}}
	}
	s.Conditions = conditions(began, corev1.ConditionFalse, "PodCompleted")
	return pod
}

func (p *plan) wait(s *corev1.PodStatus, reason, message string) {
	c := &s.ContainerStatuses[0]
	c.Ready, c.Started = false, ptr.To(false)
	c.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}}
}

func (p *plan) containers(pod *corev1.Pod, began time.Time) {
	began = began.Add(3 * time.Second)
	status := func(c corev1.Container) corev1.ContainerStatus {
		return corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, ImageID: image(c.Image) + "@sha256:" + p.hex(64), ContainerID: "containerd://" + p.hex(64),
			Ready: true, Started: ptr.To(true), Resources: &c.Resources,
			State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(began)}},
		}
	}
	for _, c := range pod.Spec.InitContainers {
		cs := status(c)
		cs.Started = ptr.To(false)
		cs.State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			Reason: "Completed", StartedAt: metav1.NewTime(began), FinishedAt: metav1.NewTime(began.Add(time.Second)), ContainerID: cs.ContainerID,
		}}
		pod.Status.InitContainerStatuses = append(pod.Status.InitContainerStatuses, cs)
	}
	for _, c := range pod.Spec.Containers {
		cs := status(c)
		if p.chance(10) {
			cs.RestartCount = int32(p.between(1, 5))
		}
		pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, cs)
	}
}

func conditions(began time.Time, ready corev1.ConditionStatus, reason string) []corev1.PodCondition {
	condition := func(kind corev1.PodConditionType, status corev1.ConditionStatus, reason string, after int) corev1.PodCondition {
		return corev1.PodCondition{Type: kind, Status: status, Reason: reason, LastTransitionTime: metav1.NewTime(began.Add(time.Duration(after) * time.Second))}
	}
	if ready == corev1.ConditionFalse && reason == "" {
		reason = "ContainersNotReady"
	}
	return []corev1.PodCondition{
		condition(corev1.PodReadyToStartContainers, corev1.ConditionTrue, "", 1),
		condition(corev1.PodInitialized, corev1.ConditionTrue, "", 2),
		condition(corev1.PodReady, ready, reason, 9),
		condition(corev1.ContainersReady, ready, reason, 9),
		condition(corev1.PodScheduled, corev1.ConditionTrue, "", 0),
	}
}

// image is a reference without its tag and digest.
func image(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	if i := strings.LastIndexByte(ref, ':'); i > strings.LastIndexByte(ref, '/') {
		ref = ref[:i]
	}
	return ref
}

func ordinal(name string, i int) string { return fmt.Sprintf("%s-%d", name, i) }
