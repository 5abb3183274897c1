package load

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// template is what the app's developers wrote.
func (p *plan) template(a *app) corev1.PodTemplateSpec {
	spec := corev1.PodSpec{
		Containers:                    []corev1.Container{p.mainContainer(a)},
		Volumes:                       volumes(a),
		ServiceAccountName:            a.account,
		ImagePullSecrets:              []corev1.LocalObjectReference{{Name: "registry-credentials"}},
		TerminationGracePeriodSeconds: ptr.To(int64(p.between(3, 12) * 10)),
	}
	if p.chance(30) {
		spec.InitContainers = []corev1.Container{p.initContainer(a)}
	}
	if p.chance(50) {
		spread(&spec, a)
	}
	p.secure(&spec, a)
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{
			Labels: a.labels(),
			Annotations: with(nil,
				"checksum/config", p.hex(64),
				"kubectl.kubernetes.io/restartedAt", p.restartedAt(),
				"prometheus.io/scrape", "true",
				"prometheus.io/path", "/metrics",
				"prometheus.io/port", fmt.Sprint(a.port)),
		},
		Spec: spec,
	}
}

func (p *plan) mainContainer(a *app) corev1.Container {
	cpu, memory := p.between(1, 8)*50, p.between(1, 8)*64
	c := corev1.Container{
		Name:            "app",
		Image:           a.image,
		ImagePullPolicy: pick(p.dice, []corev1.PullPolicy{"", corev1.PullIfNotPresent, corev1.PullAlways}),
		Args:            []string{"--config=/etc/app/application.yaml", "--log-format=json", "--shutdown-timeout=25s"},
		Ports: []corev1.ContainerPort{
			{Name: "http", ContainerPort: a.port, Protocol: corev1.ProtocolTCP},
			{Name: "metrics", ContainerPort: 9102, Protocol: corev1.ProtocolTCP},
		},
		Env: environment(a)[:p.between(4, 8)],
		EnvFrom: []corev1.EnvFromSource{{ConfigMapRef: &corev1.ConfigMapEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: a.name + "-config"}, Optional: ptr.To(true),
		}}},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: "/etc/app", ReadOnly: true},
			{Name: "credentials", MountPath: "/etc/credentials", ReadOnly: true},
			{Name: "tmp", MountPath: "/tmp"},
		},
		LivenessProbe:  probe("/livez", 20),
		ReadinessProbe: probe("/readyz", 5),
	}
	if p.chance(20) {
		c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"/bin/sh", "-c", "sleep 5"}}}}
		c.StartupProbe = probe("/livez", 0)
		c.StartupProbe.FailureThreshold = 30
	}
	requests := resources("cpu", fmt.Sprintf("%dm", cpu), "memory", fmt.Sprintf("%dMi", memory))
	switch p.weighted(60, 20, 20) {
	case 0:
		c.Resources = corev1.ResourceRequirements{Requests: requests, Limits: resources("cpu", fmt.Sprintf("%dm", cpu*4), "memory", fmt.Sprintf("%dMi", memory*2))}
	case 1:
		c.Resources = corev1.ResourceRequirements{Requests: requests}
	}
	return c
}

func (p *plan) initContainer(a *app) corev1.Container {
	return corev1.Container{
		Name:         pick(p.dice, []string{"wait-for-db", "migrate", "fetch-config"}),
		Image:        pick(p.dice, []string{"docker.io/library/busybox:1.36", "registry.example.com/platform/init:2.3.0", "docker.io/library/busybox"}),
		Command:      []string{"sh", "-c", "until nc -z database 5432; do echo waiting; sleep 2; done"},
		VolumeMounts: []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
		Resources:    corev1.ResourceRequirements{Requests: resources("cpu", "10m", "memory", "16Mi")},
	}
}

func probe(path string, delay int32) *corev1.Probe {
	return &corev1.Probe{
		ProbeHandler:        corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("http")}},
		InitialDelaySeconds: delay, PeriodSeconds: 10, TimeoutSeconds: 3, FailureThreshold: 3,
	}
}

func volumes(a *app) []corev1.Volume {
	return []corev1.Volume{
		{Name: "config", VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: a.name + "-config"},
		}}},
		{Name: "credentials", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
			SecretName: a.name + "-secrets", DefaultMode: ptr.To[int32](0o440),
		}}},
		{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	}
}

// spread keeps an app's pods apart.
func spread(spec *corev1.PodSpec, a *app) {
	own := selector("app.kubernetes.io/instance", a.name)
	spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
		PreferredDuringSchedulingIgnoredDuringExecution: []corev1.WeightedPodAffinityTerm{{
			Weight: 100, PodAffinityTerm: corev1.PodAffinityTerm{LabelSelector: own, TopologyKey: "kubernetes.io/hostname"},
		}},
	}}
	spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
		MaxSkew: 1, TopologyKey: "topology.kubernetes.io/zone", WhenUnsatisfiable: corev1.ScheduleAnyway, LabelSelector: own,
	}}
}

func environment(a *app) []corev1.EnvVar {
	field := func(name, path string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
	}
	key := func(name string) corev1.EnvVar {
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: a.name + "-secrets"}, Key: name,
		}}}
	}
	return []corev1.EnvVar{
		field("POD_NAME", "metadata.name"),
		field("POD_NAMESPACE", "metadata.namespace"),
		key("DATABASE_PASSWORD"),
		key("API_TOKEN"),
		{Name: "ENVIRONMENT", Value: a.ns.env},
		{Name: "DATABASE_URL", Value: "postgres://" + a.name + "@postgresql." + a.ns.name + ".svc.cluster.local:5432/" + a.ns.team + "?sslmode=require"},
		{Name: "OTEL_EXPORTER_OTLP_ENDPOINT", Value: "http://otel-collector.monitoring.svc.cluster.local:4317"},
		{Name: "FEATURE_FLAGS", Value: "new-ledger=on,bulk-export=off,eu-routing=on"},
	}
}
