package watch

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// over is a server at the other end of a wire.
func (s *server) over(w *wire) *server {
	other := *s
	config := *s.config
	config.Host = "https://" + w.Addr().String()
	other.config = &config
	return &other
}

// Pods that live for a moment are judged, each of them, and their findings told.
func TestShortLives(t *testing.T) {
	s := sharedServer(t)
	s.namespace("brief", nil)
	opts := quick()
	opts.Window = 100 * time.Millisecond // as it is unless asked otherwise
	w := s.watch(opts)
	const pods, together = briefPods, 250
	names := make(chan int)
	var wg sync.WaitGroup
	for range together {
		wg.Go(func() {
			for n := range names {
				p := pod(fmt.Sprint("brief-", n))
				p.Spec.HostPID = true
				_, err := s.CoreV1().Pods("brief").Create(s.ctx(), p, metav1.CreateOptions{})
				if err == nil {
					time.Sleep(time.Second)
					err = s.CoreV1().Pods("brief").Delete(s.ctx(), p.Name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := range pods {
		names <- n
	}
	close(names)
	wg.Wait()
	w.agrees("short lives")
	seen := map[string]bool{}
	for _, d := range w.sink.all() {
		for _, r := range d.Rules {
			for _, f := range r.Findings {
				if r.ID == "NSA-08" && f.Namespace == "brief" {
					seen[f.Name] = true
				}
			}
		}
	}
	if len(seen) != pods {
		t.Errorf("%d of %d pods were judged", len(seen), pods)
	}
	ends := map[posture.ResolveReason]int{}
	h := fold(w.sink.all())
	for name := range seen {
		ends[h.ends["NSA-08 "+posture.Fingerprint("NSA-08", posture.Asset{Kind: "Pod", Namespace: "brief", Name: name})]]++
	}
	if ends[posture.Deleted] != pods {
		t.Errorf("findings ended so: %v", ends)
	}
}

// Whatever breaks off on the way, nothing is missed, and nothing is said not to be
// known for that.
func TestCutConnections(t *testing.T) {
	s := sharedServer(t)
	wire := newWire(t, s.config.Host)
	opts := quick()
	w := s.over(wire).watch(opts)
	w.server = s // what is done, and compared, goes by another way
	world := newWorld(s, "cut-", 11)
	for range 4 {
		for n := range 60 {
			world.change()
			if n%20 == 10 {
				wire.cut()
			}
		}
		wire.block(true)
		for range 20 {
			world.change()
		}
		wire.block(false)
		w.agrees("cuts")
	}
	for _, d := range w.sink.all() {
		for _, u := range d.NotAssessed {
			if u.Resource != tables.NodeFiles.String() { // which no API server has
				t.Fatalf("%s: %s", u.Resource, u.Reason)
			}
		}
	}
}

// A server that starts again is watched again.
func TestServerRestarts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	dir := t.TempDir()
	c, err := testcluster.Start(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	})
	s := connect(t, c.AdminKubeconfig)
	s.namespace("before", nil)
	wire := newWire(t, c.Server)
	w := s.over(wire).watch(quick())
	w.server = s
	w.agrees("the start")
	s.must(c.Stop())
	again, err := testcluster.Start(dir)
	s.must(err)
	*c = *again
	wire.lead(c.Server)
	s = connect(t, c.AdminKubeconfig)
	w.server = s
	s.namespace("after", nil)
	r := w.agrees("the server has started again")
	for _, name := range []string{"before", "after"} {
		if !fails(r, "NSA-23", posture.Asset{Kind: "Namespace", Name: name}) {
			t.Errorf("namespace %s is not known", name)
		}
	}
}

// What may not be read any more is not assessed, and resolves nothing; what may
// again comes back.
func TestRightsTakenAway(t *testing.T) {
	s := sharedServer(t)
	role := &rbacv1.ClusterRole{
		ObjectMeta: metav1.ObjectMeta{Name: "all-but-pods"},
		Rules: []rbacv1.PolicyRule{
			{Verbs: []string{"get", "list", "watch"}, APIGroups: []string{"*"}, Resources: []string{"*"}},
			{Verbs: []string{"get"}, NonResourceURLs: []string{"*"}},
		},
	}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "all-but-pods"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "all-but-pods"},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: "watcher"}},
	}
	_, err := s.RbacV1().ClusterRoles().Create(t.Context(), role, metav1.CreateOptions{})
	s.must(err)
	_, err = s.RbacV1().ClusterRoleBindings().Create(t.Context(), binding, metav1.CreateOptions{})
	s.must(err)
	t.Cleanup(func() {
		_ = s.RbacV1().ClusterRoles().Delete(s.ctx(), role.Name, metav1.DeleteOptions{})
		_ = s.RbacV1().ClusterRoleBindings().Delete(s.ctx(), binding.Name, metav1.DeleteOptions{})
	})
	kubeconfig, err := shared.Kubeconfig("watcher")
	s.must(err)
	user := connect(t, kubeconfig)
	wire := newWire(t, s.config.Host)
	user.until("the rights are in force", func() bool {
		_, err := user.CoreV1().Pods("").List(t.Context(), metav1.ListOptions{Limit: 1})
		return !apierrors.IsForbidden(err)
	})
	w := user.over(wire).watch(quick())
	w.server = user
	w.agrees("the start")
	before := fold(w.sink.all())

	without := role.DeepCopy()
	without.Rules[0].APIGroups = []string{"apps", "batch", rbacv1.GroupName, "networking.k8s.io"}
	_, err = s.RbacV1().ClusterRoles().Update(t.Context(), without, metav1.UpdateOptions{})
	s.must(err)
	user.until("the rights are gone", func() bool {
		_, err := user.CoreV1().Pods("").List(t.Context(), metav1.ListOptions{Limit: 1})
		return apierrors.IsForbidden(err)
	})
	wire.cut() // a watch goes on for as long as it lasts
	user.until("pods are not read", func() bool { return unread(w, "pods") != "" })
	if why := unread(w, "pods"); !strings.Contains(why, "forbidden") {
		t.Errorf("pods are not read: %s", why)
	}
	r := w.agrees("without rights")
	if got := status(r, "NSA-08"); got != posture.NotAssessed {
		t.Errorf("NSA-08 without pods: %s", got)
	}
	meanwhile := fold(w.sink.all())
	for id, open := range before.open {
		for print, f := range open {
			if _, still := meanwhile.open[id][print]; !still && status(r, id).Incomplete() {
				t.Errorf("%s: %s was resolved by what could not be read", id, f.Asset)
			}
		}
	}

	_, err = s.RbacV1().ClusterRoles().Update(t.Context(), role, metav1.UpdateOptions{})
	s.must(err)
	user.until("pods are read again", func() bool { return unread(w, "pods") == "" })
	r = w.agrees("the rights are back")
	if got := status(r, "NSA-08"); got == posture.NotAssessed {
		t.Errorf("NSA-08 with pods: %s", got)
	}
}

func unread(w *watching, resource string) string {
	for _, r := range w.Stats().Resources {
		if r.Name == resource {
			return r.Reason
		}
	}
	return "not watched"
}

func status(r *posture.Report, id string) posture.Status {
	for _, res := range r.Rules {
		if res.ID == id {
			return res.Status
		}
	}
	return ""
}
