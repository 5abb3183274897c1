// Command watching watches a synthetic cluster, changes its pods one by one, and
// prints as JSON what that cost. make bench runs it.
//
//	watching PODS
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/bench/synthetic"
	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/internal/watch"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Cost is what is measured. Times are in seconds of CPU but for those that say
// otherwise, memory is in bytes.
type Cost struct {
	Pods  int
	Begin float64 // to read and judge everything
	Whole float64 // to run once the rules that need all of the cluster
	// Change is what one pod costs that changes so that rules see it; Churn what
	// one costs of 500 that change together; Status what one costs that no rule
	// sees. P50 and P99 are from the change to Emit, by the clock.
	Change, Churn, Status, P50, P99 float64
	Idle                            float64 // share of one core while nothing changes
	Live                            uint64  // memory in use when all is known
	Kept                            int     // of it compressed objects
}

func main() {
	cost, err := measure(context.Background(), os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(cost)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "watching:", err)
		os.Exit(1)
	}
}

// cluster is a synthetic one whose pods change.
type cluster struct {
	synthetic.Cluster
	events chan *corev1.Pod
}

func (c *cluster) Name() string { return "synthetic" }
func (c *cluster) Info(context.Context) kube.Info {
	return kube.Info{UID: "synthetic", Version: "v1.37.2"}
}

// Watch implements watch.Cluster.
func (c *cluster) Watch(ctx context.Context, r *tables.Resource, w kube.Watcher) {
	set := func(o *tables.Object) {
		raw, err := o.Value.(interface{ Marshal() ([]byte, error) }).Marshal()
		if err != nil {
			panic(err)
		}
		w.Set(o, raw)
	}
	w.Begin()
	if err := c.Each(ctx, r, rows.Scope{}, set); err != nil {
		return
	}
	w.Synced()
	w.Heard()
	var events chan *corev1.Pod
	if r == tables.Pods {
		events = c.events
	}
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-events:
			set(&tables.Object{Resource: r, Value: p, Meta: &p.ObjectMeta, Cluster: c.Name()})
		}
	}
}

func measure(ctx context.Context, args []string) (*Cost, error) {
	if len(args) != 1 {
		return nil, errors.New("usage: watching PODS")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return nil, err
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	all, err := rule.Load(queries.Files)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r *rule.Rule) bool { return r.Benchmark() != "nsa" })
	rules, err := assess.Compile(ctx, db, all)
	if err != nil {
		return nil, err
	}
	c := &cluster{synthetic.Cluster{Pods: n}, make(chan *corev1.Pod)}
	told := make(chan posture.Delta, 1000)
	w, err := watch.New(c, rules, watch.Options{Debounce: time.Hour, Emit: func(_ context.Context, d posture.Delta) error {
		told <- d
		return nil
	}})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	cost := &Cost{Pods: n}
	start := cpu()
	for !w.Ready() {
		time.Sleep(10 * time.Millisecond)
	}
	<-told
	cost.Begin = cpu() - start
	err = cost.changes(c, w, told)
	cancel()
	return cost, errors.Join(err, ignore(<-ended, context.Canceled))
}

func ignore(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// changes changes pods of as many namespaces, and takes the times.
func (cost *Cost) changes(c *cluster, w *watch.Watcher, told chan posture.Delta) error {
	const some = 100
	var pods []*corev1.Pod
	every := max(1, c.Pods/some)
	i := 0
	err := c.Each(context.Background(), tables.Pods, rows.Scope{}, func(o *tables.Object) {
		if i++; i%every == 0 {
			pods = append(pods, o.Value.(*corev1.Pod))
		}
	})
	if err != nil {
		return err
	}
	start := cpu()
	c.events <- altered(pods[0], -1)
	quiet(w)
	cost.Whole = cpu() - start
	drain(told)

	var took []float64
	start = cpu()
	for i, p := range pods {
		began := time.Now()
		c.events <- altered(p, i)
		<-told
		took = append(took, time.Since(began).Seconds())
	}
	cost.Change = (cpu() - start) / float64(len(pods))
	slices.Sort(took)
	cost.P50, cost.P99 = took[len(took)/2], took[len(took)*99/100]

	quiet(w)
	start = cpu()
	for round := range 5 {
		for i, p := range pods {
			c.events <- altered(p, 1000*(round+1)+i)
		}
	}
	quiet(w)
	cost.Churn = (cpu() - start) / float64(5*len(pods))

	start = cpu()
	const times = 50
	for i := range times {
		for _, p := range pods {
			p := altered(p, 5000)
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Message: fmt.Sprint(i)}}
			c.events <- p
		}
	}
	quiet(w)
	cost.Status = (cpu() - start) / float64(times*len(pods))

	drain(told)
	start = cpu()
	const rest = 10
	time.Sleep(rest * time.Second)
	cost.Idle = (cpu() - start) / rest
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	cost.Live = m.HeapAlloc
	for _, r := range w.Stats().Resources {
		cost.Kept += r.Bytes
	}
	return nil
}

// altered is a pod with another image: a rule tells which.
func altered(p *corev1.Pod, n int) *corev1.Pod {
	p = p.DeepCopy()
	p.Spec.HostPID = true
	p.Spec.Containers[0].Image = fmt.Sprintf("registry.example/other:%d", n)
	p.Spec.Containers[0].Env = append(p.Spec.Containers[0].Env, corev1.EnvVar{Name: fmt.Sprintf("PASSWORD_%d", n), Value: "s3cr3t"})
	return p
}

// quiet waits until there has been nothing to do for a second.
func quiet(w *watch.Watcher) {
	before := uint64(0)
	for n := 0; n < 10; n++ {
		time.Sleep(100 * time.Millisecond)
		s := w.Stats()
		run := s.InSpaces + s.InCluster
		if run != before || s.Lag > 0 {
			n = 0
		}
		before = run
	}
}

func drain(told chan posture.Delta) {
	for len(told) > 0 {
		<-told
	}
}

// cpu is the process's own time so far, in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
