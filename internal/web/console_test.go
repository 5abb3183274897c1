package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// narrower is a console that tells what it was narrowed to.
type narrower struct {
	answers
	visible map[string][]string
}

func (n narrower) Narrow(visible map[string][]string) Console { return narrower{visible: visible} }

func (n narrower) Query(context.Context, string, QueryLimits) (*Result, error) {
	text, err := json.Marshal(n.visible)
	return &Result{Columns: []string{"visible"}, Rows: [][]any{{string(text)}}}, err
}

// A console that can is kept to what the user may see.
func TestNarrowed(t *testing.T) {
	o := guarded(t)
	o.Console = narrower{}
	srv := serve(t, o)
	for token, want := range map[string]string{"all": `[["null"]]`, "shop": `[["{\"uid-prod\":[\"shop\"]}"]]`} {
		if code, body := get(t, srv.URL+"/api/v1/sql?sql=SELECT+1", "Authorization", "Bearer "+token); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s, want %s", token, code, body, want)
		}
		if code, body := get(t, srv.URL+"/sql?sql=SELECT+1", "Authorization", "Bearer "+token); code != http.StatusOK || strings.Contains(body, "uid-prod") != (token == "shop") {
			t.Errorf("the page for %s: %d", token, code)
		}
	}
	if code, _ := get(t, srv.URL+"/api/v1/sql?sql=SELECT+1", "Authorization", "Bearer nothing"); code != http.StatusForbidden {
		t.Errorf("without rights: %d", code)
	}
}

// The log says who logged in and out, who was shown what, asked what, and wrote
// which waiver; of who is not known, from where they tried.
func TestAudit(t *testing.T) {
	log := &record{}
	o := guarded(t)
	o.Log = log.logger()
	srv := serve(t, o)
	c := browserOf(t)
	page := read(t, c, srv.URL+"/")
	post(t, c, srv.URL+"/login", page, url.Values{"token": {"forged"}})
	post(t, c, srv.URL+"/login", page, url.Values{"token": {"all"}})
	read(t, c, srv.URL+"/findings?severity=high")
	read(t, c, srv.URL+"/sql?sql=SELECT+name")
	waiver := srv.URL + string(link("/findings", "uid-prod", fingerprint(t, "secret-plan"), "waiver"))
	form := read(t, c, waiver)
	post(t, c, waiver, form, url.Values{"reason": {"because"}, "owner": {"ann"}, "expires": {"2027-01-01"}})
	post(t, c, srv.URL+"/logout", form, url.Values{})
	get(t, srv.URL+"/api/v1/findings", "Authorization", "Bearer nothing")
	for _, want := range []string{
		"login refused from=127.0.0.1",
		"login user=root@example.com from=127.0.0.1",
		"request user=root@example.com from=127.0.0.1 method=GET path=/findings query=severity=high result=shown",
		"sql user=root@example.com from=127.0.0.1 sql=SELECT name",
		"waiver written user=root@example.com from=127.0.0.1 cluster=prod rule=A-1 asset=Deployment/payments/secret-plan owner=ann expires=2027-01-01",
		"logout user=root@example.com from=127.0.0.1",
		"request user=nobody@example.com from=127.0.0.1 method=GET path=/api/v1/findings query= result=" + errRights.text,
	} {
		if !slices.Contains(log.all(), want) {
			t.Errorf("not logged: %s", want)
		}
	}
	for _, line := range log.all() {
		if strings.Contains(line, "forged") || strings.Contains(line, "csrf") {
			t.Errorf("a secret is logged: %s", line)
		}
	}
}
