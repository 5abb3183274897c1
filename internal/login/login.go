// Package login decides who may look at the pages of a server that others than
// its own machine reach: people whom the API server knows by their token, or
// whom an identity provider vouches for, over TLS.
//
// It sends the requests of k8s.io/apiserver's delegating authenticator and
// authorizer, with a small cache: that package, with CEL, admission and flags, adds
// 10 MB to the binary.
package login

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// Options are how people are known, as flags say it.
type Options struct {
	// Auth is none, kubernetes or oidc.
	Auth      string
	Audiences []string // of tokens; those of the API server if there are none
	OIDC      OIDCOptions

	Cert, Key    string // files
	InsecureHTTP bool
	Proxies      []string // addresses and CIDRs
}

// BindFlags adds the flags.
func (o *Options) BindFlags(f *pflag.FlagSet) {
	f.StringVar(&o.Auth, "auth", "none", "how people who look at the pages are known: kubernetes (by their token, and by RBAC), oidc, or none, which is for loopback")
	f.StringSliceVar(&o.Audiences, "auth-audience", nil, "audiences of which tokens have to be, such as kspm; by default the API server's own")
	f.StringVar(&o.Cert, "tls-cert", "", "certificate of the pages, a PEM file with its chain; read again when it changes")
	f.StringVar(&o.Key, "tls-key", "", "private key of the certificate")
	f.BoolVar(&o.InsecureHTTP, "insecure-http", false, "serve the pages without TLS beyond loopback: only behind a proxy that has TLS")
	f.StringSliceVar(&o.Proxies, "trusted-proxies", nil, "addresses or CIDRs of proxies that are believed whom they ask for (X-Forwarded-For)")
	o.OIDC.bindFlags(f)
}

// Check refuses what cannot be, for pages at an address such as :8443 that
// people find at externalURL; both may be empty.
func (o *Options) Check(listen, externalURL string) error {
	if (o.Cert == "") != (o.Key == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if _, err := o.proxies(); err != nil {
		return err
	}
	switch o.Auth {
	case "none", "kubernetes":
		if o.OIDC.Issuer != "" {
			return fmt.Errorf("--oidc-issuer is for --auth oidc, and --auth is %s", o.Auth)
		}
	case "oidc":
		if err := o.OIDC.check(externalURL); err != nil {
			return err
		}
	default:
		return fmt.Errorf("--auth %q: want none, kubernetes or oidc", o.Auth)
	}
	if listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("%q: want ADDRESS:PORT", listen)
	}
	switch ip := net.ParseIP(host); {
	case host == "localhost" || ip != nil && ip.IsLoopback():
	case o.Auth == "none":
		return fmt.Errorf("others reach %s, and nobody would be asked who they are: add --auth kubernetes or --auth oidc, or listen on 127.0.0.1", listen)
	case o.Cert == "" && !o.InsecureHTTP:
		return fmt.Errorf("others reach %s, and without TLS their tokens could be read on the way: add --tls-cert and --tls-key, or --insecure-http behind a proxy that has TLS", listen)
	}
	return nil
}

// Access is what a server needs to be looked at.
type Access struct {
	Auth    web.Auth    // nil for none
	TLS     *tls.Config // nil for plain HTTP
	Hosts   []string
	Secure  bool
	Proxies []netip.Prefix
}

// Apply puts what it holds into the options of the pages.
func (a *Access) Apply(o *web.Options) {
	o.Auth, o.Hosts, o.Secure, o.Proxies = a.Auth, a.Hosts, a.Secure, a.Proxies
}

// Home is the cluster whose API server knows people.
type Home struct {
	Config *rest.Config
	// Store knows of which clusters there is something to see.
	Store store.Reader
}

// Open makes the access that the options describe; they have been checked. The
// home may lack a Config where nobody is known by it.
func (o *Options) Open(ctx context.Context, externalURL string, home Home, log *slog.Logger) (*Access, error) {
	a := &Access{Secure: o.Cert != "" || strings.HasPrefix(externalURL, "https:")}
	a.Proxies, _ = o.proxies()
	if o.Cert != "" {
		config, err := serverTLS(o.Cert, o.Key, log)
		if err != nil {
			return nil, err
		}
		a.TLS = config
	} else if u, err := url.Parse(externalURL); err == nil && u.Hostname() != "" {
		a.Hosts = []string{u.Hostname(), "localhost", "127.0.0.1", "::1"}
	}
	var err error
	switch o.Auth {
	case "kubernetes":
		a.Auth, err = newKubernetes(ctx, home, o.Audiences, log)
	case "oidc":
		a.Auth, err = o.OIDC.open(ctx, externalURL, home, log)
	}
	return a, err
}

func (o *Options) proxies() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, p := range o.Proxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			addr, err := netip.ParseAddr(p)
			if err != nil {
				return nil, fmt.Errorf("--trusted-proxies %q: want an address or a CIDR", p)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		out = append(out, prefix)
	}
	return slices.Clip(out), nil
}
