package login

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	authz "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/cache"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// What is asked of RBAC: may they get posture.kspm.io? There is no such
// resource; a role can name it all the same. Nothing that exists says the same:
// who may read pods need not be shown what is wrong with roles.
const (
	group    = "kspm.io"
	resource = "posture"
	verb     = "get"
)

const (
	askedAtOnce  = 16 // of namespaces: 500 take a second, 2,000 three
	perRequest   = 10 * time.Second
	requestsRate = 500 // a second
)

// subject is somebody as the API server knows them.
type subject struct {
	name, uid string
	groups    []string
	extra     map[string]authz.ExtraValue
}

// rights knows by an API server what people may see.
type rights struct {
	config  *rest.Config
	home    Home
	log     *slog.Logger
	objects metadata.Interface
	*reviewer
	known *cache.LRUExpireCache // key of a subject → map[string][]string
	keep  time.Duration

	mu         sync.Mutex
	uid        string // of the home cluster, as serve knows it
	namespaces []string
	listed     time.Time
}

func newRights(ctx context.Context, home Home, log *slog.Logger) (*rights, error) {
	r := &rights{home: home, log: log, known: cache.NewLRUExpireCache(mostRemembered), keep: remembered}
	r.config = rest.CopyConfig(home.Config)
	r.config.QPS, r.config.Burst, r.config.Timeout = requestsRate, requestsRate, perRequest
	var err error
	if r.reviewer, err = newReviewer(r.config); err != nil {
		return nil, err
	}
	if r.objects, err = metadata.NewForConfig(r.config); err != nil {
		return nil, err
	}
	return r, r.mayAsk(ctx, "authorization.k8s.io", "subjectaccessreviews")
}

// mayAsk is an error if this process may not create reviews; that the API server
// does not answer just now is none.
func (r *rights) mayAsk(ctx context.Context, group, resource string) error {
	ctx, cancel := context.WithTimeout(ctx, perRequest)
	defer cancel()
	allowed, err := r.mayI(ctx, authz.ResourceAttributes{Group: group, Resource: resource, Verb: "create"})
	if err != nil {
		r.log.Warn("whether people can be asked for is not known", "err", err)
		return nil
	}
	if !allowed {
		return fmt.Errorf("this account may not create %s.%s, and cannot ask who people are: bind it to the ClusterRole kspm-auth (docs/login.md)", resource, group)
	}
	return nil
}

// of is what somebody may see, as store.Filter's Visible.
func (r *rights) of(ctx context.Context, who subject) (map[string][]string, error) {
	key := who.key()
	if found, ok := r.known.Get(key); ok {
		return found.(map[string][]string), nil
	}
	visible, err := r.ask(ctx, who)
	if err != nil {
		return nil, fmt.Errorf("ask the API server what %s may see: %w", who.name, err)
	}
	r.known.Add(key, visible, r.keep)
	return visible, nil
}

func (s subject) key() [sha256.Size]byte {
	text, _ := json.Marshal([]any{s.name, s.uid, s.groups, s.extra}) // strings always can be
	return sha256.Sum256(text)
}

// ask asks for everything at once, then for the clusters by name, then for the
// namespaces of the home cluster one by one.
func (r *rights) ask(ctx context.Context, who subject) (map[string][]string, error) {
	all, err := r.may(ctx, who, "", "")
	if err != nil || all {
		return nil, err
	}
	clusters, err := r.home.Store.Clusters(ctx, store.Filter{})
	if err != nil {
		return nil, err
	}
	home, namespaces, err := r.allNamespaces(ctx)
	if err != nil {
		return nil, err
	}
	a := &answers{visible: map[string][]string{}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(askedAtOnce)
	for _, c := range clusters {
		g.Go(func() error { return a.add(c.UID, "*")(r.may(ctx, who, "", c.Name)) })
	}
	for _, ns := range namespaces {
		g.Go(func() error { return a.add(home, ns)(r.may(ctx, who, ns, "")) })
	}
	err = g.Wait()
	return a.sorted(), err
}

// answers collects what may be seen.
type answers struct {
	mu      sync.Mutex
	visible map[string][]string
}

func (a *answers) add(cluster, namespace string) func(bool, error) error {
	return func(allowed bool, err error) error {
		if allowed && err == nil {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.visible[cluster] = append(a.visible[cluster], namespace)
		}
		return err
	}
}

func (a *answers) sorted() map[string][]string {
	for uid := range maps.Keys(a.visible) {
		slices.Sort(a.visible[uid])
	}
	return a.visible
}

func (r *rights) may(ctx context.Context, who subject, namespace, name string) (bool, error) {
	return r.allowed(ctx, authz.SubjectAccessReviewSpec{
		User: who.name, UID: who.uid, Groups: who.groups, Extra: who.extra,
		ResourceAttributes: &authz.ResourceAttributes{Group: group, Resource: resource, Verb: verb, Namespace: namespace, Name: name},
	})
}

// allNamespaces are those of the home cluster, with its UID, which is that of
// kube-system. Who may not list them, such as a hub, shows nobody a part of it.
func (r *rights) allNamespaces(ctx context.Context) (uid string, namespaces []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.listed) < r.keep {
		return r.uid, r.namespaces, nil
	}
	list, err := r.objects.Resource(corev1.SchemeGroupVersion.WithResource("namespaces")).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil && !apierrors.IsForbidden(err) {
		return "", nil, err
	}
	r.uid, r.namespaces, r.listed = "", nil, time.Now()
	if err != nil {
		r.log.Warn("namespaces may not be listed: rights to single ones show nothing", "err", err)
		return "", nil, nil
	}
	for _, ns := range list.Items {
		if r.namespaces = append(r.namespaces, ns.Name); ns.Name == metav1.NamespaceSystem {
			r.uid = string(ns.UID)
		}
	}
	return r.uid, r.namespaces, nil
}
