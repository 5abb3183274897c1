package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

const usersOfThings = `kind: ConfigMap
apiVersion: v1
metadata: {name: conf, namespace: shop}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: conf, namespace: other}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: old, namespace: shop}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: proj, namespace: shop}
---
kind: Secret
apiVersion: v1
metadata: {name: db, namespace: shop}
---
kind: Secret
apiVersion: v1
metadata: {name: pull, namespace: shop}
---
kind: Secret
apiVersion: v1
metadata: {name: tls, namespace: shop}
---
kind: PersistentVolumeClaim
apiVersion: v1
metadata: {name: data, namespace: shop}
---
kind: PersistentVolumeClaim
apiVersion: v1
metadata: {name: job-scratch, namespace: shop}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: shop, uid: d}
spec: {template: {spec: {containers: [{name: app, envFrom: [{configMapRef: {name: conf}}], env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: p}}}]}]}}}
---
kind: ReplicaSet
apiVersion: apps/v1
metadata: {name: web-2, namespace: shop, uid: rs2, ownerReferences: [{kind: Deployment, name: web, uid: d, controller: true, apiVersion: apps/v1}]}
spec: {replicas: 1, template: {spec: {containers: [{name: app, envFrom: [{configMapRef: {name: conf}}]}]}}}
---
kind: ReplicaSet
apiVersion: apps/v1
metadata: {name: web-1, namespace: shop, uid: rs1, ownerReferences: [{kind: Deployment, name: web, uid: d, controller: true, apiVersion: apps/v1}]}
spec: {replicas: 0, template: {spec: {containers: [{name: app, envFrom: [{configMapRef: {name: old}}]}]}}}
---
kind: Pod
apiVersion: v1
metadata: {name: web-2-x, namespace: shop, uid: p, ownerReferences: [{kind: ReplicaSet, name: web-2, uid: rs2, controller: true, apiVersion: apps/v1}]}
spec: {containers: [{name: app, envFrom: [{configMapRef: {name: conf}}]}], volumes: [{name: injected, projected: {sources: [{configMap: {name: proj}}]}}]}
---
kind: Pod
apiVersion: v1
metadata: {name: job, namespace: shop, uid: j}
spec: {volumes: [{name: scratch, ephemeral: {}}, {name: c, configMap: {name: conf}}, {name: d, persistentVolumeClaim: {claimName: data}}], imagePullSecrets: [{name: pull}]}
---
kind: Pod
apiVersion: v1
metadata: {name: done, namespace: shop, uid: k}
spec: {volumes: [{name: c, configMap: {name: old}}]}
status: {phase: Failed}
---
kind: CronJob
apiVersion: batch/v1
metadata: {name: nightly, namespace: shop}
spec: {schedule: "@daily", jobTemplate: {spec: {template: {spec: {initContainers: [{name: i, env: [{name: P, valueFrom: {configMapKeyRef: {name: conf, key: p}}}]}]}}}}}
---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: {name: front, namespace: shop}
spec: {tls: [{secretName: tls}]}
---
kind: ServiceAccount
apiVersion: v1
metadata: {name: builder, namespace: shop}
imagePullSecrets: [{name: pull}]`

// A workload counts once, by its top controller; what has ended uses nothing.
func TestUsers(t *testing.T) {
	want := []string{
		`other conf 0 -`,
		`shop conf 3 ["CronJob/nightly","Deployment/web","Pod/job"]`,
		`shop old 0 -`,
		`shop proj 1 ["Deployment/web"]`,
	}
	if diff := gocmp.Diff(want, ask(t, K8sConfigMaps, usersOfThings, "namespace", "name", "mounted_by", "users")); diff != "" {
		t.Error(diff)
	}
	want = []string{`db 1 ["Deployment/web"]`, `pull 2 ["Pod/job","ServiceAccount/builder"]`, `tls 1 ["Ingress/front"]`}
	if diff := gocmp.Diff(want, ask(t, K8sSecrets, usersOfThings, "name", "used_by", "users")); diff != "" {
		t.Error(diff)
	}
	want = []string{`data 1 ["Pod/job"]`, `job-scratch 1 ["Pod/job"]`}
	if diff := gocmp.Diff(want, ask(t, K8sPersistentVolumeClaims, usersOfThings, "name", "used_by", "users")); diff != "" {
		t.Error(diff)
	}
}

func TestPodImages(t *testing.T) {
	pod := func(name, image, id, node string) string {
		return `kind: Pod
apiVersion: v1
metadata: {name: ` + name + `, namespace: shop, uid: ` + name + `, ownerReferences: [{kind: DaemonSet, name: agent, uid: ds, controller: true, apiVersion: apps/v1}]}
spec: {nodeName: ` + node + `, containers: [{name: a, image: "` + image + `", imagePullPolicy: Always}, {name: b, image: "` + image + `"}]}
status: {containerStatuses: [{name: a, imageID: "` + id + `"}, {name: b, imageID: "` + id + `"}]}
---
`
	}
	docs := pod("one", "nginx:1", "docker.io/library/nginx@sha256:aa", "n1") +
		pod("two", "nginx:1", "docker.io/library/nginx@sha256:bb", "n2") +
		pod("three", "nginx:1", "docker.io/library/nginx@sha256:bb", "n2") +
		pod("four", "host:5000/app", "", "n2") + // not pulled yet
		pod("five", "redis@sha256:cc", "docker-pullable://docker.io/library/redis@sha256:cc", "n1") + `
kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: shop}
spec: {template: {spec: {containers: [{name: a, image: "nginx:1"}]}}}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: other}
spec: {template: {spec: {containers: [{name: a, image: "nginx:1"}]}}}
---
kind: CronJob
apiVersion: batch/v1
metadata: {name: nightly, namespace: shop}
spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: busybox}]}}}}}
---
kind: Node
apiVersion: v1
metadata: {name: n1}
status: {images: [{names: ["docker.io/library/nginx@sha256:aa", "docker.io/library/nginx:1"], sizeBytes: 100}, {names: ["docker.io/library/redis@sha256:cc"], sizeBytes: 300}]}`
	want := []string{
		`busybox - - 0 0 0 1 - -`,
		`host:5000/app - - 1 1 1 1 ["Always"] -`,
		`nginx:1 1 docker.io/library/nginx@sha256:aa 1 1 1 3 ["Always"] 100`,
		`nginx:1 1 docker.io/library/nginx@sha256:bb 2 1 1 3 ["Always"] 100`,
		`redis@sha256:cc - docker-pullable://docker.io/library/redis@sha256:cc 1 1 1 1 ["Always"] 300`,
	}
	got := ask(t, K8sPodImages, docs, "image", "tag", "image_id", "pods", "namespaces", "nodes", "workloads", "pull_policies", "on_node_size_bytes")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
