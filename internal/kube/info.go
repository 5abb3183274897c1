package kube

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// infoTime bounds what the whole of Info may take.
const infoTime = 10 * time.Second

// Info says which cluster is read, and as whom. What could not be found out is
// empty.
type Info struct {
	Context string
	// Server is the API server's host and port.
	Server string
	// Version is the server's gitVersion: v1.37.2, v1.36.1-eks-5e0fdde.
	Version string
	// UID is that of the namespace kube-system, which is the cluster's by
	// convention.
	UID string
	// Provider is eks, gke, aks and so on, guessed from version and host.
	Provider string
	// User is who the API server says we are.
	User string
}

// Info asks for what is not yet known about the cluster. It never fails.
func (c *Cluster) Info(ctx context.Context) Info {
	ctx, cancel := context.WithTimeout(ctx, infoTime)
	defer cancel()
	i := Info{Context: c.name, Server: c.host, Version: c.version, Provider: provider(c.version, c.host)}
	var system struct{ Metadata struct{ UID string } }
	var review struct {
		Status struct{ UserInfo struct{ Username string } }
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = c.ask(ctx, call{path: "/api/v1/namespaces/kube-system"}, &system)
	})
	wg.Go(func() {
		const body = `{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}`
		_ = c.ask(ctx, call{method: http.MethodPost, path: "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: body}, &review)
	})
	wg.Wait()
	i.UID, i.User = system.Metadata.UID, review.Status.UserInfo.Username
	return i
}

// ask decodes a small JSON reply.
func (c *Cluster) ask(ctx context.Context, q call, into any) error {
	if q.accept == "" {
		q.accept = acceptJSON
	}
	reply, err := c.open(ctx, q)
	if err != nil {
		return err
	}
	defer reply.Close()
	data, err := io.ReadAll(io.LimitReader(reply, maxSmall))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// providers are known by what their gitVersion holds, or by the domain of
// their API servers.
var providers = []struct{ name, version, host string }{
	{"eks", "-eks-", ".eks.amazonaws.com"},
	{"gke", "-gke.", ".gke.goog"},
	{"aks", "", ".azmk8s.io"},
	{"rke2", "+rke2", ""},
	{"k3s", "+k3s", ""},
	{"k0s", "+k0s", ""},
	{"ack", "-aliyun.", ".aliyuncs.com"},
	{"doks", "", ".k8s.ondigitalocean.com"},
	{"tanzu", "+vmware", ""},
}

func provider(version, host string) string {
	name, _, _ := strings.Cut(host, ":")
	for _, p := range providers {
		if p.version != "" && strings.Contains(version, p.version) || p.host != "" && strings.HasSuffix(name, p.host) {
			return p.name
		}
	}
	return ""
}
