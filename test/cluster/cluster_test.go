//go:build unix

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/test/cluster"
	"github.com/kubectl-kspm/kubectl-kspm/test/cluster/load"
)

func TestCluster(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	dir := t.TempDir()
	c, err := cluster.Start(ctx, cluster.Config{Dir: dir, Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	t.Cleanup(func() {
		if !stopped {
			_ = c.Stop()
		}
	})
	if _, err := cluster.Start(ctx, cluster.Config{Dir: dir}); !errors.Is(err, cluster.ErrRunning) {
		t.Errorf("a second start in the same folder: got %v, want ErrRunning", err)
	}
	admin := connect(t, c.AdminKubeconfig)
	if err := load.Bootstrap(ctx, config(t, c.AdminKubeconfig)); err != nil {
		t.Fatal(err)
	}
	const pods = 200
	began := time.Now()
	if _, err := load.Load(ctx, config(t, c.AdminKubeconfig), load.Options{Pods: pods, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded %d pods in %v", pods, time.Since(began))

	t.Run("version", func(t *testing.T) {
		v, err := admin.Discovery().ServerVersion()
		if err != nil {
			t.Fatal(err)
		}
		if want := cluster.KubernetesVersion(); v.GitVersion != want {
			t.Errorf("got %s, want %s", v.GitVersion, want)
		}
	})
	t.Run("pods", func(t *testing.T) { checkPods(ctx, t, admin, pods) })
	t.Run("users", func(t *testing.T) { checkUsers(ctx, t, c) })
	t.Run("minted user", func(t *testing.T) {
		path, err := cluster.Kubeconfig(dir, "system:node:worker-001", "system:nodes")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(filepath.Base(path), ":") {
			t.Errorf("%s cannot stand in KUBECONFIG, a list separated by colons", path)
		}
		if _, err := connect(t, path).CoreV1().Nodes().Get(ctx, "worker-001", metav1.GetOptions{}); err != nil {
			t.Errorf("a node reads itself: %v", err)
		}
	})
	t.Run("repeated load", func(t *testing.T) {
		counts, err := load.Load(ctx, config(t, c.AdminKubeconfig), load.Options{Pods: pods, Seed: 1})
		if err != nil || counts.Total() != 0 {
			t.Errorf("got %v and %v, want nothing created", counts, err)
		}
	})

	stopped = true
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if left := processesIn(t, dir); len(left) != 0 {
		t.Errorf("processes left: %q", left)
	}
}

func checkPods(ctx context.Context, t *testing.T, admin kubernetes.Interface, want int) {
	list, err := admin.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != want {
		t.Errorf("got %d pods, want %d", len(list.Items), want)
	}
	owners, running := map[string]int{}, 0
	for _, pod := range list.Items {
		kind := ""
		if owner := metav1.GetControllerOf(&pod); owner != nil {
			if kind = owner.Kind; owner.UID == "" {
				t.Errorf("%s: owner has no uid", pod.Name)
			}
		}
		owners[kind]++
		if pod.Status.Phase == corev1.PodRunning {
			running++
		}
		if pod.Annotations[corev1.MirrorPodAnnotationKey] != "" && kind != "Node" {
			t.Errorf("mirror pod %s is owned by %q, want its Node", pod.Name, kind)
		}
	}
	for _, kind := range []string{"", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Node"} {
		if owners[kind] == 0 {
			t.Errorf("no pod is owned by %q: %v", kind, owners)
		}
	}
	if running < want*7/10 {
		t.Errorf("%d of %d pods run", running, want)
	}
	node, err := admin.CoreV1().Nodes().Get(ctx, "worker-001", metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(node.Spec.Taints) != 0 {
		t.Errorf("a worker that is ready has taints: %v", node.Spec.Taints)
	}
}

func checkUsers(ctx context.Context, t *testing.T, c *cluster.Cluster) {
	for _, test := range []struct {
		kubeconfig, resource string
		want                 bool
	}{
		{c.AdminKubeconfig, "secrets", true},
		{c.ViewKubeconfig, "pods", true},
		{c.ViewKubeconfig, "secrets", false},
		{c.ViewKubeconfig, "nodes", false},
		{c.NobodyKubeconfig, "pods", false},
		{c.NobodyKubeconfig, "namespaces", false},
	} {
		t.Run(fmt.Sprintf("%s %s", filepath.Base(test.kubeconfig), test.resource), func(t *testing.T) {
			err := connect(t, test.kubeconfig).CoreV1().RESTClient().Get().Resource(test.resource).Do(ctx).Error()
			switch {
			case test.want && err != nil:
				t.Errorf("got %v, want to be allowed", err)
			case !test.want && !apierrors.IsForbidden(err):
				t.Errorf("got %v, want forbidden", err)
			}
		})
	}
}

func config(t *testing.T, path string) *rest.Config {
	t.Helper()
	c, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	c.QPS = -1
	return c
}

func connect(t *testing.T, path string) kubernetes.Interface {
	t.Helper()
	c, err := kubernetes.NewForConfig(config(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// processesIn are the command lines of processes whose working directory is dir, as the servers' is.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == dir {
			line, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "cmdline"))
			found = append(found, string(line))
		}
	}
	return found
}
