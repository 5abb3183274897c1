package hub

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// list is a part of a list, as the API has it.
type list[T any] struct{ Items []T }

// page is how many are asked for at once.
const page = 10_000

// all asks for a list page by page, until there are as many as the caller's page
// wants. What came in the meantime may be there twice, which same tells.
func all[T any](ctx context.Context, c *Client, path string, q url.Values, p store.Page, same func(T) any) ([]T, error) {
	limit := p.Limit
	if limit == 0 {
		limit = 100
	}
	var out []T
	seen := map[any]bool{}
	for offset := p.Offset; offset < p.Offset+limit; {
		n := min(page, p.Offset+limit-offset)
		q.Set("offset", strconv.Itoa(offset))
		q.Set("limit", strconv.Itoa(n))
		var part list[T]
		if err := c.get(ctx, path, q, &part); err != nil {
			return nil, err
		}
		for _, item := range part.Items {
			if key := same(item); !seen[key] {
				seen[key] = true
				out = append(out, item)
			}
		}
		if len(part.Items) < n {
			break
		}
		offset += n
	}
	return out, nil
}

// Clusters are store.Reader's.
func (c *Client) Clusters(ctx context.Context, f store.Filter) ([]store.Cluster, error) {
	var out list[store.Cluster]
	err := c.get(ctx, "clusters", queryOf(f), &out)
	return out.Items, err
}

// Events are store.Reader's.
func (c *Client) Events(ctx context.Context, f store.Filter, p store.Page) ([]store.Event, error) {
	type number struct {
		cluster string
		seq     int64
	}
	return all(ctx, c, "events", queryOf(f), p, func(e store.Event) any { return number{e.Cluster, e.Seq} })
}

// Facets are store.Reader's.
func (c *Client) Facets(ctx context.Context, f store.Filter) (map[string][]store.Facet, error) {
	out := map[string][]store.Facet{}
	return out, c.get(ctx, "facets", queryOf(f), &out)
}

// Trend is store.Reader's.
func (c *Client) Trend(ctx context.Context, f store.Filter, since time.Time, step time.Duration) ([]store.Sample, error) {
	f.Since = since
	q := queryOf(f)
	q.Set("step", step.String())
	var out list[store.Sample]
	err := c.get(ctx, "trend", q, &out)
	return out.Items, err
}

// Runs are store.Reader's.
func (c *Client) Runs(ctx context.Context, cluster string, p store.Page) ([]store.Run, error) {
	return all(ctx, c, "clusters/"+url.PathEscape(cluster)+"/runs", url.Values{}, p, func(r store.Run) any { return r.At.UnixNano() })
}
