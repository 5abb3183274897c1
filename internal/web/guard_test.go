package web

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// known is an Auth that knows three tokens.
type known struct{}

func (known) User(_ context.Context, token string) (User, error) {
	switch token {
	case "all":
		return User{Name: "root@example.com"}, nil
	case "shop":
		return User{Name: "shop@example.com", Visible: map[string][]string{"uid-prod": {"shop"}}}, nil
	case "nothing":
		return User{Name: "nobody@example.com", Visible: map[string][]string{}}, nil
	}
	return User{}, ErrUnknown
}

func (known) Hint() string { return "Any token." }

func guarded(t testing.TB) Options {
	t.Helper()
	o := options(t)
	o.Auth = known{}
	return o
}

func TestHost(t *testing.T) {
	srv := serve(t, options(t))
	for host, want := range map[string]int{
		"localhost:1": 200, "127.0.0.1": 200, "[::1]:8080": 200, "LOCALHOST.": 200,
		"evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:80": 421, "10.0.0.1": 421, "": 200,
	} {
		if code, _ := get(t, srv.URL+"/", "Host", host); code != want {
			t.Errorf("%s: %d, want %d", host, code, want)
		}
	}
}

func TestHeaders(t *testing.T) {
	srv := serve(t, options(t))
	for _, path := range []string{"/", "/nope", "/api/v1/clusters", "/static/app.css"} {
		resp, err := client.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Content-Security-Policy"); got != policy || strings.Contains(got, "unsafe") {
			t.Errorf("%s: policy %q", path, got)
		}
		if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: no nosniff", path)
		}
	}
}

// Who is not known gets nothing, with whatever they send.
func TestUnknown(t *testing.T) {
	srv := serve(t, guarded(t))
	for _, path := range []string{"/", "/rules", "/rules/A-1", "/findings", "/clusters/uid-prod", "/teams", "/waivers", "/changes", "/sql", "/sql?sql=SELECT+1"} {
		for _, header := range [][]string{nil, {"Authorization", "Bearer forged"}, {"Cookie", "kspm-session=forged"}} {
			if code, body := get(t, srv.URL+path, header...); code != http.StatusSeeOther || strings.Contains(body, "Title of") {
				t.Errorf("%s with %v: %d %s", path, header, code, body)
			}
		}
	}
	for _, path := range []string{"/api/v1/overview", "/api/v1/findings", "/api/v1/sql?sql=SELECT+1", "/api/v1/openapi.json", "/api/v1/nope"} {
		if code, body := get(t, srv.URL+path, "Authorization", "Bearer forged"); code != http.StatusUnauthorized || strings.Contains(body, "items") {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, body := get(t, srv.URL+"/", "Authorization", "Bearer nothing"); code != http.StatusForbidden || strings.Contains(body, "prod") {
		t.Errorf("without rights: %d %s", code, body)
	}
}

// Who may see one namespace sees nothing of the others, on any page.
func TestRights(t *testing.T) {
	o := guarded(t)
	s := newServer(o)
	s.limits = nil
	srv := serveHandler(t, s.handler())
	pages := crawl(t, srv, "Authorization", "Bearer shop")
	for address, body := range pages {
		for _, secret := range []string{"secret-plan", "uid-dev", ">dev<", "kube-system"} {
			if strings.Contains(body, secret) {
				t.Errorf("%s shows %q", address, secret)
			}
		}
	}
	if len(pages) < 10 || !strings.Contains(pages["/findings"], "alert(1)") {
		t.Errorf("%d pages", len(pages))
	}
	all, _, err := o.Store.Findings(t.Context(), filter{}.Filter, pageAll)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		for _, path := range []string{"/api/v1/findings/", "/findings/"} {
			code, _ := get(t, srv+path+f.Cluster+"/"+f.Fingerprint, "Authorization", "Bearer shop")
			want := http.StatusNotFound
			if f.Cluster == "uid-prod" && f.Namespace == "shop" {
				want = http.StatusOK
			}
			if code != want {
				t.Errorf("%s%s/%s: %d, want %d", path, f.Cluster, f.Asset, code, want)
			}
		}
	}
	for _, path := range []string{"/sql?sql=SELECT+1", "/api/v1/sql?sql=SELECT+1", "/api/v1/tables"} {
		if code, _ := get(t, srv+path, "Authorization", "Bearer shop"); code != http.StatusForbidden {
			t.Errorf("%s: %d", path, code)
		}
		if code, _ := get(t, srv+path, "Authorization", "Bearer all"); code != http.StatusOK {
			t.Errorf("%s for who may see everything: %d", path, code)
		}
	}
}

var token = regexp.MustCompile(`name="csrf" value="([0-9a-f]+)"`)

// browserOf keeps cookies, and follows redirects.
func browserOf(t *testing.T) *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// answered is where a post led, and what was there.
type answered struct {
	at   string
	code int
	body string
}

// post sends a form with the token of a page.
func post(t *testing.T, c *http.Client, address, page string, form url.Values, header ...string) answered {
	t.Helper()
	m := token.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no token in %s", page)
	}
	if form.Get("csrf") == "" {
		form.Set("csrf", m[1])
	}
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	return answered{resp.Request.URL.RequestURI(), resp.StatusCode, bodyOf(t, resp)}
}

