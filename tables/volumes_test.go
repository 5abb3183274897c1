package tables

import (
	"reflect"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

func TestSensitiveHostPath(t *testing.T) {
	for path, want := range map[string]bool{
		"/":                           true,
		"":                            true,
		"/etc":                        true,
		"/etc/":                       true,
		"/etc/kubernetes/pki":         true,
		"/etcd-data":                  false,
		"//etc":                       true,
		"/data/../etc":                true,
		"../etc":                      true,
		"/etc/../data":                false,
		"/var":                        true, // holds /var/run
		"/var/lib":                    true,
		"/var/lib/kubelet/pods":       true,
		"/var/lib/kubelet-backup":     false,
		"/var/lib/data":               false,
		"/var/log":                    false,
		"/var/run/docker.sock":        true,
		"/run/containerd":             true,
		"/mnt/crio.sock":              true,
		"/mnt/crio.sock/":             true,
		"/mnt/socket":                 false,
		"/home/ci/.kube":              true,
		"/opt/data":                   false,
		"/data":                       false,
		"/proc/1/root":                true,
		"/var/lib/rancher/k3s/server": true,
	} {
		if got := SensitiveHostPath(path); got != want {
			t.Errorf("SensitiveHostPath(%q) = %v", path, got)
		}
	}
}

// Every volume source that the API has, today's and tomorrow's, has its
// field's name as its type.
func TestVolumeTypes(t *testing.T) {
	sources := reflect.TypeFor[corev1.VolumeSource]()
	for i := range sources.NumField() {
		field := sources.Field(i)
		want, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		var v corev1.Volume
		reflect.ValueOf(&v.VolumeSource).Elem().Field(i).Set(reflect.New(field.Type.Elem()))
		if got := volumeType(&v); got != want {
			t.Errorf("volumeType of a %s = %q, want %q", field.Name, got, want)
		}
	}
	if got := volumeType(&corev1.Volume{}); got != "emptyDir" {
		t.Errorf("volumeType of none = %q", got)
	}
}

func TestVolumesAndMounts(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		Volumes: []corev1.Volume{
			{Name: "host", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/var/run"}}},
			{Name: "keys", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "tls"}}},
		},
		InitContainers: []corev1.Container{{Name: "setup", VolumeMounts: []corev1.VolumeMount{{Name: "keys", MountPath: "/keys", ReadOnly: true}}}},
		Containers: []corev1.Container{{Name: "app", VolumeMounts: []corev1.VolumeMount{
			{Name: "claim", MountPath: "/data"}, {Name: "host", MountPath: "/host", SubPath: "docker.sock"},
		}}},
	}}
	pod.Name, pod.Namespace = "web", "shop"
	o := object(Pods, pod)
	volumes := pick(rowsOf(t, K8sPodVolumes, o), "asset_kind", "asset_name", "path", "volume", "volume_type", "host_path", "sensitive", "source_name")
	if diff := gocmp.Diff([][]any{
		{"Pod", "web", "spec.volumes[0]", "host", "hostPath", "/var/run", int64(1), nil},
		{"Pod", "web", "spec.volumes[1]", "keys", "secret", nil, nil, "tls"},
	}, volumes); diff != "" {
		t.Error(diff)
	}
	mounts := pick(rowsOf(t, K8sContainerMounts, o), "path", "container", "container_type", "volume", "volume_type", "host_path", "mount_path", "sub_path", "read_only")
	if diff := gocmp.Diff([][]any{
		{"spec.initContainers[0].volumeMounts[0]", "setup", "init", "keys", "secret", nil, "/keys", nil, int64(1)},
		{"spec.containers[0].volumeMounts[0]", "app", "regular", "claim", nil, nil, "/data", nil, nil},
		{"spec.containers[0].volumeMounts[1]", "app", "regular", "host", "hostPath", "/var/run", "/host", "docker.sock", nil},
	}, mounts); diff != "" {
		t.Error(diff)
	}
}

func TestProjectedToken(t *testing.T) {
	const docs = `kind: Pod
apiVersion: v1
metadata: {name: p}
spec:
  volumes:
  - {name: a, projected: {sources: [{configMap: {name: x}}, {serviceAccountToken: {path: token, audience: vault, expirationSeconds: 600}}]}}
  - {name: b, projected: {sources: [{serviceAccountToken: {path: token}}]}}
  - {name: c, projected: {sources: [{configMap: {name: x}}]}}`
	if diff := gocmp.Diff([]string{"a vault 600", "b - -", "c - -"}, ask(t, K8sPodVolumes, docs, "volume", "token_audience", "token_expiration")); diff != "" {
		t.Error(diff)
	}
}
