package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	// Credentials that kubeconfigs name: exec plugins, OIDC.
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// inCluster is the context's name where a pod's service account is used.
const inCluster = "in-cluster"

// Connect finds the cluster that the flags, KUBECONFIG or the pod's service
// account mean, and asks it for its version: a server that cannot be reached
// or refuses the credentials is an *Error here, and not once per resource.
func (f *Flags) Connect(ctx context.Context) (*Cluster, error) {
	cfg, name, err := f.Config()
	if err != nil {
		return nil, err
	}
	cluster, err := NewCluster(name, cfg)
	if err != nil {
		return nil, &Error{Fault: NoCluster, Text: "kubeconfig: " + plain(err), Err: err}
	}
	if err := cluster.probe(ctx); err != nil {
		return nil, err
	}
	return cluster, nil
}

// Config is the client configuration that the flags lead to, and the name of
// the context.
func (f *Flags) Config() (*rest.Config, string, error) {
	timeout, err := clientcmd.ParseTimeout(f.overrides.Timeout)
	if err != nil {
		return nil, "", &Error{Fault: NoCluster, Text: fmt.Sprintf("--request-timeout %q is no duration such as 30s or 2m", f.overrides.Timeout), Err: err}
	}
	raw, err := f.load()
	if err != nil {
		return nil, "", err
	}
	cfg, err := f.config().ClientConfig()
	if err != nil {
		return nil, "", f.configError(raw, err)
	}
	return f.complete(cfg, timeout), f.contextName(raw, cfg), nil
}

// complete adds what client-go leaves out of an in-cluster configuration.
func (f *Flags) complete(cfg *rest.Config, timeout time.Duration) *rest.Config {
	if as := f.overrides.AuthInfo; as.Impersonate != "" && cfg.Impersonate.UserName == "" {
		cfg.Impersonate = rest.ImpersonationConfig{UserName: as.Impersonate, UID: as.ImpersonateUID, Groups: as.ImpersonateGroups}
	}
	cfg.Timeout = timeout
	return cfg
}

func (f *Flags) contextName(raw *clientcmdapi.Config, cfg *rest.Config) string {
	name := f.overrides.CurrentContext
	if name == "" {
		name = raw.CurrentContext
	}
	switch {
	case name != "":
		return name
	case f.overrides.ClusterInfo.Server == "" && f.overrides.Context.Cluster == "":
		return inCluster
	}
	return plain(errors.New(strings.TrimPrefix(strings.TrimPrefix(cfg.Host, "https://"), "http://")))
}

func (f *Flags) configError(raw *clientcmdapi.Config, err error) error {
	name := f.overrides.CurrentContext
	if name == "" {
		name = raw.CurrentContext
	}
	e := &Error{Fault: NoCluster, Err: err}
	switch {
	case name != "" && raw.Contexts[name] == nil && len(raw.Contexts) > 0:
		e.Text = fmt.Sprintf("no context %q: %s", name, known(raw))
	case clientcmd.IsEmptyConfig(err) && len(raw.Contexts) > 0:
		e.Text = "no current context: choose one with --context; " + known(raw)
	case clientcmd.IsEmptyConfig(err), name != "" && len(raw.Contexts) == 0:
		e.Text = "no cluster: no kubeconfig found (set KUBECONFIG or --kubeconfig), or judge files with -f DIR"
	default:
		e.Text = "kubeconfig: " + plain(err)
	}
	return e
}

// probe asks for the version. It is public by default, so that credentials are
// checked and nothing else; a 403 means that they are good.
func (c *Cluster) probe(ctx context.Context) error {
	reply, err := c.open(ctx, call{path: "/version", accept: "application/json"})
	if err != nil {
		var status *statusError
		if errors.As(err, &status) && (status.code == http.StatusForbidden || status.code == http.StatusNotFound) {
			return nil
		}
		return c.unreachable(ctx, err)
	}
	defer reply.Close()
	body, err := io.ReadAll(io.LimitReader(reply, maxSmall))
	if err != nil {
		return c.unreachable(ctx, err)
	}
	var version struct{ GitVersion string }
	if json.Unmarshal(body, &version) != nil || version.GitVersion == "" {
		return &Error{Fault: BadReply, Text: fmt.Sprintf("%s answers, but is not a Kubernetes API server: check the server's address and path", c.host)}
	}
	c.version = version.GitVersion
	return nil
}

func (c *Cluster) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	fault, text := c.diagnose(err)
	if c.name != c.host {
		text = "cluster " + plain(errors.New(c.name)) + ": " + text
	}
	return &Error{Fault: fault, Text: text, Err: err}
}
