package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	// kubeletTime bounds what one node may take; a node that is down does not
	// answer at all.
	kubeletTime = 5 * time.Second
	maxConfigz  = 1 << 20
	// kubeletReaders is how many nodes are asked at a time, since those that are
	// down cost nothing but the wait. It stays below what the API server's
	// priority and fairness lets a user of its level global-default have under way
	// (49 of 600): nodes that answer would time out in its queue.
	kubeletReaders = 40
)

// kubelets asks every node's kubelet for its configuration. A node that does
// not tell is a record that says why; when none may be asked, that is an error.
func (c *Cluster) kubelets(ctx context.Context, scope rows.Scope, emit emitFunc) error {
	var nodes []*metav1.ObjectMeta
	err := c.list(ctx, tables.Nodes, rows.Scope{Name: scope.Name}, func(o *tables.Object) {
		nodes = append(nodes, &metav1.ObjectMeta{Name: o.Meta.Name, UID: o.Meta.UID, Labels: o.Meta.Labels, CreationTimestamp: o.Meta.CreationTimestamp})
	})
	if err != nil {
		return c.blame(ctx, tables.Nodes, err)
	}
	records := make([]*tables.Record[tables.KubeletConfig], len(nodes))
	errs := make([]error, len(nodes))
	together(len(nodes), kubeletReaders, func(i int) { records[i], errs[i] = c.kubelet(ctx, nodes[i]) })
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	forbidden := 0
	for _, r := range records {
		if r.Value.Status == tables.KubeletForbidden {
			forbidden++
		}
	}
	if forbidden == len(nodes) && forbidden > 0 {
		return c.blameVirtual(ctx, tables.KubeletConfigs, "get nodes/proxy", errs[0])
	}
	for _, r := range records {
		emit(r, &r.ObjectMeta)
	}
	return nil
}

// kubelet asks one node; the error is that of a status other than ok.
func (c *Cluster) kubelet(ctx context.Context, node *metav1.ObjectMeta) (*tables.Record[tables.KubeletConfig], error) {
	ctx, cancel := context.WithTimeout(ctx, kubeletTime)
	defer cancel()
	configz, err := c.configz(ctx, node.Name)
	if err == nil {
		return tables.NodeKubelet(node, configz), nil
	}
	status, reason := c.kubeletStatus(ctx, err)
	return tables.NodeWithoutKubelet(node, status, reason), err
}

// configz does not try again, but where the API server asks for it: nodes are
// many, and what is down stays down for longer than we wait.
func (c *Cluster) configz(ctx context.Context, node string) ([]byte, error) {
	q := call{path: "/api/v1/nodes/" + node + "/proxy/configz", accept: acceptJSON}
	r, err := c.once(ctx, q)
	var status *statusError
	if errors.As(err, &status) && status.code == http.StatusTooManyRequests {
		r, err = c.open(ctx, q)
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, maxConfigz))
}

func (c *Cluster) kubeletStatus(ctx context.Context, err error) (status, reason string) {
	var answer *statusError
	switch {
	case errors.As(err, &answer):
		message := fmt.Sprintf("%d %s", answer.code, plain(errors.New(answer.message)))
		switch answer.code {
		case http.StatusForbidden, http.StatusUnauthorized: // the API server's, or the kubelet's to the API server
			return tables.KubeletForbidden, message
		case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			return tables.KubeletNotServed, message
		}
		return tables.KubeletUnreachable, message
	case ctx.Err() != nil:
		return tables.KubeletUnreachable, fmt.Sprintf("no answer within %s", kubeletTime)
	}
	_, text := c.diagnose(err)
	return tables.KubeletUnreachable, text
}
