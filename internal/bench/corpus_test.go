//go:build unix

package bench

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"text/template"
)

// Each file of testdata is an application of ten objects, in the style of one
// kind of author: a Helm chart's output, what grew by hand, what comes with a
// namespace.
//
//go:embed testdata/*.yaml
var testdata embed.FS

const (
	perApp  = 10
	perFile = 10 // applications, which share a namespace
)

// corpus writes n objects, of ordinary kinds, sizes and styles, in files of
// 100, and returns the folder and its bytes.
func corpus(tb testing.TB, n int) (dir string, size int) {
	tb.Helper()
	apps := template.Must(template.ParseFS(testdata, "testdata/*.yaml"))
	dir = tb.TempDir()
	var b bytes.Buffer
	for i := range n / perApp {
		digest := sha256.Sum256(fmt.Append(nil, i))
		app := struct {
			Name, Namespace, Team, Digest string
			Minor                         int
		}{fmt.Sprintf("app-%d", i), fmt.Sprintf("team-%d", i/perFile), fmt.Sprintf("team%d", i/perFile%40), hex.EncodeToString(digest[:]), i % 17}
		kind := "web.yaml"
		switch {
		case i%perFile == 0:
			kind = "team.yaml"
		case i%2 == 0:
			kind = "legacy.yaml"
		}
		if err := apps.ExecuteTemplate(&b, kind, app); err != nil {
			tb.Fatal(err)
		}
		if i%perFile == perFile-1 {
			size += b.Len()
			if err := os.WriteFile(filepath.Join(dir, app.Namespace+".yaml"), b.Bytes(), 0o600); err != nil {
				tb.Fatal(err)
			}
			b.Reset()
		}
	}
	return dir, size
}
