package tables

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const literalDocs = `kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: shop, annotations: {objectset.rio.cattle.io/applied: do-not-save, team: web}}
spec:
  template:
    spec:
      initContainers: [{name: init, image: x, env: [{name: INIT, value: do-not-save}]}]
      containers: [{name: app, image: x, args: ["--level=$(LEVEL)"], env: [
        {name: DB_PASSWORD, value: do-not-save}, {name: LEVEL, value: do-not-save}, {name: EMPTY}, {name: FILE, value: "a: b\npassword: do-not-save"},
        {name: AWS, value: "AKIADONOTSAVEDONOTSA"}, {name: SAME, value: do-not-save}, {name: REF, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: LOOKS, value: "3 12345678 0 token"}]}]
---
kind: Pod
apiVersion: v1
metadata: {name: web, namespace: shop}
spec: {containers: [{name: app, image: x}], ephemeralContainers: [{name: debug, image: x, env: [{name: DEBUG, value: do-not-save}]}]}
---
kind: CronJob
apiVersion: batch/v1
metadata: {name: nightly, namespace: shop}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: app, image: x, env: [{name: A, value: do-not-save}]}]}}}}}
---
kind: PodTemplate
apiVersion: v1
metadata: {name: t, namespace: shop}
template: {spec: {containers: [{name: app, image: x, env: [{name: A, value: do-not-save}]}]}}
---
kind: Pod
apiVersion: v1
metadata: {name: etcd-cp1, namespace: kube-system}
spec: {containers: [{name: etcd, image: x, command: [etcd, "--name=$(NAME)", "--initial-cluster-token=$(JOIN_TOKEN)"], env: [
  {name: NAME, value: cp1}, {name: DIR, value: /pki}, {name: ETCD_CERT_FILE, value: "$(DIR)/server.crt"}, {name: OTHER, value: do-not-save},
  {name: JOIN_TOKEN, value: do-not-save}, {name: ETCD_INITIAL_CLUSTER_TOKEN, value: do-not-save}, {name: ETCD_KEY_FILE, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}
---
kind: DaemonSet
apiVersion: apps/v1
metadata: {name: kube-proxy, namespace: kube-system}
spec: {template: {spec: {containers: [{name: kube-proxy, image: x, command: [kube-proxy, "--hostname-override=$(NODE)"], env: [{name: NODE, value: n1}, {name: HTTP_PROXY, value: do-not-save}]}]}}}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: settings, namespace: shop}
data: {password: do-not-save, app.conf: "user: a\npassword: do-not-save\n", empty: ""}
binaryData: {blob: ZG8tbm90LXNhdmU=}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: kube-proxy, namespace: kube-system}
data: {config.conf: "mode: ipvs", kubeconfig.conf: do-not-save}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: kubeadm-config, namespace: kube-system}
data: {Broken: "{do-not-save", ClusterConfiguration: "kubernetesVersion: v1.37.2\nserial: 12345678901\napiServer: {extraEnvs: [{name: A, value: do-not-save}]}\n"}
---
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: sc}
provisioner: x
parameters: {type: ssd, adminPassword: do-not-save, restuserkey: do-not-save}
---
kind: CiliumNetworkPolicy
apiVersion: cilium.io/v2
metadata: {name: r, namespace: shop, annotations: {kubectl.kubernetes.io/last-applied-configuration: do-not-save}}
template: {spec: {containers: [{name: app, image: x, env: [{name: A, value: do-not-save}]}]}}`

// What is saved holds no literal value that a table does not show, and every
// table has the same rows of it.
func TestWithhold(t *testing.T) {
	objects := manifests(t, literalDocs)
	var saved []*Object
	for _, o := range objects {
		before, _ := json.Marshal(o.Value)
		copied := *o
		copied.Value, copied.Withheld = o.Withhold(), true
		copied.Meta = metaOf(t, copied.Value)
		saved = append(saved, &copied)
		text, err := json.Marshal(copied.Value)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{"do-not-save", "ZG8tbm90LXNhdmU", "AKIADONOTSAVEDONOTSA"} {
			if strings.Contains(string(text), hidden) {
				t.Errorf("%s/%s is saved with %s:\n%s", o.Resource.Kind, o.Meta.Name, hidden, text)
			}
		}
		if after, _ := json.Marshal(o.Value); string(after) != string(before) {
			t.Errorf("%s/%s was changed", o.Resource.Kind, o.Meta.Name)
		}
		if again, _ := json.Marshal(copied.Withhold()); string(again) != string(text) {
			t.Errorf("%s/%s is withheld twice:\n%s", o.Resource.Kind, o.Meta.Name, again)
		}
	}
	for _, table := range append(All(), ForResource(objects[len(objects)-1].Resource)) {
		if diff := gocmp.Diff(rowsOf(t, table, objects...), rowsOf(t, table, saved...)); diff != "" {
			t.Errorf("%s (-object +saved):\n%s", table.Name, diff)
		}
	}
	for table, want := range map[*Table]string{
		K8sControlPlaneFlags: "name=cp1 cert-file=/pki/server.crt initial-cluster-token=$(JOIN_TOKEN) key-file=<nil> hostname-override=n1",
		K8sKubeadmConfig:     "ClusterConfiguration.kubernetesVersion=v1.37.2 ClusterConfiguration.serial=12345678901 ClusterConfiguration.apiServer.extraEnvs[0].name=A Broken=<nil>",
	} {
		var got []string
		for _, row := range rowsOf(t, table, saved...) {
			got = append(got, cell(row, "flag", "path")+"="+cell(row, "value"))
		}
		for pair := range strings.SplitSeq(want, " ") {
			if !strings.Contains(" "+strings.Join(got, " ")+" ", " "+pair+" ") {
				t.Errorf("%s lacks %s: %s", table.Name, pair, got)
			}
		}
	}
}

func cell(row map[string]any, columns ...string) string {
	for _, c := range columns {
		if v, ok := row[c]; ok {
			return fmt.Sprint(v)
		}
	}
	return ""
}

func metaOf(t *testing.T, v any) *metav1.ObjectMeta {
	t.Helper()
	if u, ok := v.(*unstructured.Unstructured); ok {
		return &metav1.ObjectMeta{Name: u.GetName(), Namespace: u.GetNamespace(), Annotations: u.GetAnnotations()}
	}
	meta, ok := v.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
	if !ok {
		t.Fatalf("%T has no metadata", v)
	}
	return meta
}
