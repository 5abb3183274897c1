package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

// versions are the hashes of our files, by name: what a browser keeps of them
// is right as long as the address is.
var versions = func() map[string]string {
	out := map[string]string{}
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		panic(err) // embedded above
	}
	for _, e := range entries {
		text, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(text)
		out[e.Name()] = hex.EncodeToString(sum[:6])
	}
	return out
}()

func staticURL(name string) template.URL {
	return template.URL("/static/" + name + "?v=" + versions[name])
}

func serveStatic(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	text, err := staticFiles.ReadFile("static/" + name)
	if err != nil || r.URL.Path != "/static/"+name {
		http.NotFound(w, r)
		return
	}
	if r.URL.Query().Get("v") == versions[name] {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("ETag", `"`+versions[name]+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
}
