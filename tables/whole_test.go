package tables

import (
	"strings"
	"testing"
)

const wholeDocs = `kind: Deployment
apiVersion: apps/v1
metadata:
  name: web
  namespace: shop
  managedFields: [{manager: kubectl}]
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", team: web}
spec:
  minReadySeconds: 7
  template: {spec: {dnsPolicy: Default, containers: [{name: app, image: x, env: [{name: A, value: do-not-show-me}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]}]}}
status: {readyReplicas: 3}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: web, namespace: shop}
data: {key: do-not-show-me}`

// Hidden columns say of an object what no other column does, but not what is
// withheld.
func TestWholeObject(t *testing.T) {
	row := rowsOf(t, K8sDeployments, manifests(t, wholeDocs)...)[0]
	for column, want := range map[string][]string{
		"spec":   {`"minReadySeconds":7`, `"dnsPolicy":"Default"`, `"env":[{"name":"A"},{"name":"B","valueFrom":{"secretKeyRef":{"key":"k","name":"s"}}}]`},
		"status": {`"readyReplicas":3`},
		"raw":    {`"apiVersion":"apps/v1"`, `"kind":"Deployment"`, `"annotations":{"team":"web"}`, `"minReadySeconds":7`},
	} {
		text, _ := row[column].(string)
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("%s lacks %s:\n%s", column, s, text)
			}
		}
		if strings.Contains(text, "managedFields") || strings.Contains(text, "do-not-show-me") {
			t.Errorf("%s: %s", column, text)
		}
	}
	config := rowsOf(t, K8sConfigMaps, manifests(t, wholeDocs)...)[0]
	if text, _ := config["raw"].(string); !strings.Contains(text, `"data":{"key":null}`) || config["spec"] != nil {
		t.Errorf("raw %s, spec %v", text, config["spec"])
	}
	for _, table := range []*Table{K8sContainers, K8sPods, K8sNodes, K8sWebhooks} {
		if i := table.Column("raw"); i < 0 || !table.Columns[i].Hidden {
			t.Errorf("%s has no hidden raw", table.Name)
		}
	}
	if i := K8sKubeProxyConfig.Column("raw"); K8sKubeProxyConfig.Columns[i].Hidden {
		t.Error("the raw of kube-proxy's configuration is the object's")
	}
}
