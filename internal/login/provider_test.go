package login

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// idp is a real identity provider, of test/oidc, as a process.
type idp struct {
	issuer string
	in     io.WriteCloser
	out    *bufio.Reader
}

func startProvider(t *testing.T, redirect string, lifetime time.Duration) *idp {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "oidc")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir, build.Env = "../../test/oidc", append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the provider: %v\n%s", err, out)
	}
	cmd := exec.Command(binary, "-redirect", redirect, "-lifetime", lifetime.String())
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	p := &idp{in: in, out: bufio.NewReader(out)}
	p.issuer = p.line(t)
	return p
}

func (p *idp) line(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// forget has the provider know somebody no more.
func (p *idp) forget(t *testing.T, user string) {
	t.Helper()
	if _, err := io.WriteString(p.in, user+"\n"); err != nil {
		t.Fatal(err)
	}
	p.line(t)
}

// browser keeps cookies, and follows redirects up to a path of ours.
func browser(t *testing.T, until string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		switch {
		case until != "" && r.URL.Path == until:
			return http.ErrUseLastResponse
		case len(via) > 10:
			return errors.New("it goes in circles")
		}
		return nil
	}}
}

var (
	beginLink = regexp.MustCompile(`href="(/login/begin[^"]*)"`)
	loginID   = regexp.MustCompile(`name="id" value="([^"]*)"`)
)

// page is what a browser was led to.
type page struct {
	at   string // path and query
	to   string // where it would be led on; empty if it is not
	code int
	text string
}

func open(t *testing.T, c *http.Client, address string) page {
	t.Helper()
	return ask(t, c, http.MethodGet, address, nil)
}

func ask(t *testing.T, c *http.Client, method, address string, form url.Values) page {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{resp.Request.URL.RequestURI(), resp.Header.Get("Location"), resp.StatusCode, string(text)}
}

// logIn logs in at the provider, whose page a browser has been led to.
func logIn(t *testing.T, c *http.Client, p *idp, form page, user string) page {
	t.Helper()
	id := loginID.FindStringSubmatch(form.text)
	if id == nil {
		t.Fatalf("no page of the provider: %+v", form)
	}
	return ask(t, c, http.MethodPost, p.issuer+"login/username", url.Values{"id": {id[1]}, "username": {user}, "password": {"secret"}})
}

// authorize logs in from an address of the provider, and returns what the
// browser would come back with.
func authorize(t *testing.T, p *idp, address, user string) url.Values {
	t.Helper()
	c := browser(t, "/login/callback")
	back, err := url.Parse(logIn(t, c, p, open(t, c, address), user).to)
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("no code: %v %v", back, err)
	}
	return back.Query()
}
