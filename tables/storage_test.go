package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestStorage(t *testing.T) {
	const docs = `kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: safe}
provisioner: ebs.csi.aws.com
parameters: {Encrypted: "TRUE", kmsKeyId: k}
---
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: plain}
provisioner: x
---
kind: StorageClass
apiVersion: storage.k8s.io/v1
metadata: {name: key}
provisioner: pd.csi.storage.gke.io
parameters: {disk-encryption-kms-key: projects/p/k}
---
kind: PersistentVolume
apiVersion: v1
metadata: {name: by-class}
spec: {storageClassName: safe, capacity: {storage: 1Gi}, csi: {driver: d, volumeHandle: h}, claimRef: {namespace: shop, name: c}}
---
kind: PersistentVolume
apiVersion: v1
metadata: {name: by-itself}
spec: {storageClassName: safe, csi: {driver: d, volumeHandle: h, volumeAttributes: {encrypted: "false"}}}
---
kind: PersistentVolume
apiVersion: v1
metadata: {name: on-node}
spec: {storageClassName: gone, local: {path: /var/lib/kubelet/x}}`
	want := []string{`key disk-encryption-kms-key`, `plain -`, `safe Encrypted=true`}
	if diff := gocmp.Diff(want, ask(t, K8sStorageClasses, docs, "name", "encrypted")); diff != "" {
		t.Error(diff)
	}
	want = []string{`by-class csi - - 1073741824 c Encrypted=true`, `by-itself csi - - - - encrypted=false`, `on-node local /var/lib/kubelet/x 1 - - -`}
	if diff := gocmp.Diff(want, ask(t, K8sPersistentVolumes, docs, "name", "volume_type", "host_path", "sensitive", "capacity", "claim_name", "encrypted")); diff != "" {
		t.Error(diff)
	}
}
