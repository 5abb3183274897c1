package tables

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// statusRow is what a kubelet reports of one container.
type statusRow struct {
	podSpecRow
	s     *corev1.ContainerStatus
	list  string
	ctype string
	index int
}

func (r statusRow) rowPath() string { return "status." + r.list + "[" + strconv.Itoa(r.index) + "]" }

// K8sContainerStatuses has the status of every container of every Pod.
var K8sContainerStatuses = define(spec[statusRow]{
	Name: "k8s_container_statuses",
	Row:  "container of a pod, as its node reports it",
	Doc: `What the kubelet says of each container: whether it runs, how often it was
restarted, which image it really runs. image_id is the digest; the tag in
k8s_containers may have moved since. Join k8s_containers on spec_id and
container.`,
	Examples: []string{
		"SELECT namespace, name, container, restart_count, last_reason FROM k8s_container_statuses WHERE restart_count > 5 ORDER BY restart_count DESC",
		"SELECT image, count(DISTINCT image_id) AS builds FROM k8s_container_statuses GROUP BY image HAVING builds > 1",
		"SELECT namespace, name, container FROM k8s_container_statuses WHERE linux_uid = 0 AND exempt IS NULL",
	},
	Columns: [][]column[statusRow]{common[statusRow](), asset[statusRow](), containerStatus(), where[statusRow]()},
	Sources: []source[statusRow]{from(Pods, func(o *Object, v *corev1.Pod, emit func(statusRow)) {
		p := podSpecRow{o, v, &v.ObjectMeta, &v.Spec, "spec", -1}
		all := func(list, ctype string, statuses []corev1.ContainerStatus) {
			for i := range statuses {
				emit(statusRow{p, &statuses[i], list, ctype, i})
			}
		}
		all("initContainerStatuses", "init", v.Status.InitContainerStatuses)
		all("containerStatuses", "regular", v.Status.ContainerStatuses)
		all("ephemeralContainerStatuses", "ephemeral", v.Status.EphemeralContainerStatuses)
	})},
})

// containerType tells the sidecars among the init containers.
func (r statusRow) containerType() string {
	if r.ctype == "init" && slices.ContainsFunc(r.spec.InitContainers, func(c corev1.Container) bool {
		return c.Name == r.s.Name && isSidecar(&c)
	}) {
		return "sidecar"
	}
	return r.ctype
}

func containerStatus() []column[statusRow] {
	last := func(r statusRow) *corev1.ContainerStateTerminated {
		return orEmpty(r.s.LastTerminationState.Terminated, &corev1.ContainerStateTerminated{})
	}
	return []column[statusRow]{
		text("container", "name of the container", func(r statusRow) Value { return Str(r.s.Name) }).key(),
		text("container_type", "regular, init, sidecar or ephemeral", func(r statusRow) Value { return Str(r.containerType()) }),
		text("node_name", "spec.nodeName of the pod", func(r statusRow) Value { return Str(r.spec.NodeName) }).key(),
		integer("ready", "ready", func(r statusRow) Value { return Bool(r.s.Ready) }),
		integer("started", "started", func(r statusRow) Value { return BoolPtr(r.s.Started) }),
		integer("restart_count", "restartCount", func(r statusRow) Value { return Int(r.s.RestartCount) }),
		text("state", "running, waiting or terminated", func(r statusRow) Value { return Str(stateOf(&r.s.State)) }),
		text("reason", "why it waits or ended: CrashLoopBackOff, OOMKilled …", func(r statusRow) Value { return Str(reasonOf(&r.s.State)) }),
		integer("exit_code", "exit code, when it has ended", func(r statusRow) Value {
			if r.s.State.Terminated == nil {
				return Null
			}
			return Int(r.s.State.Terminated.ExitCode)
		}),
		integer("started_at", "when it was started, Unix seconds", func(r statusRow) Value {
			switch s := &r.s.State; {
			case s.Running != nil:
				return Time(s.Running.StartedAt)
			case s.Terminated != nil:
				return Time(s.Terminated.StartedAt)
			}
			return Null
		}),
		text("last_reason", "why the run before this one ended", func(r statusRow) Value { return Str(last(r).Reason) }),
		integer("last_exit_code", "exit code of the run before this one", func(r statusRow) Value {
			if r.s.LastTerminationState.Terminated == nil {
				return Null
			}
			return Int(last(r).ExitCode)
		}),
		integer("last_finished_at", "when the run before this one ended, Unix seconds", func(r statusRow) Value { return Time(last(r).FinishedAt) }),
		text("image", "image, as the runtime names it", func(r statusRow) Value { return Str(r.s.Image) }),
		text("image_id", "imageID: the digest of what runs", func(r statusRow) Value { return Str(r.s.ImageID) }).key(),
		text("container_id", "containerID", func(r statusRow) Value { return Str(r.s.ContainerID) }).key(),
		integer("linux_uid", "user id its first process was started with (Kubernetes 1.31 and later)", func(r statusRow) Value {
			if r.s.User == nil || r.s.User.Linux == nil {
				return Null
			}
			return Int(r.s.User.Linux.UID)
		}),
	}
}

func stateOf(s *corev1.ContainerState) string {
	switch {
	case s.Running != nil:
		return "running"
	case s.Waiting != nil:
		return "waiting"
	case s.Terminated != nil:
		return "terminated"
	}
	return ""
}

func reasonOf(s *corev1.ContainerState) string {
	switch {
	case s.Waiting != nil:
		return s.Waiting.Reason
	case s.Terminated != nil:
		return s.Terminated.Reason
	}
	return ""
}
