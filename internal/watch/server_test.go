package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// shared is the API server of the tests that do it no harm, started when the
// first one needs it, and the rules that are judged by.
var shared struct {
	server sync.Once
	*testcluster.Cluster
	err error

	compile sync.Once
	rules   *assess.Rules
	db      *engine.DB
	badRule error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.db != nil {
		shared.db.Close()
	}
	if shared.Cluster != nil {
		if err := shared.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = cmp.Or(code, 1)
		}
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// allRules are those of NSA and CIS (the others have the same queries), but for
// those that ask kubelets, of which the servers have none.
func allRules(t *testing.T) *assess.Rules {
	t.Helper()
	shared.compile.Do(func() {
		if shared.db, shared.badRule = engine.Open(tables.All()); shared.badRule != nil {
			return
		}
		var all []*rule.Rule
		if all, shared.badRule = rule.Load(queries.Files); shared.badRule != nil {
			return
		}
		if shared.rules, shared.badRule = assess.Compile(context.Background(), shared.db, all); shared.badRule != nil {
			return
		}
		asks := map[string]bool{}
		for c := range shared.rules.Queries() {
			reads := append(c.Query.Reads.Reads(), c.Assets.Reads.Reads()...)
			asks[c.ID] = slices.ContainsFunc(reads, func(r *tables.Resource) bool { return r == tables.KubeletConfigs })
		}
		shared.rules = shared.rules.Only(func(r *rule.Rule) bool { return !asks[r.ID] && (r.Benchmark() == "nsa" || r.Benchmark() == "cis") })
	})
	if shared.badRule != nil {
		t.Fatal(shared.badRule)
	}
	return shared.rules
}

// server is an API server as a test sees it.
type server struct {
	*testing.T
	kubernetes.Interface
	config *rest.Config
}

func sharedServer(t *testing.T) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a real API server")
	}
	shared.server.Do(func() {
		if shared.Cluster, shared.err = testcluster.Start(""); shared.err == nil {
			shared.err = shared.Load(60, 1)
		}
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return connect(t, shared.AdminKubeconfig)
}

// connect gives a test a client of its own.
func connect(t *testing.T, kubeconfig string) *server {
	t.Helper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	config.QPS, config.WarningHandler = -1, rest.NoWarnings{}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	s := &server{T: t, config: config}
	if s.Interface, err = kubernetes.NewForConfigAndClient(config, client); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *server) cluster() *kube.Cluster {
	s.Helper()
	c, err := kube.NewCluster("test", s.config)
	s.must(err)
	return c
}

// ctx is for what is also done when the test is over.
func (s *server) ctx() context.Context { return context.WithoutCancel(s.Context()) }

// namespace makes one that may hold pods, and removes it at the end of the test.
func (s *server) namespace(name string, labels map[string]string) {
	s.Helper()
	ctx := s.Context()
	_, err := s.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}, metav1.CreateOptions{})
	s.must(err)
	_, err = s.CoreV1().ServiceAccounts(name).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
	s.must(err)
	s.Cleanup(func() { s.dropNamespace(name) })
}

// dropNamespace does what controllers would: it deletes what is in a namespace,
// and then has the namespace itself let go.
func (s *server) dropNamespace(name string) {
	ctx := s.ctx()
	now := metav1.DeleteOptions{GracePeriodSeconds: new(int64)}
	all := metav1.ListOptions{}
	_ = s.CoreV1().Pods(name).DeleteCollection(ctx, now, all)
	_ = s.CoreV1().ServiceAccounts(name).DeleteCollection(ctx, now, all)
	_ = s.CoreV1().Secrets(name).DeleteCollection(ctx, now, all)
	_ = s.CoreV1().ConfigMaps(name).DeleteCollection(ctx, now, all)
	_ = s.CoreV1().ResourceQuotas(name).DeleteCollection(ctx, now, all)
	_ = s.CoreV1().LimitRanges(name).DeleteCollection(ctx, now, all)
	_ = s.AppsV1().Deployments(name).DeleteCollection(ctx, now, all)
	_ = s.AppsV1().ReplicaSets(name).DeleteCollection(ctx, now, all)
	_ = s.NetworkingV1().NetworkPolicies(name).DeleteCollection(ctx, now, all)
	_ = s.NetworkingV1().Ingresses(name).DeleteCollection(ctx, now, all)
	_ = s.RbacV1().RoleBindings(name).DeleteCollection(ctx, now, all)
	_ = s.RbacV1().Roles(name).DeleteCollection(ctx, now, all)
	if services, err := s.CoreV1().Services(name).List(ctx, all); err == nil {
		for _, svc := range services.Items {
			_ = s.CoreV1().Services(name).Delete(ctx, svc.Name, now)
		}
	}
	_ = s.CoreV1().Namespaces().Delete(ctx, name, now)
	if ns, err := s.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{}); err == nil {
		ns.Spec.Finalizers = nil
		_, _ = s.CoreV1().Namespaces().Finalize(ctx, ns, metav1.UpdateOptions{})
	}
}

