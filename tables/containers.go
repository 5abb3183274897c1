package tables

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// containerRow is one container of a pod spec.
type containerRow struct {
	podSpecRow
	c *corev1.Container
	// ctype is regular, init, sidecar or ephemeral.
	ctype string
	index int
}

func (r containerRow) rowPath() string {
	list := ".initContainers["
	switch r.ctype {
	case "regular":
		list = ".containers["
	case "ephemeral":
		list = ".ephemeralContainers["
	}
	return r.path + list + strconv.Itoa(r.index) + "]"
}

// containers calls emit for every container of a pod spec.
func (p podSpecRow) containers(emit func(containerRow)) {
	for i := range p.spec.InitContainers {
		c := &p.spec.InitContainers[i]
		ctype := "init"
		if isSidecar(c) {
			ctype = "sidecar"
		}
		emit(containerRow{p, c, ctype, i})
	}
	for i := range p.spec.Containers {
		emit(containerRow{p, &p.spec.Containers[i], "regular", i})
	}
	for i := range p.spec.EphemeralContainers {
		c := corev1.Container(p.spec.EphemeralContainers[i].EphemeralContainerCommon)
		emit(containerRow{p, &c, "ephemeral", i})
	}
}

// isSidecar tells an init container that keeps running (KEP-753).
func isSidecar(c *corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// K8sContainers has every container of every pod and pod template.
var K8sContainers = define(spec[containerRow]{
	Name: "k8s_containers",
	Row:  "container of a pod or of a pod template",
	Doc: `Every container of every Pod and of every kind that holds a pod template, init,
sidecar and ephemeral containers included. Columns that end in _effective
apply what the container inherits from its pod, and the _source beside them
says where the value was set. Rules look at the rows with judged = 1: a
workload once, not again for each of its pods.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, container, image FROM k8s_containers WHERE judged AND privileged = 1",
		"SELECT image_registry, count(*) AS containers FROM k8s_containers WHERE judged GROUP BY image_registry ORDER BY containers DESC",
		"SELECT namespace, asset_name, container FROM k8s_containers WHERE judged AND memory_limit IS NULL AND container_type IN ('regular', 'sidecar')",
	},
	Columns: [][]column[containerRow]{
		common[containerRow](), asset[containerRow](),
		containerIdentity(), containerImage(), containerSecurity(), containerResources(),
		podSecurity[containerRow](), where[containerRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(containerRow)) { p.containers(emit) }),
})

func containerIdentity() []column[containerRow] {
	return []column[containerRow]{
		text("container", "name of the container", func(r containerRow) Value { return Str(r.c.Name) }).key(),
		text("container_type", "regular, init, sidecar (an init container that keeps running) or ephemeral", func(r containerRow) Value { return Str(r.ctype) }),
		jsonCol("command", "command, as written", func(r containerRow) Value { return JSON(r.c.Command) }),
		jsonCol("args", "args, as written", func(r containerRow) Value { return JSON(r.c.Args) }),
		text("working_dir", "workingDir", func(r containerRow) Value { return Str(r.c.WorkingDir) }),
		integer("stdin", "stdin; NULL unless true", func(r containerRow) Value { return True(r.c.Stdin) }),
		integer("tty", "tty; NULL unless true", func(r containerRow) Value { return True(r.c.TTY) }),
		integer("has_liveness", "a livenessProbe is set", func(r containerRow) Value { return Bool(r.c.LivenessProbe != nil) }),
		integer("has_readiness", "a readinessProbe is set", func(r containerRow) Value { return Bool(r.c.ReadinessProbe != nil) }),
		integer("has_startup", "a startupProbe is set", func(r containerRow) Value { return Bool(r.c.StartupProbe != nil) }),
	}
}

func containerImage() []column[containerRow] {
	return []column[containerRow]{
		text("image", "image, as written", func(r containerRow) Value { return Str(r.c.Image) }),
		text("image_registry", "registry host of the image; docker.io where none is written", func(r containerRow) Value { return Str(parseImage(r.c.Image).registry) }),
		text("image_repository", "repository within the registry; library/NAME for Docker's official images", func(r containerRow) Value { return Str(parseImage(r.c.Image).repository) }),
		text("image_tag", "tag, as written; NULL without one", func(r containerRow) Value { return Str(parseImage(r.c.Image).tag) }),
		text("image_digest_ref", "digest in the reference; NULL without one", func(r containerRow) Value { return Str(parseImage(r.c.Image).digest) }),
		text("image_pull_policy", "imagePullPolicy", func(r containerRow) Value { return Str(r.c.ImagePullPolicy) }),
	}
}

func containerResources() []column[containerRow] {
	return []column[containerRow]{
		realCol("cpu_request", "resources.requests.cpu, in cores", func(r containerRow) Value { return Cores(quantity(r.c.Resources.Requests, "cpu")) }),
		realCol("cpu_limit", "resources.limits.cpu, in cores", func(r containerRow) Value { return Cores(quantity(r.c.Resources.Limits, "cpu")) }),
		integer("memory_request", "resources.requests.memory, in bytes", func(r containerRow) Value { return Bytes(quantity(r.c.Resources.Requests, "memory")) }),
		integer("memory_limit", "resources.limits.memory, in bytes", func(r containerRow) Value { return Bytes(quantity(r.c.Resources.Limits, "memory")) }),
	}
}
