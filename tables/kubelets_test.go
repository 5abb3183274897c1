package tables

import (
	"encoding/json"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func record[T any](r *Resource, value *Record[T]) *Object {
	return &Object{Resource: r, Value: value, Meta: &value.ObjectMeta, Cluster: "test"}
}

// What is written, what is in effect, and what the kubelet makes of the rest.
func TestKubeletValues(t *testing.T) {
	node := &metav1.ObjectMeta{Name: "node-1", UID: "1"}
	columns := []string{
		"kind", "node", "status", "authentication_anonymous_enabled", "authorization_mode", "read_only_port", "streaming_connection_idle_timeout",
		"event_record_qps", "pod_pids_limit", "rotate_certificates", "make_iptables_util_chains", "seccomp_default", "tls_cert_file", "eviction_hard",
	}
	written := func(doc string) *Record[KubeletConfig] {
		r, err := WrittenKubelet("kubelet.yaml", []byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	no, yes := int64(0), int64(1)
	evictions := `{"imagefs.available":"15%","imagefs.inodesFree":"5%","memory.available":"100Mi","nodefs.available":"10%","nodefs.inodesFree":"5%"}`
	for name, test := range map[string]struct {
		record *Record[KubeletConfig]
		want   []any
	}{
		"an empty document": {
			written(`{}`),
			[]any{"KubeletConfiguration", nil, "ok", no, "Webhook", no, "4h0m0s", int64(50), int64(-1), no, yes, no, nil, evictions},
		},
		"a document": {
			written(`{"authentication":{"anonymous":{"enabled":true}},"authorization":{"mode":"AlwaysAllow"},"readOnlyPort":10255,"eventRecordQPS":0,
			"streamingConnectionIdleTimeout":"0s","podPidsLimit":100,"rotateCertificates":true,"makeIPTablesUtilChains":false,"seccompDefault":true,"tlsCertFile":"/a","evictionHard":{}}`),
			[]any{"KubeletConfiguration", nil, "ok", yes, "AlwaysAllow", int64(10255), "4h0m0s", no, int64(100), yes, no, yes, "/a", nil},
		},
		"a node": {
			NodeKubelet(node, []byte(`{"kubeletconfig":{"authentication":{"anonymous":{"enabled":false}},"authorization":{"mode":"Webhook"},"eventRecordQPS":5,"podPidsLimit":-1,
			"streamingConnectionIdleTimeout":"0s","makeIPTablesUtilChains":true,"seccompDefault":false}}`)),
			[]any{"Node", "node-1", "ok", no, "Webhook", no, "0s", int64(5), int64(-1), no, yes, no, nil, nil},
		},
		"a silent node": {NodeWithoutKubelet(node, KubeletUnreachable, "why"), []any{"Node", "node-1", "unreachable", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}},
		"a strange one": {NodeKubelet(node, []byte(`{"kubeletconfig":{"readOnlyPort":"open"}}`)), []any{"Node", "node-1", "not served", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}},
		"not JSON":      {NodeKubelet(node, []byte(`<html>`)), []any{"Node", "node-1", "not served", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}},
		"no config":     {NodeKubelet(node, []byte(`{"kubeletconfig":null}`)), []any{"Node", "node-1", "not served", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := gocmp.Diff(test.want, one(t, rowsOf(t, K8sNodesKubeletConfig, record(KubeletConfigs, test.record)), columns...)); diff != "" {
				t.Error(diff)
			}
		})
	}
	defaults := one(t, rowsOf(t, K8sNodesKubeletConfig, record(KubeletConfigs, written(`{"readOnlyPort":0}`))), "defaults")[0].(string)
	var fields []string
	if err := json.Unmarshal([]byte(defaults), &fields); err != nil || len(fields) != 15 {
		t.Errorf("defaults %s", defaults)
	}
	if _, err := WrittenKubelet("x", []byte(`{"authentication":{"anonymous":true}}`)); err == nil || err.Error() != "authentication.anonymous cannot be a bool" {
		t.Errorf("error %v", err)
	}
}

// A virtual object is the same after it was kept.
func TestRecordsAreKept(t *testing.T) {
	for _, r := range VirtualResources() {
		item := r.New()
		item.SetName("n")
		data, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		again := r.New()
		again.SetLabels(map[string]string{"old": "1"})
		again.Reset()
		if err := again.Unmarshal(data); err != nil || gocmp.Diff(item, again) != "" {
			t.Errorf("%s: %v %s", r, err, gocmp.Diff(item, again))
		}
		if ResourceForKind(r.Group, r.Kind) != r || r.String() == "" {
			t.Errorf("%s: %s", r, r.Grant())
		}
	}
	if KubeletConfigs.String() != "nodes/proxy" || KubeletConfigs.Grant() != `{apiGroups: [""], resources: ["nodes/proxy"], verbs: ["get"]}` {
		t.Errorf("%s: %s", KubeletConfigs, KubeletConfigs.Grant())
	}
}

func TestPlatforms(t *testing.T) {
	node := func(id string, change ...func(*corev1.Node)) *Object {
		n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n"}, Spec: corev1.NodeSpec{ProviderID: id}}
		for _, f := range change {
			f(n)
		}
		return object(Nodes, n)
	}
	label := func(key, value string) func(*corev1.Node) {
		return func(n *corev1.Node) { n.Labels = map[string]string{key: value} }
	}
	annotation := func(key string) func(*corev1.Node) {
		return func(n *corev1.Node) { n.Annotations = map[string]string{key: ""} }
	}
	kubeadm := node("", annotation("kubeadm.alpha.kubernetes.io/cri-socket"))
	for name, test := range map[string]struct {
		info  ClusterInfo
		nodes []*Object
		want  []any // platform, evidence, provider, node_count, control_plane_nodes
	}{
		"EKS by version":      {ClusterInfo{GitVersion: "v1.36.1-eks-5e0fdde"}, []*Object{node("aws:///eu/i-1"), node("aws:///eu/i-2")}, []any{"eks", "version v1.36.1-eks-5e0fdde", "aws", int64(2), int64(0)}},
		"AKS by address":      {ClusterInfo{GitVersion: "v1.36.1", ServerHost: "x.hcp.westeurope.azmk8s.io"}, nil, []any{"aks", "server x.hcp.westeurope.azmk8s.io", nil, int64(0), int64(0)}},
		"OpenShift by group":  {ClusterInfo{Groups: []string{"config.openshift.io"}}, []*Object{kubeadm}, []any{"openshift", "API group config.openshift.io", nil, int64(1), int64(0)}},
		"GKE by label":        {ClusterInfo{}, []*Object{node("gce://p/z/n", label("cloud.google.com/gke-nodepool", "a"))}, []any{"gke", "label cloud.google.com/gke-nodepool of node n", "gce", int64(1), int64(0)}},
		"a prefix":            {ClusterInfo{}, []*Object{node("", label("eks.amazonaws.com/nodegroup", "a"))}, []any{"eks", "label eks.amazonaws.com/nodegroup of node n", nil, int64(1), int64(0)}},
		"kubeadm last":        {ClusterInfo{}, []*Object{kubeadm, node("", label("rke2.io/x", ""))}, []any{"rke2", "label rke2.io/x of node n", nil, int64(2), int64(0)}},
		"kind by provider id": {ClusterInfo{}, []*Object{node("kind://docker/kind/kind-control-plane", annotation("kubeadm.alpha.kubernetes.io/cri-socket"))}, []any{"kind", "providerID kind://docker/kind/kind-control-plane of node n", "kind", int64(1), int64(0)}},
		"on AWS is not EKS":   {ClusterInfo{GitVersion: "v1.36.1"}, []*Object{node("aws:///eu/i-1", label("node-role.kubernetes.io/control-plane", ""))}, []any{nil, nil, "aws", int64(1), int64(1)}},
		"Oracle":              {ClusterInfo{}, []*Object{node("ocid1.instance.x")}, []any{nil, nil, "oci", int64(1), int64(0)}},
	} {
		t.Run(name, func(t *testing.T) {
			objects := append(test.nodes, record(ClusterInfos, &Record[ClusterInfo]{Value: test.info}))
			got := one(t, rowsOf(t, K8sClusterInfo, objects...), "platform", "platform_evidence", "provider", "node_count", "control_plane_nodes")
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	got := one(t, rowsOf(t, K8sClusterInfo, record(ClusterInfos, &Record[ClusterInfo]{Value: ClusterInfo{Major: "1", Minor: "36+", ServerIPs: []string{"10.0.0.1", "8.8.8.8"}}}),
		systemPod(corev1.Container{Command: []string{"kube-apiserver"}})), "major", "minor", "server_ip_public", "control_plane_visible", "git_version")
	if diff := gocmp.Diff([]any{int64(1), int64(36), int64(1), int64(1), nil}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNodes(t *testing.T) {
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: "n", Labels: map[string]string{"node-role.kubernetes.io/control-plane": "", "node-role.kubernetes.io/edge": "", "kubernetes.io/role": "old"}}}
	n.Status.NodeInfo.KubeletVersion = "v1.36.1-eks-5e0fdde"
	n.Status.Addresses = []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "10.0.0.1"}, {Type: corev1.NodeInternalIP, Address: "fd00::1"}}
	n.Status.Conditions = []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionUnknown}}
	n.Status.Images = []corev1.ContainerImage{{Names: []string{"a@sha256:1", "a:1"}, SizeBytes: 7}, {Names: []string{"b@sha256:2"}}, {}}
	want := []any{`["control-plane","edge","old"]`, int64(1), int64(36), "10.0.0.1", nil, int64(0), `{"Ready":"Unknown"}`, int64(3)}
	got := one(t, rowsOf(t, K8sNodes, object(Nodes, n)), "roles", "control_plane", "kubelet_minor", "internal_ip", "external_ip", "ready", "conditions", "images")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff([][]any{{"a:1", int64(7)}, {"b@sha256:2", int64(0)}, {nil, int64(0)}}, pick(rowsOf(t, K8sNodeImages, object(Nodes, n)), "image", "size_bytes")); diff != "" {
		t.Error(diff)
	}
}
