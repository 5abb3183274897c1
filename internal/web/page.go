package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates by name, each with the layout around it.
var pages = parsePages()

func parsePages() map[string]*template.Template {
	layout := template.Must(template.New("layout").Funcs(funcs).Funcs(viewFuncs).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/lists.html"))
	out := map[string]*template.Template{}
	files, err := fs.Glob(templateFiles, "templates/page-*.html")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(path.Base(file), "page-"), ".html")
		out[name] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, file))
	}
	return out
}

// page is what every page has.
type page struct {
	Title string
	Nav   string // the part of the navigation that it belongs to
	Path  string
	User  User
	Login bool // there is somebody to log out
	Bare  bool // without navigation
	SQL   bool // the user may ask freely
	CSRF  string
	F     filter
	Now   time.Time
	// Version is the tool's own.
	Version string
}

func (s *server) page(r *request, title, nav string) page {
	return page{
		Title: title, Nav: nav, Path: r.URL.Path, User: r.user, Login: s.Auth != nil && r.user.Name != "", SQL: s.consoleOf(r.user) != nil,
		Bare: s.Auth != nil && r.user.Name == "", CSRF: s.tokens.of(r.session), F: r.f, Now: s.Now(), Version: s.Version,
	}
}

// render writes a whole page, or an error in its place.
func (s *server) render(w http.ResponseWriter, r *request, code int, name string, data any) {
	var b bytes.Buffer
	if err := pages[name].ExecuteTemplate(&b, "layout", data); err != nil {
		s.Log.Error("render", "page", name, "path", r.URL.Path, "error", err)
		http.Error(w, "this page cannot be shown; the server's log says why", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes()) // who has gone away does not mind
}

func (s *server) show(w http.ResponseWriter, r *request, name string, data any) error {
	s.render(w, r, http.StatusOK, name, data)
	return nil
}

// Partial is what a page must say of what it cannot show.
type Partial struct {
	// Clusters could not be heard of, or could not tell everything.
	Clusters []store.Cluster
	Coverage float64
}

// partialOf are the clusters of which something is missing.
func partialOf(clusters []store.Cluster, coverage float64) *Partial {
	p := &Partial{Coverage: coverage}
	for _, c := range clusters {
		if c.Problem != "" || len(c.NotAssessed) > 0 {
			p.Clusters = append(p.Clusters, c)
		}
	}
	if len(p.Clusters) == 0 && coverage >= 1 {
		return nil
	}
	return p
}

// counted is a number with its noun.
func counted(n int, one string, many ...string) string {
	word := one + "s"
	if len(many) > 0 {
		word = many[0]
	}
	if n == 1 {
		word = one
	}
	return fmt.Sprintf("%s %s", grouped(n), word)
}

// grouped is a number with thin spaces between thousands.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}
