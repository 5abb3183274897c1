package web

import (
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var now = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

func finding(kind, namespace, name string) posture.Finding {
	return posture.Finding{
		Asset: posture.Asset{Kind: kind, Namespace: namespace, Name: name}, Severity: posture.High, Team: "payments",
		Evidence: []posture.Evidence{{Path: "spec.hostPID", Actual: "true", Expected: "false", Details: []posture.Detail{{Name: "note", Value: evil}}}},
		Fix:      "spec:\n  hostPID: false\n",
	}
}

// delta is a cluster of which three namespaces have something to say, and of more
// of the first rule.
func delta(name string, more ...posture.Finding) posture.Delta {
	hostile := finding("Pod", "shop", evil)
	hostile.Team, hostile.File, hostile.Line = "", "javascript:alert(1)", 3
	waived := finding("Pod", "shop", "accepted")
	waived.Waiver = &posture.Waiver{Reason: "needs it", Owner: "ann@example.com", Expires: "2026-12-01"}
	exempt := finding("Pod", "kube-system", "proxy")
	exempt.Exempt = "system"
	text := func(id string) posture.Rule {
		return posture.Rule{ID: id, Title: "Title of " + id, Why: "It matters.", Fix: "Change {{.path}}.", SQL: "SELECT kind, namespace, name FROM k8s_pods -- " + id, References: []string{"https://example.com/", "javascript:alert(1)"}, Aliases: []string{"C-0001"}}
	}
	rule := func(id, section string, s posture.Severity, status posture.Status, findings ...posture.Finding) posture.RuleResult {
		r := posture.RuleResult{ID: id, Title: "Title of " + id, Section: section, Severity: s, Status: status, Findings: findings, Rule: text(id)}
		for _, f := range findings {
			r.Judged = append(r.Judged, f.Asset)
		}
		if status == posture.Pass || status == posture.Fail {
			r.Judged = append(r.Judged, posture.Asset{Kind: "Pod", Namespace: "payments", Name: "fine"})
		}
		return r
	}
	r := &posture.Report{Source: posture.Source{Type: "cluster", Name: name, ClusterUID: "uid-" + name, Version: "v1.37.2", Provider: "eks"}, FinishedAt: now.Add(-time.Hour)}
	r.Rules = []posture.RuleResult{
		rule("A-1", "Pods", posture.High, posture.Fail, append(more, hostile, waived, exempt, finding("Deployment", "payments", "secret-plan"))...),
		rule("A-2", "Pods", posture.Medium, posture.Pass),
		rule("B-1", "Network & edges", posture.Low, posture.NotAssessed),
		rule("B-2", "Network & edges", posture.Critical, posture.Fail, finding("Namespace", "", "payments")),
		rule("B-3", "Network & edges", posture.Info, posture.Manual),
	}
	r.Rules[2].Reason = "forbidden: nodes"
	r.NotAssessed = []posture.Unread{{Resource: "nodes", Reason: "forbidden", Grant: `{apiGroups: [""], resources: [nodes], verbs: [list]}`}}
	r.Finish()
	d := posture.Delta{Source: r.Source, At: r.FinishedAt, Complete: true, NotAssessed: r.NotAssessed, Summary: r.Summary, Sections: r.Sections, RuleDigest: "sha256:0"}
	for _, res := range r.Rules {
		d.Assets = append(d.Assets, res.Judged...)
		d.Rules = append(d.Rules, posture.RuleDelta{RuleResult: res, Benchmark: "nsa", Text: &res.Rule, Whole: true})
	}
	return d
}

func fleet(t testing.TB, names ...string) store.Reader {
	t.Helper()
	s, err := store.Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, n := range names {
		if _, err := s.Apply(t.Context(), delta(n), 0); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// answers is a console that knows one answer.
type answers struct{}

func (answers) Query(_ context.Context, sql string, l QueryLimits) (*Result, error) {
	if strings.Contains(sql, "nonsense") {
		return nil, fmt.Errorf("no such column: nonsense\n  SELECT nonsense\n         ^")
	}
	r := &Result{Columns: []string{"name", "kind"}}
	for i := range 5 {
		if len(r.Rows) == l.Rows {
			r.Truncated = true
			break
		}
		r.Rows = append(r.Rows, []any{fmt.Sprintf("=cmd-%d %s", i, evil), []any{"Pod", nil}[i%2]})
	}
	return r, nil
}

func (answers) Tables(context.Context) ([]Table, error) {
	return []Table{{Name: "k8s_pods", Doc: "Pods.", Columns: []TableColumn{{Name: "name", Type: "text"}}}}, nil
}

func options(t testing.TB) Options {
	t.Helper()
	return Options{Store: fleet(t, "prod", "dev"), Console: answers{}, Version: "v1.2.3", Now: func() time.Time { return now }}
}

func serve(t *testing.T, o Options) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(New(o))
	t.Cleanup(srv.Close)
	return srv
}

// client is a browser in that it keeps no redirect to itself.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// get returns the status and the body.
func get(t *testing.T, address string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return do(t, req, header...)
}

func do(t *testing.T, req *http.Request, header ...string) (int, string) {
	t.Helper()
	for i := 0; i < len(header); i += 2 {
		if req.Header.Set(header[i], header[i+1]); header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

var hrefs = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// crawl follows every link of our own from the first page, and returns the pages
// by their address.
func crawl(t *testing.T, base string, header ...string) map[string]string {
	t.Helper()
	pages, queue := map[string]string{}, []string{"/"}
	for len(queue) > 0 && len(pages) < 600 {
		address := queue[0]
		queue = queue[1:]
		if _, seen := pages[address]; seen {
			continue
		}
		code, body := get(t, base+address, header...)
		if code != http.StatusOK {
			t.Errorf("%s: %d %s", address, code, body)
		}
		pages[address] = body
		if strings.HasPrefix(address, "/api/") || strings.HasPrefix(address, "/static/") || strings.Count(address, "=") > 2 {
			continue
		}
		for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
			u, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil || u.Host != "" || u.Path == "" || u.Scheme != "" {
				if u == nil || u.Scheme != "" && m[1] != "https://example.com/" {
					t.Errorf("%s links to %q", address, m[1])
				}
				continue
			}
			u.Fragment = ""
			queue = append(queue, u.String())
		}
	}
	return pages
}

// Every link leads somewhere, and what the clusters say is text on every page.
func TestEveryLink(t *testing.T) {
	s := newServer(options(t))
	s.limits = nil // one client asks for everything at once
	srv := httptest.NewServer(s.handler())
	defer srv.Close()
	pages := crawl(t, srv.URL)
	kinds := map[string]int{}
	for address, body := range pages {
		path, _, _ := strings.Cut(address, "?")
		kinds[strings.SplitN(path, "/", 3)[1]]++
		if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/static/") {
			continue
		}
		for _, what := range inline(body) {
			t.Errorf("%s has something inline: %s", address, what)
		}
		if strings.Count(body, "<h1") != 1 || !strings.Contains(body, `<html lang="en">`) {
			t.Errorf("%s: want one h1 and a language", address)
		}
	}
	for _, kind := range []string{"", "rules", "findings", "clusters", "teams", "waivers", "changes", "sql", "api", "static"} {
		if kinds[kind] == 0 {
			t.Errorf("no link leads to /%s; there are %v", kind, kinds)
		}
	}
	for _, status := range []string{"pass", "not_assessed", "manual", "fail"} {
		if _, ok := pages["/rules?status="+status]; !ok {
			t.Errorf("no link leads to the rules that are %s", status)
		}
	}
	t.Logf("%d pages: %v", len(pages), kinds)
}

// inline is what of a page is run, or loaded, that is in no file of ours.
func inline(body string) (out []string) {
	for z := xhtml.NewTokenizer(strings.NewReader(body)); z.Next() != xhtml.ErrorToken; {
		tok := z.Token()
		if tok.Type != xhtml.StartTagToken && tok.Type != xhtml.SelfClosingTagToken {
			continue
		}
		src := ""
		for _, a := range tok.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				out = append(out, tok.String())
			}
			if a.Key == "src" {
				src = a.Val
			}
		}
		switch tok.Data {
		case "script":
			if !strings.HasPrefix(src, "/static/") {
				out = append(out, tok.String())
			}
		case "style", "img", "iframe", "object", "base":
			out = append(out, tok.String())
		}
	}
	return out
}

// The first page, with all that it loads, is small.
func TestFirstPageIsSmall(t *testing.T) {
	srv := serve(t, options(t))
	_, body := get(t, srv.URL+"/")
	sum := zipped(body)
	for _, m := range hrefs.FindAllStringSubmatch(body, -1) {
		if strings.HasPrefix(m[1], "/static/") {
			_, file := get(t, srv.URL+html.UnescapeString(m[1]))
			sum += zipped(file)
		}
	}
	sum += zipped(readStatic(t, "uPlot.min.js")) + zipped(readStatic(t, "uPlot.min.css")) // where there is a trend
	if t.Logf("%d bytes", sum); sum > 100_000 {
		t.Errorf("the first page is %d bytes, zipped; want 100,000 at most", sum)
	}
}

func readStatic(t *testing.T, name string) string {
	text, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func zipped(s string) int {
	var n counter
	w := gzip.NewWriter(&n)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return int(n)
}

type counter int

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
