package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/waiver"
)

var pageAll = store.Page{Limit: 1000}

func serveHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func bodyOf(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func read(t *testing.T, c *http.Client, address string) string {
	t.Helper()
	resp, err := c.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	return bodyOf(t, resp)
}

func fingerprint(t *testing.T, name string) string {
	t.Helper()
	found, _, err := fleet(t, "prod").Findings(t.Context(), store.Filter{Name: name, State: "all"}, pageAll)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d findings of %s: %v", len(found), name, err)
	}
	return found[0].Fingerprint
}

// What a filter says in the URL, it says to the store.
func TestFilter(t *testing.T) {
	values, err := url.ParseQuery("cluster=prod&cluster=dev&team=unowned&team=payments&namespace=shop&severity=high&status=fail&state=waived&age=7d&q=x&offset=100&other=1&benchmark=")
	if err != nil {
		t.Fatal(err)
	}
	f, err := readFilter(values, now)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Filter{
		Clusters: []string{"prod", "dev"}, Teams: []string{"", "payments"}, Namespaces: []string{"shop"}, Severities: []posture.Severity{posture.High},
		Statuses: []posture.Status{posture.Fail}, State: "waived", Since: now.Add(-7 * 24 * time.Hour), Text: "x",
	}
	if diff := cmp.Diff(want, f.Filter); diff != "" || f.offset != 100 {
		t.Errorf("offset %d, %s", f.offset, diff)
	}
	if got := f.Scoped("/rules", "severity", posture.Low); got != "/rules?cluster=prod&cluster=dev&severity=low&team=unowned&team=payments" {
		t.Errorf("scoped: %s", got)
	}
	for _, chip := range f.Chips("/findings") {
		if chip.Key == "cluster" && chip.Value == "prod" && strings.Contains(string(chip.Without), "cluster=prod") {
			t.Errorf("without %s: %s", chip.Value, chip.Without)
		}
	}
	for _, bad := range []string{"severity=worst", "status=ok", "state=gone", "age=1y", "offset=-1", "offset=x"} {
		values, _ := url.ParseQuery(bad)
		if _, err := readFilter(values, now); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestPagesSay(t *testing.T) {
	srv := serve(t, options(t))
	id := fingerprint(t, "secret-plan")
	tests := []struct {
		path   string
		code   int
		want   []string
		absent []string
	}{
		{"/", 200, []string{"Coverage <b>", "Not everything could be seen", "prod", "Title of B-2", "1 hour ago", "Waivers that end soon"}, nil},
		{"/rules?status=not_assessed", 200, []string{"B-1"}, []string{"A-1</code>"}},
		{"/rules?status=pass", 200, []string{"A-2"}, []string{"B-1</code>"}},
		{"/rules?q=no-such-rule", 200, []string{"No rule is like that"}, nil},
		{"/rules/A-1", 200, []string{"It matters.", "Clusters", "Open in the console", "/sql?sql=SELECT", "C-0001"}, []string{`href="javascript`}},
		{"/rules/A-1", 200, []string{"For example, for", "hostPID: false"}, []string{"{{"}},
		{"/rules/A-2", 200, []string{"Change ‹path›."}, []string{"{{", "For example, for"}},
		{"/rules/B-1", 200, []string{"forbidden: nodes", "What could not be read", "resources: [&#34;nodes&#34;]"}, nil},
		{"/rules/Z-9", 404, []string{"no such thing"}, nil},
		{"/findings?namespace=payments", 200, []string{"secret-plan", "4 findings"}, []string{"onerror"}},
		{"/findings", 200, []string{">payments (4)</option>"}, nil},
		{"/findings?q=secret", 200, []string{"2 findings", ">payments</option>"}, nil},
		{"/findings?severity=worst", 400, []string{"not a severity"}, nil},
		{"/findings?state=resolved", 200, []string{"No finding is like that"}, nil},
		{"/findings/uid-prod/" + id, 200, []string{"spec.hostPID", "hostPID: false", "Write a waiver", "payments", "opened"}, nil},
		{"/clusters/prod", 200, []string{"v1.37.2", "eks", "resources: [&#34;nodes&#34;]"}, nil},
		{"/teams", 200, []string{"payments", "unowned"}, nil},
		{"/waivers", 200, []string{"ann@example.com", "2026-12-01", "needs it"}, nil},
		{"/sql?sql=SELECT+1&rows=3", 200, []string{"3 rows", "and there are more", "Permalink"}, nil},
		{"/sql?sql=SELECT+nonsense", 200, []string{"no such column: nonsense", "^"}, nil},
		{"/sql?sql=SELECT+1&facet=kind", 200, []string{"NULL <b>2</b>", "IS&#43;NULL"}, nil},
		{"/sql?sql=SELECT+1&rows=0", 400, []string{"want a number"}, nil},
		{"/nothing", 404, []string{"no such page"}, nil},
	}
	for _, tt := range tests {
		code, body := get(t, srv.URL+tt.path)
		if code != tt.code {
			t.Errorf("%s: %d, want %d", tt.path, code, tt.code)
		}
		for _, want := range tt.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", tt.path, want)
			}
		}
		for _, absent := range tt.absent {
			if strings.Contains(body, absent) {
				t.Errorf("%s says %q", tt.path, absent)
			}
		}
	}
}

