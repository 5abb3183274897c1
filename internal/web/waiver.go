package web

import (
	"net/http"
	"strings"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/waiver"
)

// longest is how far ahead a waiver is proposed to end, and may.
const (
	usualWaiver   = 90 * day
	longestWaiver = 366 * day
)

type waiverPage struct {
	page
	Finding                store.Finding
	Reason, Owner, Expires string
	Earliest, Latest       string
	Problem                string
	YAML                   string
}

func (s *server) waiverPage(r *request) (*waiverPage, error) {
	f, _, err := s.oneFinding(r)
	if err != nil {
		return nil, err
	}
	date := func(d time.Duration) string { return s.Now().UTC().Add(d).Format(time.DateOnly) }
	return &waiverPage{
		page: s.page(r, "Waiver for "+f.Rule+" "+f.Asset.String(), "findings"), Finding: f,
		Owner: r.user.Name, Expires: date(usualWaiver), Earliest: date(day), Latest: date(longestWaiver),
	}, nil
}

func (s *server) waiverForm(w http.ResponseWriter, r *request) error {
	p, err := s.waiverPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, "waiver", p)
}

// waiverWrite answers with the text to commit. It grants nothing: who reviews
// the file does.
func (s *server) waiverWrite(w http.ResponseWriter, r *request) error {
	p, err := s.waiverPage(r)
	if err != nil {
		return err
	}
	p.Reason, p.Owner, p.Expires = strings.TrimSpace(r.FormValue("reason")), strings.TrimSpace(r.FormValue("owner")), strings.TrimSpace(r.FormValue("expires"))
	if p.YAML, p.Problem = p.write(); p.Problem != "" {
		s.render(w, r, http.StatusUnprocessableEntity, "waiver", p)
		return nil
	}
	s.Log.Info("waiver written", "user", r.user.Name, "from", s.clientOf(r.Request), "cluster", p.Finding.ClusterName, "rule", p.Finding.Rule, "asset", p.Finding.Asset.String(), "owner", p.Owner, "expires", p.Expires)
	return s.show(w, r, "waiver", p)
}

// write is the waiver as YAML, or what is wrong with it.
func (p *waiverPage) write() (text, problem string) {
	switch {
	case p.Reason == "":
		return "", "Say why the finding is accepted."
	case p.Owner == "":
		return "", "Say who answers for it."
	case p.Expires < p.Earliest || p.Expires > p.Latest:
		return "", "It must end between " + p.Earliest + " and " + p.Latest + "."
	}
	f := p.Finding
	selector := map[string]string{"cluster": literal(f.ClusterName), "kind": literal(f.Kind), "name": literal(f.Name)}
	if f.Namespace != "" {
		selector["namespace"] = literal(f.Namespace)
	}
	file := map[string]any{"apiVersion": "kspm.io/v1", "kind": "Waivers", "waivers": []any{map[string]any{
		"rules": []string{f.Rule}, "selector": selector, "reason": p.Reason, "owner": p.Owner, "expires": p.Expires,
	}}}
	out, err := yaml.Marshal(file)
	if err != nil {
		return "", err.Error()
	}
	if _, err := waiver.Parse("waivers.yaml", out); err != nil {
		return "", err.Error()
	}
	return string(out), ""
}

// literal is a glob that matches a name alone.
func literal(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}
