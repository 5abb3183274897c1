package main

import (
	"encoding/json"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// controlPlaneHost is a node as kubeadm sets one up.
var controlPlaneHost = map[string]string{
	"etc/passwd 0644": "root:x:0:0::/:/bin/sh\netcd:x:107:107::/:\n",
	"etc/group 0644":  "root:x:0:\netcd:x:107:\n",
	"etc/kubernetes/manifests/kube-apiserver.yaml":  "{apiVersion: v1, kind: Pod, metadata: {name: kube-apiserver}, spec: {containers: [{name: a, image: a, command: [kube-apiserver, --client-ca-file=/etc/kubernetes/pki/ca.crt, --encryption-provider-config=/etc/kubernetes/enc.yaml, --audit-policy-file=/etc/kubernetes/audit.yaml]}]}}",
	"etc/kubernetes/manifests/kube-scheduler.yaml":  "{apiVersion: v1, kind: Pod, spec: {containers: [{name: s, command: [kube-scheduler, --kubeconfig=/etc/kubernetes/scheduler.conf]}]}}",
	"etc/kubernetes/manifests/etcd.yaml":            "{apiVersion: v1, kind: Pod, spec: {containers: [{name: e, command: [etcd, --data-dir=/var/lib/etcd, --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt]}]}}",
	"etc/kubernetes/manifests/kube-controller.yaml": "{apiVersion: v1, kind: Pod, spec: {containers: [{name: c, command: [kube-controller-manager, --kubeconfig=/etc/kubernetes/controller-manager.conf]}]}}",
	"etc/kubernetes/enc.yaml":                       "{apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration, resources: [{resources: [secrets], providers: [{secretbox: {keys: [{name: k, secret: U0VDUkVU}]}}, {identity: {}}]}]}",
	"etc/kubernetes/audit.yaml":                     "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n",
	"etc/cni/net.d/10-calico.conflist":              "{}",
	"var/lib/etcd/member/snap/db":                   "",
	"etc/kubernetes/admin.conf":                     "SECRET",
	"etc/kubernetes/super-admin.conf":               "SECRET",
	"etc/kubernetes/scheduler.conf":                 "SECRET",
	"etc/kubernetes/controller-manager.conf":        "SECRET",
	"etc/kubernetes/kubelet.conf":                   "SECRET",
	"etc/kubernetes/pki/ca.crt 0644":                "-----BEGIN CERTIFICATE-----\n",
	"etc/kubernetes/pki/ca.key":                     "SECRET",
	"etc/kubernetes/pki/etcd/ca.crt 0644":           "-----BEGIN CERTIFICATE-----\n",
	"etc/systemd/system/kubelet.service.d/10.conf":  "[Service]",
	"var/lib/kube-proxy/kubeconfig":                 "SECRET",
	"var/lib/kubelet/config.yaml":                   "kind: KubeletConfiguration\nauthentication: {x509: {clientCAFile: /etc/kubernetes/pki/ca.crt}}\n",
	"proc/71/cmdline 0644":                          "/usr/bin/kubelet\x00--config=/var/lib/kubelet/config.yaml\x00--hostname-override=hollow-1\x00",
	"proc/71/cgroup 0644":                           "0::/system.slice/kubelet.service\n",
}

// The whole benchmark over a whole cluster: an API server, control plane pods
// with their command lines, a real kubelet, and what the collector finds on its
// host. Every recommendation that can be decided is.
func TestCISDecidesAll(t *testing.T) {
	files := map[string]string{}
	for path, text := range controlPlaneHost {
		files["hollow-1/root/"+path] = text
	}
	n := startHosts(t, 1, files)
	if err := n.Load(30, 1); err != nil {
		t.Fatal(err)
	}
	loaded, err := n.CoreV1().Nodes().List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, node := range loaded.Items { // those that nothing runs on
		if node.Name != "hollow-1" {
			if err := n.CoreV1().Nodes().Delete(t.Context(), node.Name, metav1.DeleteOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	n.playController(t)
	stdout, stderr, code := n.command(t, n.AdminKubeconfig, "check", "--benchmark=cis", "--nodes", "--node-image=x:1", "--node-timeout=90s", "-o", "json")
	var report posture.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("exit %d, %v: %s", code, err, stderr)
	}
	count := map[posture.Status]int{}
	for _, r := range report.Rules {
		count[r.Status]++
		switch r.Status {
		case posture.NotAssessed, posture.Error:
			t.Errorf("%s %s: %s: %s", r.ID, r.Title, r.Status, r.Reason)
		case posture.NotApplicable:
			t.Logf("%s %s: %s: %s", r.ID, r.Title, r.Status, r.Reason)
		}
	}
	if code != 1 || len(report.Rules) != 131 || count[posture.Pass] < 40 || count[posture.Fail] == 0 {
		t.Errorf("exit %d, %d rules: %v\n%s", code, len(report.Rules), count, stderr)
	}
	n.nothingLeft(t, "kspm-node-collect")
}
