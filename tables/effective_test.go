package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// What a container does not set it takes from its pod; the column beside says
// where the value is from.
func TestEffective(t *testing.T) {
	type value struct {
		column     string
		pod        func(*corev1.PodSecurityContext)
		container  func(*corev1.SecurityContext)
		fromPod    any
		fromItself any
	}
	for _, v := range []value{
		{"run_as_user", func(p *corev1.PodSecurityContext) { p.RunAsUser = ptr(int64(1000)) }, func(c *corev1.SecurityContext) { c.RunAsUser = ptr(int64(0)) }, int64(1000), int64(0)},
		{"run_as_group", func(p *corev1.PodSecurityContext) { p.RunAsGroup = ptr(int64(1000)) }, func(c *corev1.SecurityContext) { c.RunAsGroup = ptr(int64(0)) }, int64(1000), int64(0)},
		{"run_as_non_root", func(p *corev1.PodSecurityContext) { p.RunAsNonRoot = ptr(true) }, func(c *corev1.SecurityContext) { c.RunAsNonRoot = ptr(false) }, int64(1), int64(0)},
		{"seccomp_type", func(p *corev1.PodSecurityContext) {
			p.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}
		}, func(c *corev1.SecurityContext) {
			c.SeccompProfile = &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeUnconfined}
		}, "RuntimeDefault", "Unconfined"},
		{"apparmor_type", func(p *corev1.PodSecurityContext) {
			p.AppArmorProfile = &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeRuntimeDefault}
		}, func(c *corev1.SecurityContext) {
			c.AppArmorProfile = &corev1.AppArmorProfile{Type: corev1.AppArmorProfileTypeUnconfined}
		}, "RuntimeDefault", "Unconfined"},
		{
			"selinux", func(p *corev1.PodSecurityContext) { p.SELinuxOptions = &corev1.SELinuxOptions{Type: "container_t"} },
			func(c *corev1.SecurityContext) { c.SELinuxOptions = &corev1.SELinuxOptions{User: "root"} }, `{"type":"container_t"}`, `{"user":"root"}`,
		},
		{"windows_host_process", func(p *corev1.PodSecurityContext) {
			p.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: ptr(true)}
		}, func(c *corev1.SecurityContext) {
			c.WindowsOptions = &corev1.WindowsSecurityContextOptions{HostProcess: ptr(false)}
		}, int64(1), int64(0)},
		{"windows_run_as_user", func(p *corev1.PodSecurityContext) {
			p.WindowsOptions = &corev1.WindowsSecurityContextOptions{RunAsUserName: ptr("ContainerUser")}
		}, func(c *corev1.SecurityContext) {
			c.WindowsOptions = &corev1.WindowsSecurityContextOptions{RunAsUserName: ptr("")}
		}, "ContainerUser", ""},
	} {
		for _, test := range []struct {
			name           string
			pod, container bool
			want           []any
		}{
			{"neither", false, false, []any{nil, "none"}},
			{"pod", true, false, []any{v.fromPod, "pod"}},
			{"container", false, true, []any{v.fromItself, "container"}},
			{"both", true, true, []any{v.fromItself, "container"}},
		} {
			t.Run(v.column+"/"+test.name, func(t *testing.T) {
				p := &corev1.Pod{ObjectMeta: meta("web"), Spec: podSpec("web:1")}
				if test.pod {
					p.Spec.SecurityContext = &corev1.PodSecurityContext{}
					v.pod(p.Spec.SecurityContext)
				}
				if test.container {
					p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{}
					v.container(p.Spec.Containers[0].SecurityContext)
				}
				got := one(t, rowsOf(t, K8sContainers, object(Pods, p)), v.column+"_effective", v.column+"_source")
				if diff := gocmp.Diff(test.want, got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// One of each kind of container, with the path that leads to it.
func TestContainers(t *testing.T) {
	spec := corev1.PodSpec{
		InitContainers: []corev1.Container{{Name: "setup", Image: "setup:1"}, {Name: "proxy", Image: "mesh:1", RestartPolicy: ptr(corev1.ContainerRestartPolicyAlways)}},
		Containers: []corev1.Container{{
			Name: "app", Image: "registry.example:5000/team/app@sha256:0", SecurityContext: &corev1.SecurityContext{Privileged: ptr(false)},
			Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("250m"), "memory": resource.MustParse("1Gi")}},
		}},
		EphemeralContainers: []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "busybox"}}},
	}
	o := object(Deployments, &appsv1.Deployment{ObjectMeta: meta("web"), Spec: appsv1.DeploymentSpec{Template: corev1.PodTemplateSpec{Spec: spec}}})
	got := pick(rowsOf(t, K8sContainers, o), "container", "container_type", "path", "image_registry", "privileged", "cpu_limit", "memory_limit")
	want := [][]any{
		{"setup", "init", "spec.template.spec.initContainers[0]", "docker.io", nil, nil, nil},
		{"proxy", "sidecar", "spec.template.spec.initContainers[1]", "docker.io", nil, nil, nil},
		{"app", "regular", "spec.template.spec.containers[0]", "registry.example:5000", int64(0), 0.25, int64(1 << 30)},
		{"debug", "ephemeral", "spec.template.spec.ephemeralContainers[0]", "docker.io", nil, nil, nil},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What is unset is NULL, and not what the API server would make of it.
func TestUnsetIsNull(t *testing.T) {
	row := rowsOf(t, K8sContainers, object(Pods, &corev1.Pod{ObjectMeta: meta("web"), Spec: podSpec("web:1")}))[0]
	for _, column := range []string{
		"privileged", "allow_privilege_escalation", "read_only_root_filesystem", "proc_mount", "capabilities_add", "capabilities_drop",
		"security_context", "host_pid", "host_network", "host_users", "automount_sa_token", "service_account_name", "image_pull_policy", "cpu_limit",
		"stdin", "tty", "command", "args", "os", "pod_seccomp_type", "file", "line", "labels", "owner_kind", "created", "drift", "exempt",
	} {
		if v, ok := row[column]; !ok || v != nil {
			t.Errorf("%s is %v", column, v)
		}
	}
}

func TestTokenMounted(t *testing.T) {
	bare := &corev1.Pod{ObjectMeta: meta("bare"), Spec: podSpec("web:1")}
	manifest := &corev1.Pod{Spec: podSpec("web:1")}
	rows := rowsOf(t, K8sPodSpecs, pod("web", "web:1"), object(Pods, bare), object(Pods, manifest))
	if diff := gocmp.Diff([][]any{{int64(1)}, {int64(0)}, {nil}}, pick(rows, "sa_token_mounted")); diff != "" {
		t.Error(diff)
	}
}

// The profile is of the level that the type is of: one at the pod does not
// shine through a container's own.
func TestLocalhostProfile(t *testing.T) {
	const docs = `kind: Pod
apiVersion: v1
metadata: {name: p}
spec:
  securityContext: {seccompProfile: {type: Localhost, localhostProfile: pod.json}}
  containers:
  - {name: a, image: x}
  - {name: b, image: x, securityContext: {seccompProfile: {type: Localhost, localhostProfile: own.json}}}
  - {name: c, image: x, securityContext: {seccompProfile: {type: RuntimeDefault}}}`
	if diff := gocmp.Diff([]string{"a Localhost pod.json", "b Localhost own.json", "c RuntimeDefault -"}, ask(t, K8sContainers, docs, "container", "seccomp_type_effective", "seccomp_localhost_profile_effective")); diff != "" {
		t.Error(diff)
	}
}
