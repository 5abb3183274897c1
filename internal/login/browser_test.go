package login

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/security"
	"github.com/chromedp/chromedp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testbrowser"
	"github.com/kubectl-kspm/kubectl-kspm/internal/web"
)

// TestBrowser logs in at a provider with a real browser, over TLS, and out again:
// what the pages' policy, the cookies and redirects between sites allow, only a
// browser knows.
func TestBrowser(t *testing.T) {
	ctx := testbrowser.Start(t)
	w := &world{uid: "uid-home"}
	w.fill(t)
	s := &site{world: w}
	srv := httptest.NewUnstartedServer(s)
	files := &secret{dir: filepath.Join(t.TempDir(), "tls")}
	cert, key := pair(t, "kspm", time.Now().Add(time.Hour))
	files.put(t, cert, key)
	var err error
	if srv.TLS, err = serverTLS(filepath.Join(files.dir, "tls.crt"), filepath.Join(files.dir, "tls.key"), quiet); err != nil {
		t.Fatal(err)
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	s.srv = srv.URL
	s.idp = startProvider(t, s.srv+"/login/callback", time.Hour)
	o := OIDCOptions{Issuer: s.issuer, ClientID: "public", Scopes: []string{"email", "groups"}, NameClaim: "email", GroupClaim: "groups", Groups: []string{"security"}}
	auth, err := o.open(t.Context(), s.srv, Home{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = web.New(web.Options{Store: w.store, Auth: auth, Secure: true})

	var first, in, out, address string
	var cookies []*network.Cookie
	err = chromedp.Run(ctx,
		security.SetIgnoreCertificateErrors(true),
		chromedp.Navigate(s.srv+"/findings?severity=high"),
		chromedp.Text("main", &first),
		chromedp.Click(`a[href^="/login/begin"]`, chromedp.NodeVisible),
		chromedp.SendKeys(`input[name="username"]`, "ann"),
		chromedp.SendKeys(`input[name="password"]`, "secret"),
		chromedp.Submit(`input[name="password"]`),
		chromedp.WaitVisible(`form[action="/logout"] button`),
		chromedp.Text("body", &in),
		chromedp.Location(&address),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			cookies, err = network.GetCookies().Do(ctx)
			return err
		}),
		chromedp.Click(`form[action="/logout"] button`),
		chromedp.WaitVisible(`a[href^="/login/begin"]`),
		chromedp.Navigate(s.srv+"/findings"),
		chromedp.Text("main", &out),
	)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(first, "home-shop") || strings.Contains(out, "home-shop") {
		t.Errorf("findings are shown to strangers: %s / %s", first, out)
	}
	if !strings.Contains(in, "home-shop") || !strings.Contains(in, "ann@example.com") || address != s.srv+"/findings?severity=high" {
		t.Errorf("after the login at %s: %s", address, in)
	}
	i := 0
	for _, c := range cookies {
		if c.Name == "__Host-kspm-session" && c.HTTPOnly && c.Secure && c.SameSite == network.CookieSameSiteLax {
			i++
		}
	}
	if i != 1 {
		t.Errorf("no session that is the browser's alone: %+v", cookies)
	}
}
