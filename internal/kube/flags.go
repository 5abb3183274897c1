// Package kube reads objects from a Kubernetes API server: kubectl's
// connection flags, each resource listed once and decoded from the stream,
// and errors that say what to do.
package kube

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// Flags are kubectl's connection flags. They are bound by clientcmd itself:
// cli-runtime's ConfigFlags are the same, and bring 10 MB of kustomize and the
// scheme of every API along.
type Flags struct {
	kubeconfig string
	extra      []string
	overrides  clientcmd.ConfigOverrides
}

// NewFlags returns flags as kubectl has them when none is given.
func NewFlags() *Flags { return &Flags{overrides: clientcmd.ConfigOverrides{Timeout: "0"}} }

// AddFlags binds the flags.
func (f *Flags) AddFlags(fs *pflag.FlagSet) {
	names := clientcmd.RecommendedConfigOverrideFlags("")
	names.ClusterOverrideFlags.APIServer.ShortName = "s"
	names.Timeout.Description = "The length of time to wait for a single server request (e.g. 1s, 2m, 3h). Zero means until the server has been silent for 30s."
	clientcmd.BindOverrideFlags(&f.overrides, fs, names)
	fs.StringVar(&f.kubeconfig, clientcmd.RecommendedConfigPathFlag, f.kubeconfig, "Path to the kubeconfig file to use for CLI requests")
	fs.StringArrayVar(&f.extra, "as-user-extra", f.extra, "User extras (KEY=VALUE) to impersonate for the operation, this flag can be repeated")
}

// Namespace is what --namespace says; empty without it, whatever the context's
// own namespace is.
func (f *Flags) Namespace() string { return f.overrides.Context.Namespace }

// ForContext returns the same flags for another context.
func (f *Flags) ForContext(name string) *Flags {
	other := *f
	other.overrides.CurrentContext = name
	return &other
}

// Contexts lists the contexts of the kubeconfig that match a pattern as of
// path.Match, in order of name.
func (f *Flags) Contexts(pattern string) ([]string, error) {
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, fmt.Errorf("contexts %q: not a pattern: %w", pattern, err)
	}
	raw, err := f.load()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(raw.Contexts)) {
		// A name may hold slashes, as EKS' ARNs do: * is to match them as well.
		if ok, _ := path.Match(noSlash(pattern), noSlash(name)); ok {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, &Error{Fault: NoCluster, Text: fmt.Sprintf("no context matches %q: %s", pattern, known(raw))}
	}
	return names, nil
}

func noSlash(s string) string { return strings.ReplaceAll(s, "/", "\x00") }

// config is the lazily loaded configuration that flags and files make.
func (f *Flags) config() clientcmd.ClientConfig {
	overrides := f.overrides
	for _, kv := range f.extra {
		if k, v, ok := strings.Cut(kv, "="); ok {
			if overrides.AuthInfo.ImpersonateUserExtra == nil {
				overrides.AuthInfo.ImpersonateUserExtra = map[string][]string{}
			}
			overrides.AuthInfo.ImpersonateUserExtra[k] = append(overrides.AuthInfo.ImpersonateUserExtra[k], v)
		}
	}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(f.rules(), &overrides)
}

func (f *Flags) rules() *clientcmd.ClientConfigLoadingRules {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = f.kubeconfig
	rules.WarnIfAllMissing = false
	return rules
}

func (f *Flags) load() (*clientcmdapi.Config, error) {
	raw, err := f.rules().Load()
	if err != nil {
		return nil, &Error{Fault: NoCluster, Text: "kubeconfig: " + plain(err), Err: err}
	}
	return raw, nil
}

// known says which contexts there are, for an error.
func known(raw *clientcmdapi.Config) string {
	names := slices.Sorted(maps.Keys(raw.Contexts))
	switch {
	case len(names) == 0:
		return "the kubeconfig has no contexts"
	case len(names) > 8:
		return fmt.Sprintf("contexts are %s and %d more", strings.Join(names[:8], ", "), len(names)-8)
	}
	return "contexts are " + strings.Join(names, ", ")
}

// ForFile returns the same flags for another kubeconfig.
func (f *Flags) ForFile(kubeconfig string) *Flags {
	other := *f
	other.kubeconfig = kubeconfig
	return &other
}

// Context is the name of the context that the flags mean; empty where there is
// none, as within a pod.
func (f *Flags) Context() (string, error) {
	raw, err := f.load()
	if err != nil || f.overrides.CurrentContext != "" {
		return f.overrides.CurrentContext, err
	}
	return raw.CurrentContext, nil
}

// Digests identify what the kubeconfig says of contexts, by name: one is another
// when the server or the credentials are. A context that is not there, such as
// that of a pod, whose token is read anew by itself, has an empty one.
func (f *Flags) Digests(contexts []string) (map[string]string, error) {
	raw, err := f.load()
	if err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for _, name := range contexts {
		one := *raw // of which Minify replaces the maps, and does not change them
		one.CurrentContext = name
		if err := clientcmdapi.MinifyConfig(&one); err != nil {
			digests[name] = ""
			continue
		}
		text, err := clientcmd.Write(one)
		if err != nil {
			return nil, err
		}
		digests[name] = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	return digests, nil
}
