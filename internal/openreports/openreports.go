// Package openreports keeps the failures of a cluster as objects of
// openreports.io in that cluster, for tools that read those. etcd is not to feel
// it: there are few objects, they are bounded, and one that says what it said
// before is not written.
package openreports

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/kube"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

// API is how the cluster is spoken to; *kube.Cluster does it.
type API interface {
	Send(ctx context.Context, method, path string, body, into any) error
}

// Writer keeps the reports of one cluster.
type Writer struct {
	API API
	// APIVersion is that of a kind, for the subjects of results.
	APIVersion func(kind string) string
}

// Written counts what a pass did.
type Written struct {
	Created, Updated, Removed, Unchanged int
}

// errPartial is returned for a delta from which nothing can be concluded about
// what it does not hold.
var errPartial = errors.New("reports are made of complete evaluations alone")

// Write makes the reports those of a complete delta: of each benchmark, one for
// every namespace in which something fails and one for the cluster. A report
// that could not be written does not keep the others from it.
func (w *Writer) Write(ctx context.Context, d posture.Delta) (Written, error) {
	if !d.Complete {
		return Written{}, errPartial
	}
	want := map[string]report.Object{}
	for _, r := range byBenchmark(d) {
		objects, err := report.Failures(r, report.Style{APIVersion: w.APIVersion})
		if err != nil {
			return Written{}, err
		}
		for _, o := range objects {
			want[path(o.Kind, o.Namespace, o.Name)] = o
		}
	}
	have, err := w.have(ctx)
	if err != nil {
		return Written{}, err
	}
	return w.settle(ctx, want, have)
}

func (w *Writer) settle(ctx context.Context, want map[string]report.Object, have map[string]kept) (done Written, err error) {
	var errs []error
	for _, at := range slices.Sorted(maps.Keys(want)) {
		o, old := want[at], have[at]
		switch {
		case old.digest == o.Digest:
			done.Unchanged++
			continue
		case old.version == "":
			err = w.create(ctx, at, o)
		default:
			err = w.send(ctx, http.MethodPut, at, o, old.version)
		}
		switch {
		case ctx.Err() != nil:
			return done, ctx.Err()
		case errors.Is(err, kube.ErrNotFound): // the namespace has gone meanwhile
		case err != nil:
			errs = append(errs, fmt.Errorf("write %s: %w", at, err))
		case old.version == "":
			done.Created++
		default:
			done.Updated++
		}
	}
	for _, at := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[at]; ok {
			continue
		}
		err := w.API.Send(ctx, http.MethodDelete, at, nil, nil)
		switch {
		case ctx.Err() != nil:
			return done, ctx.Err()
		case err == nil:
			done.Removed++
		case !errors.Is(err, kube.ErrNotFound):
			errs = append(errs, fmt.Errorf("remove %s: %w", at, err))
		}
	}
	return done, errors.Join(errs...)
}

// create makes a report, or takes over one of that name that somebody applied.
func (w *Writer) create(ctx context.Context, at string, o report.Object) error {
	collection := at[:strings.LastIndexByte(at, '/')]
	err := w.send(ctx, http.MethodPost, collection, o, "")
	if !errors.Is(err, kube.ErrExists) {
		return err
	}
	var there item
	if err := w.API.Send(ctx, http.MethodGet, at, nil, &there); err != nil {
		return err
	}
	return w.send(ctx, http.MethodPut, at, o, there.Metadata.ResourceVersion)
}

func (w *Writer) send(ctx context.Context, method, path string, o report.Object, version string) error {
	text, err := o.JSON(version)
	if err != nil {
		return err
	}
	return w.API.Send(ctx, method, path+"?fieldManager=kubectl-kspm", json.RawMessage(text), nil)
}

// kept is what is known of a report that is there.
type kept struct{ version, digest string }

type item struct {
	Metadata struct {
		Name            string            `json:"name"`
		Namespace       string            `json:"namespace"`
		ResourceVersion string            `json:"resourceVersion"`
		Annotations     map[string]string `json:"annotations"`
	} `json:"metadata"`
}

// pageSize keeps what is read at a time small: a report may have 256 KiB.
const pageSize = 50

// have are the reports that were written before, by path.
func (w *Writer) have(ctx context.Context) (map[string]kept, error) {
	have := map[string]kept{}
	for _, kind := range []string{"Report", "ClusterReport"} {
		next := ""
		for {
			var page struct {
				Metadata struct {
					Continue string `json:"continue"`
				} `json:"metadata"`
				Items []item `json:"items"`
			}
			query := url.Values{"labelSelector": {report.FailuresLabel + "=serve"}, "limit": {fmt.Sprint(pageSize)}, "continue": {next}}
			err := w.API.Send(ctx, http.MethodGet, base+"/"+plural(kind)+"?"+query.Encode(), nil, &page)
			switch {
			case errors.Is(err, kube.ErrNotFound):
				return nil, fmt.Errorf("%s are not served: apply the CRDs of openreports.io", plural(kind))
			case err != nil:
				return nil, fmt.Errorf("list %s: %w", plural(kind), err)
			}
			for _, i := range page.Items {
				m := i.Metadata
				have[path(kind, m.Namespace, m.Name)] = kept{m.ResourceVersion, m.Annotations[report.FailuresDigest]}
			}
			if next = page.Metadata.Continue; next == "" {
				break
			}
		}
	}
	return have, nil
}

const base = "/apis/openreports.io/v1alpha1"

func plural(kind string) string { return strings.ToLower(kind) + "s" }

func path(kind, namespace, name string) string {
	if namespace == "" {
		return base + "/" + plural(kind) + "/" + name
	}
	return base + "/namespaces/" + namespace + "/" + plural(kind) + "/" + name
}

// byBenchmark are the results of each benchmark, as a report.
func byBenchmark(d posture.Delta) []*posture.Report {
	reports := map[string]*posture.Report{}
	for _, rule := range d.Rules {
		r := reports[rule.Benchmark]
		if r == nil {
			r = &posture.Report{Source: d.Source, Benchmark: rule.Benchmark, FinishedAt: d.At}
			reports[rule.Benchmark] = r
		}
		r.Rules = append(r.Rules, rule.RuleResult)
	}
	var out []*posture.Report
	for _, r := range reports {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *posture.Report) int { return cmp.Compare(a.Benchmark, b.Benchmark) })
	return out
}
