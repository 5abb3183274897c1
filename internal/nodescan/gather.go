package nodescan

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/node"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	pollEvery = time.Second
	// patience is how long a pod may say that it cannot start before its node
	// is given up.
	patience = 20 * time.Second
	// logReaders is how many logs are read at a time.
	logReaders = 16
)

// nodes is what is known so far: facts of those that told or will not, and
// since when a pod has been failing of those that are waited for.
type nodes struct {
	facts   node.Facts
	waiting map[string]*waiting
}

type waiting struct {
	why     string
	printed string    // by its pod, where that is no document
	since   time.Time // that it cannot start; zero if it may
}

func (w *waiting) reason() string {
	if w.printed == "" {
		return w.why
	}
	return w.why + "; it printed: " + w.printed
}

func (n *nodes) expected() int { return len(n.waiting) }

// listNodes finds the nodes to wait for.
func listNodes(ctx context.Context, api API) (*nodes, error) {
	var list corev1.NodeList
	if err := api.Send(ctx, http.MethodGet, "/api/v1/nodes", nil, &list); err != nil {
		return nil, fmt.Errorf("list nodes: %w", err)
	}
	n := &nodes{node.Facts{}, map[string]*waiting{}}
	for i := range list.Items {
		o := &list.Items[i]
		if why := unfit(o); why != "" {
			n.facts[o.Name] = tables.NodeWithoutFacts(o.Name, tables.NodeNotCollected, why)
			continue
		}
		n.waiting[o.Name] = &waiting{why: "no pod was started on it"}
	}
	return n, nil
}

// unfit says why no pod of a DaemonSet runs on a node.
func unfit(o *corev1.Node) string {
	switch {
	case o.Labels["kubernetes.io/os"] == "windows":
		return "it runs Windows, which the collector does not know"
	case o.Labels["eks.amazonaws.com/compute-type"] == "fargate", o.Labels["type"] == "virtual-kubelet":
		return "it is a virtual node, which runs no DaemonSet"
	}
	for _, c := range o.Status.Conditions {
		if c.Type == corev1.NodeReady && c.Status != corev1.ConditionTrue {
			return "it is not ready: " + cmp.Or(c.Message, c.Reason, string(c.Status))
		}
	}
	return ""
}

// gather reads the logs of the run's pods until every node told, or cannot, or
// the time is over.
func (r *run) gather(ctx context.Context, api API, n *nodes) error {
	end := time.After(r.Wait)
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := r.poll(ctx, api, n); err != nil {
			return err
		}
		if len(n.waiting) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		case <-end:
			for name, w := range n.waiting {
				n.facts[name] = tables.NodeWithoutFacts(name, tables.NodeUnreachable, fmt.Sprintf("nothing within %s: %s", r.Wait, w.reason()))
			}
			return nil
		}
	}
}

func (r *run) poll(ctx context.Context, api API, n *nodes) error {
	var pods corev1.PodList
	if err := api.Send(ctx, http.MethodGet, r.path("", "pods", "")+"?labelSelector="+runLabel+"%3D"+r.id, nil, &pods); err != nil {
		return fmt.Errorf("list pods in %s: %w", r.Options.Namespace, err)
	}
	var running []*corev1.Pod
	for i := range pods.Items {
		p := &pods.Items[i]
		w := n.waiting[p.Spec.NodeName]
		switch {
		case w == nil:
		case p.Status.Phase == corev1.PodRunning:
			w.why = "its pod runs"
			running = append(running, p)
		default:
			w.why = "its pod is " + cmp.Or(string(p.Status.Phase), "new")
		}
		if w != nil {
			n.judge(p, w)
		}
	}
	documents, errs := make([][]byte, len(running)), make([]error, len(running))
	var wg sync.WaitGroup
	slots := make(chan struct{}, logReaders)
	for i, p := range running {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			documents[i], errs[i] = api.Log(ctx, r.Options.Namespace, p.Name, container)
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for i, p := range running {
		if w := n.waiting[p.Spec.NodeName]; w != nil {
			n.told(p.Spec.NodeName, w, documents[i], errs[i])
		}
	}
	return nil
}

// told takes what a pod printed: a line that is a document of its node.
func (n *nodes) told(name string, w *waiting, log []byte, err error) {
	if err != nil {
		w.why = "its pod's log could not be read: " + err.Error()
		return
	}
	w.printed = ""
	for line := range bytes.Lines(log) {
		if line = bytes.TrimSpace(line); !bytes.HasPrefix(line, []byte("{")) || !bytes.HasSuffix(line, []byte("}")) {
			if len(line) > 0 {
				w.printed = tables.Clean(string(line[:min(len(line), 200)]))
			}
			continue
		}
		record, err := tables.ParseNodeFacts(line)
		switch {
		case err != nil:
			w.why = "its pod printed no facts: " + tables.Clean(err.Error())
		case record.Name != name:
			w.why = fmt.Sprintf("its pod told of node %s", tables.Clean(record.Name))
		default:
			n.facts[name] = record
			delete(n.waiting, name)
			return
		}
	}
}

// judge gives a node up whose pod has been saying for a while that it cannot
// start.
func (n *nodes) judge(p *corev1.Pod, w *waiting) {
	why := ""
	restarts := int32(0)
	for _, s := range p.Status.ContainerStatuses {
		restarts += s.RestartCount
		if s.State.Waiting != nil {
			switch s.State.Waiting.Reason {
			case "", "ContainerCreating", "PodInitializing":
			default:
				why = s.State.Waiting.Reason + ": " + cmp.Or(s.State.Waiting.Message, "no more is said")
			}
		}
	}
	switch {
	case p.Status.Phase == corev1.PodFailed:
		why = cmp.Or(p.Status.Reason, "failed") + ": " + cmp.Or(p.Status.Message, "its pod failed")
	case why == "" && restarts == 0:
		w.since = time.Time{}
		return
	}
	w.why = tables.Clean(cmp.Or(why, "its pod was started again"))
	if w.since.IsZero() {
		w.since = time.Now()
	}
	if time.Since(w.since) >= patience {
		n.facts[p.Spec.NodeName] = tables.NodeWithoutFacts(p.Spec.NodeName, tables.NodeUnreachable, w.reason())
		delete(n.waiting, p.Spec.NodeName)
	}
}