// Where nothing is known, pages say so, and none of them that all is well.
func TestEmpty(t *testing.T) {
	srv := serve(t, Options{Store: fleet(t)})
	for path, want := range map[string]string{
		"/": "Nothing is known yet", "/rules": "No rule is like that", "/findings": "No finding is like that", "/clusters": "No cluster", "/teams": "Nothing is open", "/changes": "Nothing has changed",
	} {
		if code, body := get(t, srv.URL+path); code != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, "100%") {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, _ := get(t, srv.URL+"/sql"); code != http.StatusNotFound {
		t.Errorf("a console that is not there: %d", code)
	}
}

// The waiver that is written is one that is read, for that finding alone.
func TestWaiver(t *testing.T) {
	at := func(day int) string { return now.AddDate(0, 0, day).Format(time.DateOnly) }
	page := func(name string) *waiverPage {
		return &waiverPage{
			Finding: store.Finding{Finding: posture.Finding{Asset: posture.Asset{Kind: "Role", Namespace: "shop", Name: name}}, Rule: "A-1", ClusterName: "prod*"},
			Reason:  "it: needs\n- \"that\" # so", Owner: "ann", Expires: at(30), Earliest: at(1), Latest: at(366),
		}
	}
	for _, name := range []string{"web", "a*", `system:[x]\?`, `"}: - evil`} {
		text, problem := page(name).write()
		file, err := waiver.Parse("waivers.yaml", []byte(text))
		if problem != "" || err != nil || len(file.Waivers) != 1 {
			t.Fatalf("%s: %s %v in\n%s", name, problem, err, text)
		}
		f := posture.Finding{Asset: posture.Asset{Kind: "Role", Namespace: "shop", Name: name}}
		if file.Grant("prod*", "A-1", &f, now); f.Waiver == nil {
			t.Errorf("the waiver of %s is for something else:\n%s", name, text)
		}
		other := posture.Finding{Asset: posture.Asset{Kind: "Role", Namespace: "shop", Name: "another"}}
		if file.Grant("prod*", "A-1", &other, now); other.Waiver != nil {
			t.Errorf("the waiver of %s is for others as well:\n%s", name, text)
		}
	}
	for _, change := range []func(*waiverPage){
		func(p *waiverPage) { p.Reason = "" }, func(p *waiverPage) { p.Owner = "" }, func(p *waiverPage) { p.Expires = at(0) },
		func(p *waiverPage) { p.Expires = at(400) }, func(p *waiverPage) { p.Expires = "2027-02-31" },
	} {
		p := page("web")
		if change(p); func() bool { _, problem := p.write(); return problem == "" }() {
			t.Errorf("taken: %q by %q until %q", p.Reason, p.Owner, p.Expires)
		}
	}
}
