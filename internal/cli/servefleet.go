package cli

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/fleet"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/serve"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// hubFlags are those of a server that agents push to.
type hubFlags struct {
	on        bool
	listen    string
	authority string
	hosts     []string
}

func (h *hubFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&h.on, "hub", false, "take what agents push")
	f.StringVar(&h.listen, "hub-listen", ":8444", "address that agents push to, by mutual TLS")
	f.StringVar(&h.authority, "authority", "kspm-authority", "folder with ca.crt and ca.key of the authority that issues agents' certificates; made if it is not there, and shared by the replicas of a hub")
	f.StringSliceVar(&h.hosts, "hub-host", nil, "names and addresses that agents reach the hub by; that of --external-url is among them")
}

func (h *hubFlags) open(o *serveOptions, history store.Store) (*fleet.Hub, error) {
	authority, err := fleet.OpenAuthority(h.authority)
	if err != nil {
		return nil, fmt.Errorf("--authority: %w", err)
	}
	hosts := hostsOf(append([]string{h.listen, o.externalURL}, h.hosts...)...)
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	return &fleet.Hub{Store: history, Authority: authority, Hosts: append(hosts, "localhost", "127.0.0.1", "::1"), Log: o.log}, nil
}

// agentFlags are those of a server that pushes to a hub.
type agentFlags struct {
	on        bool
	url       string
	tokenFile string
	identity  string
}

func (a *agentFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&a.on, "agent", false, "judge one cluster, and push what is new to a hub")
	f.StringVar(&a.url, "hub-url", "", "address of the hub's --hub-listen: https://HOST:PORT")
	f.StringVar(&a.tokenFile, "token-file", "", "file with the token of 'hub token', with which the agent enrols the first time")
	f.StringVar(&a.identity, "identity", "", "file that keeps the agent's key and certificate; by default kspm-agent.json in the home folder")
}

// token reads the token, which may be gone once the agent has enrolled.
func (a *agentFlags) token() (string, error) {
	if a.tokenFile == "" {
		return "", nil
	}
	data, err := os.ReadFile(a.tokenFile)
	if os.IsNotExist(err) {
		return "", nil
	}
	return strings.TrimSpace(string(data)), err
}

func (a *agentFlags) keeper() (fleet.Keeper, error) {
	if a.identity != "" {
		return fleet.File(a.identity), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, fmt.Errorf("where to keep the agent's identity: %w: say it by --identity", err)
	}
	return fleet.File(filepath.Join(home, "kspm-agent.json")), nil
}

// toHub has an evaluation push to the hub.
func (s *server) toHub(ctx context.Context, e *serve.Evaluation, uid string) (*fleet.Agent, error) {
	keeper, err := s.agent.keeper()
	if err != nil {
		return nil, err
	}
	token, err := s.agent.token()
	if err != nil {
		return nil, fmt.Errorf("--token-file: %w", err)
	}
	agent := &fleet.Agent{
		Hub: s.agent.url, Cluster: uid, Name: e.Cluster.Name(), Identity: keeper, Fence: s.fence.Load, Log: s.log,
		Whole: s.whole, Problem: s.problem,
	}
	return agent, agent.Start(ctx, token)
}

// whole is everything that is known of an agent's cluster.
func (s *server) whole() *posture.Delta {
	for _, w := range s.live.All() {
		if !w.Watcher.Ready() {
			continue
		}
		r, err := w.Watcher.Report()
		if err != nil {
			s.log.Error("report", "err", err)
			continue
		}
		d := r.Delta()
		d.Source.ClusterUID = w.UID
		return &d
	}
	return nil
}

// hostsOf are the names that a server at an address is called by.
func hostsOf(addresses ...string) []string {
	var hosts []string
	for _, a := range addresses {
		if u, err := url.Parse(a); err == nil && u.Host != "" {
			a = u.Host
		}
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			host = a
		}
		if ip := net.ParseIP(host); host != "" && (ip == nil || !ip.IsUnspecified()) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
