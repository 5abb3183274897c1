package tables

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// The values of variables, ConfigMaps and Secrets are in no column of any
// table.
func TestValuesStayOut(t *testing.T) {
	const hidden = "do-not-show-me"
	pod := `{containers: [{name: app, image: x, env: [{name: DB_PASSWORD, value: ` + hidden + `}]}]}`
	docs := `kind: Pod
apiVersion: v1
metadata: {name: p, namespace: shop}
spec: ` + pod + `
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: d, namespace: shop}
spec: {template: {spec: ` + pod + `}}
---
kind: PodTemplate
apiVersion: v1
metadata: {name: t, namespace: shop}
template: {spec: ` + pod + `}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: c, namespace: shop}
data: {password: ` + hidden + `, file: "password=` + hidden + `"}
binaryData: {b: ` + base64.StdEncoding.EncodeToString([]byte(hidden)) + `}
---
kind: Secret
apiVersion: v1
metadata: {name: s, namespace: shop}
stringData: {password: ` + hidden + `}
data: {other: ` + base64.StdEncoding.EncodeToString([]byte(hidden)) + `}
---
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: sc}
provisioner: x
parameters: {type: ssd, adminPassword: ` + hidden + `, restuserkey: ` + hidden + `}`
	objects := manifests(t, docs)
	matched := 0
	for _, table := range All() {
		for _, row := range rowsOf(t, table, objects...) {
			for column, v := range row {
				if strings.Contains(fmt.Sprint(v), hidden) || strings.Contains(fmt.Sprint(v), base64.StdEncoding.EncodeToString([]byte(hidden))) {
					t.Errorf("%s.%s shows it: %v", table.Name, column, v)
				}
			}
			if row["matched_pattern"] == "password" {
				matched++
			}
		}
	}
	if matched != 4 { // of the Pod, the Deployment, and two keys
		t.Errorf("%d passwords found", matched)
	}
}
