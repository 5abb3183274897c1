package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testhelm"
)

// restricted is the namespace that the chart, which makes none, is installed into.
const restricted = `apiVersion: v1
kind: Namespace
metadata:
  name: kspm-system
  labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/audit: restricted, pod-security.kubernetes.io/warn: restricted}
---
`

// What is deployed passes every rule that we have for others.
func TestDeploy(t *testing.T) {
	if testing.Short() {
		t.Skip("builds kubectl and starts a real API server")
	}
	kubectl, err := testcluster.Kubectl()
	if err != nil {
		t.Fatal(err)
	}
	rendered := map[string]string{}
	for _, dir := range []string{"cluster", "agent", "hub"} {
		rendered["kustomize "+dir] = stdout(t, exec.Command(kubectl, "kustomize", "../../deploy/kustomize/"+dir))
	}
	for name, values := range map[string][]string{
		"cluster":    nil,
		"everything": {"openreports=true", "benchmarks={nsa,cis,cis-eks,cis-gke,cis-aks}", "waivers.kind=Waivers", "image.digest=sha256:" + strings.Repeat("0", 64)},
		"postgres":   {"store.postgres=postgres://kspm@db/kspm"},
		"agent":      {"mode=agent", "agent.hubURL=https://hub.example.com"},
		"hub":        {"mode=hub", "store.postgres=postgres://kspm@db/kspm", "externalURL=https://hub.example.com"},
		"monitored":  {"monitoring.dashboard=true"},
		"small hub":  {"mode=hub", "store.postgres=postgres://kspm@db/kspm", "hub.replicas=1"},
	} {
		rendered["helm "+name] = restricted + chart(t, values)
	}
	flagsAreThere(t, rendered)
	c, err := testcluster.Start("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	send := func(text string, args ...string) (string, error) {
		cmd := exec.Command(kubectl, append([]string{"--kubeconfig", c.AdminKubeconfig}, args...)...)
		cmd.Stdin = strings.NewReader(text)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	base := stdout(t, exec.Command(kubectl, "kustomize", "../../deploy/kustomize/base"))
	if out, err := send(base, "apply", "-f", "-"); err != nil {
		t.Fatal(out)
	}
	for name, text := range rendered {
		t.Run(name, func(t *testing.T) {
			passes(t, text)
			if strings.Contains(text, `"secrets"`) || strings.Contains(text, `"nodes/proxy"`) {
				t.Error("it may read Secrets, or use the kubelets, and nobody asked for it")
			}
			if out, err := send(text, "apply", "--dry-run=server", "--validate=strict", "-f", "-"); err != nil || strings.Contains(out, "Warning") {
				t.Error(out)
			}
			pod := templateOf(t, text)
			if out, err := send(pod, "create", "--dry-run=server", "-f", "-"); err != nil || strings.Contains(out, "Warning") {
				t.Errorf("its pod is not admitted: %s", out)
			}
		})
	}
}

// flagsAreThere looks whether serve has the flags that it is started with.
func flagsAreThere(t *testing.T, rendered map[string]string) {
	t.Helper()
	help := stdout(t, exec.Command("kubectl-kspm", "serve", "--help"))
	if !strings.Contains(help, "kubectl kspm serve [flags]") {
		t.Log("SKIPPING the flags: there is no command serve")
		return
	}
	for name, text := range rendered {
		for _, m := range regexp.MustCompile(`(?m)^ +- (--[a-z-]+)`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(help, " "+m[1]+" ") {
				t.Errorf("%s: serve has no flag %s", name, m[1])
			}
		}
	}
}

// stdout is what a command prints.
func stdout(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v: %s", cmd.Args, err, said.String())
	}
	return string(out)
}

// chart renders the chart with values, of which the real helm has nothing bad to
// say.
func chart(t *testing.T, values []string) string {
	t.Helper()
	helm, err := testhelm.Path(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"../../deploy/helm/kspm", "--namespace", "kspm-system"}
	for _, v := range values {
		args = append(args, "--set", v)
	}
	if out, err := exec.Command(helm, append([]string{"lint", "--strict"}, args...)...).CombinedOutput(); err != nil {
		t.Errorf("helm lint %v: %v: %s", values, err, out)
	}
	return stdout(t, exec.Command(helm, append([]string{"template", "kspm"}, args...)...))
}

// passes checks manifests by every rule of nsa.
func passes(t *testing.T, manifests string) {
	t.Helper()
	dir := t.TempDir()
	config := "apiVersion: kspm.io/v1\nkind: Config\nparameters:\n  NSA-04: {allowed_registries: [ghcr.io/kubectl-kspm]}\n"
	for name, text := range map[string]string{"all.yaml": manifests, "kspm.yaml": config} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("kubectl-kspm", "check", "-f", filepath.Join(dir, "all.yaml"), "--config", filepath.Join(dir, "kspm.yaml"), "--benchmark=nsa", "-o=json")
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 1 {
		t.Fatalf("exit %d: %v", code, err)
	}
	var r posture.Report
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	if r.Summary.Rules[posture.Pass] < 40 || len(r.Problems) > 0 {
		t.Errorf("%d rules pass: %v %v", r.Summary.Rules[posture.Pass], r.Summary.Rules, r.Problems)
	}
	for _, rule := range r.Rules {
		if !slices.Contains([]posture.Status{posture.Pass, posture.Manual, posture.NotApplicable}, rule.Status) {
			t.Errorf("%s %s: %s %s", rule.ID, rule.Status, rule.Title, rule.Reason)
		}
		for _, f := range rule.Findings {
			if rule.Severity == posture.Info {
				continue // good to know, and no failure
			}
			t.Errorf("%s: %s %+v", rule.ID, f.Asset, f.Evidence)
		}
	}
}

// templateOf is the pod that a manifest's workload would start.
func templateOf(t *testing.T, manifests string) string {
	t.Helper()
	for _, doc := range strings.Split(manifests, "\n---\n") {
		var w struct {
			Kind string `json:"kind"`
			Spec struct {
				Template             corev1.PodTemplateSpec         `json:"template"`
				VolumeClaimTemplates []corev1.PersistentVolumeClaim `json:"volumeClaimTemplates"`
			} `json:"spec"`
		}
		if err := yaml.Unmarshal([]byte(doc), &w); err != nil || w.Kind != "StatefulSet" && w.Kind != "Deployment" {
			continue
		}
		pod := corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}, ObjectMeta: w.Spec.Template.ObjectMeta, Spec: w.Spec.Template.Spec}
		pod.Name, pod.Namespace = "kspm-0", "kspm-system"
		for _, claim := range w.Spec.VolumeClaimTemplates {
			pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: claim.Name, VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name + "-kspm-0"},
			}})
		}
		text, err := yaml.Marshal(pod)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatal("it has no workload")
	return ""
}
