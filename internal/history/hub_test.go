package history

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/hub"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// ann is who may see everything.
type ann struct{}

func (ann) User(_ context.Context, token string) (web.User, error) {
	if token != "ann's" {
		return web.User{}, web.ErrUnknown
	}
	return web.User{Name: "ann"}, nil
}

func (ann) Hint() string { return "" }

// A hub tells the same as the store that it keeps.
func TestHub(t *testing.T) {
	s, err := store.Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	run(t, s, "u", -40, "1", "2", "4")
	run(t, s, "u", -3, "1", "3")
	run(t, s, "u", 0, "1", "3", "5")
	run(t, s, "v", -1, "1")
	until := noon.Add(time.Minute)
	srv := httptest.NewServer(web.New(web.Options{Store: s, Auth: ann{}, Now: func() time.Time { return until }}))
	t.Cleanup(srv.Close)
	c, err := hub.New(srv.URL+"/", "ann's", nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []store.Filter{
		{},
		{Clusters: []string{"name of u"}, Benchmarks: []string{"nsa"}},
		{Teams: []string{""}, Severities: []posture.Severity{posture.High, posture.Critical}, Rules: []string{"NSA-07"}, Namespaces: []string{"shop"}},
	} {
		for _, days := range []int{1, 7, 60} {
			q := Query{Filter: f, Since: noon.AddDate(0, 0, -days), Now: until}
			want, err := Read(t.Context(), s, q)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Read(t.Context(), c, q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v since %d days: %s", f, days, diff)
			}
		}
	}
	for name, from := range map[string]Reader{"store": s, "hub": c} {
		n := 0
		if err := EachRun(t.Context(), from, "u", noon.AddDate(0, 0, -10), func(store.Run) { n++ }); err != nil || n != 2 {
			t.Errorf("%s: %d runs: %v", name, n, err)
		}
	}
	// More than it takes at a time is waited for.
	for range 250 {
		if _, err := c.Clusters(t.Context(), store.Filter{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ address, token, want string }{
		{srv.URL, "", "hub " + srv.URL + ": it wants to know who asks: give it a token"},
		{srv.URL, "bob's", "hub " + srv.URL + ": it does not know the token, or not any more"},
		{"http://127.0.0.1:1", "", "hub http://127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"http://kspm.example.com", "ann's", "http://kspm.example.com: a token is not sent in the clear: want https://"},
		{"kspm.example.com", "", `"kspm.example.com" is no address of a server: want https://HOST:PORT`},
	} {
		c, err := hub.New(tt.address, tt.token, nil)
		if err == nil {
			_, err = c.Clusters(t.Context(), store.Filter{})
		}
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %s", tt.address, err, tt.want)
		}
	}
}