// sink takes deltas.
type sink struct {
	mu     sync.Mutex
	deltas []posture.Delta
	fail   error
}

func (s *sink) emit(_ context.Context, d posture.Delta) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail == nil {
		s.deltas = append(s.deltas, d)
	}
	return s.fail
}

func (s *sink) all() []posture.Delta {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.deltas)
}

// watching is a Watcher under test.
type watching struct {
	*Watcher
	*server
	sink *sink
}

// quick options have nothing wait for long, and no full read.
func quick() Options {
	return Options{Interval: time.Hour, Debounce: 100 * time.Millisecond, Window: 20 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
}

// watch begins to watch, and stops at the end of the test.
func (s *server) watch(opts Options) *watching {
	s.Helper()
	w := &watching{server: s, sink: &sink{}}
	if opts.Emit == nil {
		opts.Emit = w.sink.emit
	}
	var err error
	w.Watcher, err = New(s.cluster(), allRules(s.T), opts)
	s.must(err)
	w.restFactor, w.pollEvery = 0, 200*time.Millisecond
	ctx, cancel := context.WithCancel(s.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	s.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			s.Errorf("it ended with %v", err)
		}
	})
	w.until("it is ready", w.Ready)
	return w
}

const patience = 2 * time.Minute

// until waits for something to be so.
func (s *server) until(what string, so func() bool) {
	s.Helper()
	for end := time.Now().Add(patience); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// fresh is what a check of the cluster finds now.
func (s *server) fresh() *posture.Report {
	s.Helper()
	c := s.cluster()
	report, err := assess.Run(s.Context(), assess.Cluster(c, c.Info(s.Context())), assess.Options{Rules: allRules(s.T)})
	s.must(err)
	return report
}

// difference is that of two reports but for when they were made: the first few
// rules of which they differ, then the sums.
func difference(want, got *posture.Report) string {
	opts := gocmp.Options{
		cmpopts.IgnoreFields(posture.Report{}, "StartedAt", "FinishedAt", "Benchmark", "BenchmarkVersion", "Rules"),
		cmpopts.EquateEmpty(), cmpopts.SortSlices(posture.Asset.Compare), gocmp.AllowUnexported(posture.Evidence{}, posture.Finding{}),
	}
	var diffs []string
	for i, r := range want.Rules {
		if diff := gocmp.Diff(r, got.Rules[i], opts); diff != "" {
			diffs = append(diffs, r.ID+"\n"+diff)
		}
	}
	if more := len(diffs) - 3; more > 0 {
		diffs = append(diffs[:3], fmt.Sprintf("and %d rules more", more))
	}
	return strings.Join(append(diffs, gocmp.Diff(want, got, opts)), "\n")
}

// agrees fails the test unless what is known becomes what a check of the cluster
// finds, without a full read.
func (w *watching) agrees(after string) *posture.Report {
	w.Helper()
	want := w.fresh()
	var got *posture.Report
	var diff string
	for end := time.Now().Add(patience); ; time.Sleep(150 * time.Millisecond) {
		var err error
		got, err = w.Report()
		w.must(err)
		if want.Source.ClusterUID == "" { // it may not be asked for now; it was
			want.Source.ClusterUID = got.Source.ClusterUID
		}
		if diff = difference(want, got); strings.TrimSpace(diff) == "" {
			if diff = fold(w.sink.all()).differs(got); diff == "" {
				break
			}
			diff = "what was told: " + diff
		}
		if time.Now().After(end) {
			w.Fatalf("after %s, a check finds something else (-check +watch):\n%s", after, diff)
		}
	}
	if s := w.Stats(); s.Drift != 0 {
		w.Errorf("after %s: drift %d", after, s.Drift)
	}
	return got
}