func TestLogin(t *testing.T) {
	srv := serve(t, guarded(t))
	c := browserOf(t)
	page := read(t, c, srv.URL+"/rules/A-1?cluster=prod")
	if !strings.Contains(page, `value="/rules/A-1?cluster=prod"`) {
		t.Fatalf("no login page that knows where to go: %s", page)
	}
	if got := post(t, c, srv.URL+"/login", page, url.Values{"token": {"forged"}}); got.code != http.StatusUnauthorized || !strings.Contains(got.body, "not valid") {
		t.Errorf("a forged token: %d %s", got.code, got.body)
	}
	in := post(t, c, srv.URL+"/login", page, url.Values{"token": {"all"}, "next": {"/rules/A-1?cluster=prod"}})
	if in.at != "/rules/A-1?cluster=prod" || !strings.Contains(in.body, "root@example.com") {
		t.Errorf("after the login: %s %s", in.at, in.body)
	}
	u, _ := url.Parse(srv.URL)
	for _, cookie := range c.Jar.Cookies(u) {
		if cookie.Value == "all" {
			t.Error("the token itself is in a cookie")
		}
	}
	if got := post(t, c, srv.URL+"/logout", in.body, url.Values{}); !strings.Contains(got.body, "Log in") {
		t.Errorf("after the logout: %s", got.body)
	}
	if page := read(t, c, srv.URL+"/"); strings.Contains(page, "Compliant") {
		t.Error("the session is still good after the logout")
	}
	for _, next := range []string{"//evil.example", "https://evil.example/", `/\evil.example`, "javascript:alert(1)", "/\tx"} {
		if got := localPath(next); got != "/" {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// A post of another site, or without a token of ours, does nothing.
func TestPosts(t *testing.T) {
	srv := serve(t, options(t))
	c := browserOf(t)
	address := srv.URL + string(link("/findings", "uid-prod", fingerprint(t, "secret-plan"), "waiver"))
	page := read(t, c, address)
	form := func() url.Values {
		return url.Values{"reason": {"because"}, "owner": {"ann"}, "expires": {"2027-01-01"}}
	}
	if got := post(t, c, address, page, form()); got.code != http.StatusOK || !strings.Contains(got.body, "apiVersion: kspm.io/v1") {
		t.Fatalf("our own post: %d %s", got.code, got.body)
	}
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
		if got := post(t, c, address, page, form(), header...); got.code != http.StatusForbidden || strings.Contains(got.body, "apiVersion") {
			t.Errorf("%v: %d %s", header, got.code, got.body)
		}
	}
	forged := form()
	forged.Set("csrf", strings.Repeat("0", 64))
	if got := post(t, c, address, page, forged); got.code != http.StatusForbidden || strings.Contains(got.body, "apiVersion") {
		t.Errorf("a forged token: %d %s", got.code, got.body)
	}
	if code, body := get(t, srv.URL+"/sql?sql=SELECT+1", "Sec-Fetch-Site", "cross-site"); code != http.StatusOK || strings.Contains(body, "5 rows") {
		t.Errorf("a link of another site had its query run: %d", code)
	}
}

func TestRateLimit(t *testing.T) {
	srv := serve(t, guarded(t))
	refused := 0
	for range requestsBurst + 100 {
		if code, _ := get(t, srv.URL+"/login"); code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused == 0 {
		t.Error("nothing was refused")
	}
}
