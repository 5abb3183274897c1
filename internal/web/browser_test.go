package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	printing "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testbrowser"
)

var shots = flag.String("shots", "", "existing folder for pictures of every page")

// kinds are pages of every kind, by name.
func kindsOfPages(t *testing.T) [][2]string {
	id := fingerprint(t, evil)
	return [][2]string{
		{"overview", "/"},
		{"rules", "/rules"},
		{"rules-passed", "/rules?status=pass"},
		{"rule", "/rules/A-1"},
		{"rule-not-assessed", "/rules/B-1"},
		{"clusters", "/clusters"},
		{"cluster", "/clusters/uid-prod"},
		{"findings", "/findings"},
		{"findings-none", "/findings?q=nothing-is-called-so"},
		{"finding", "/findings/uid-prod/" + id},
		{"waiver", "/findings/uid-prod/" + id + "/waiver"},
		{"teams", "/teams"},
		{"waivers", "/waivers"},
		{"changes", "/changes"},
		{"sql", "/sql"},
		{"sql-result", "/sql?sql=SELECT+name+FROM+k8s_pods&facet=kind&rows=4"},
		{"sql-mistake", "/sql?sql=SELECT+nonsense"},
		{"error", "/nothing"},
	}
}

func scheme(name string) chromedp.Action {
	return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})
}

func await(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// violation is what axe found against WCAG 2.2 AA.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// axe looks at the page that the browser shows.
func axe(t testing.TB, ctx context.Context) []violation {
	t.Helper()
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	var text string
	err = chromedp.Run(ctx,
		chromedp.Evaluate(string(script), nil),
		chromedp.Evaluate(`document.querySelectorAll('details').forEach((d) => { d.open = true; }); axe.run(document, {resultTypes: ['violations']}).then((r) => JSON.stringify(r.violations))`, &text, await),
	)
	if err != nil {
		t.Fatal(err)
	}
	var out []violation
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// lived is a fleet with some weeks behind it.
func lived(t *testing.T) store.Reader {
	t.Helper()
	s, err := store.Open(t.Context(), ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, days := range []int{25, 12, 0} {
		for _, name := range []string{"prod", "dev"} {
			var old []posture.Finding
			for i := range days {
				old = append(old, finding("Pod", "payments", fmt.Sprintf("old-%d", i)))
			}
			d := delta(name, old...)
			d.At = now.AddDate(0, 0, -days).Add(-time.Hour)
			if _, err := s.Apply(t.Context(), d, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

// Every page, light and dark, wide and narrow: axe finds nothing against it, it
// breaks no policy of its own, runs nothing that a cluster says, asks no other
// host, and fits.
func TestPagesInBrowser(t *testing.T) {
	ctx := testbrowser.Start(t)
	o := options(t)
	o.Store = lived(t)
	s := newServer(o)
	s.limits = nil
	base := serveHandler(t, s.handler())
	bad := testbrowser.Watch(t, ctx, "http://127.0.0.1")
	pages := append(kindsOfPages(t),
		[2]string{"login", serve(t, guarded(t)).URL + "/login"}, [2]string{"overview-empty", serve(t, Options{Store: fleet(t)}).URL},
		[2]string{"overview-new", serve(t, options(t)).URL})
	for _, p := range pages {
		address := p[1]
		if strings.HasPrefix(address, "/") {
			address = base + address
		}
		if err := chromedp.Run(ctx, chromedp.EmulateViewport(1360, 900), chromedp.Navigate(address), chromedp.WaitReady("html.js")); err != nil {
			t.Fatalf("%s: %v", p[0], err)
		}
		for _, look := range []struct {
			color string
			width int64
		}{{"light", 1360}, {"dark", 1360}, {"dark", 380}, {"light", 380}} {
			name := fmt.Sprintf("%s-%s-%d", p[0], look.color, look.width)
			var over int
			if err := chromedp.Run(ctx, scheme(look.color), chromedp.EmulateViewport(look.width, 900),
				chromedp.Evaluate(`document.documentElement.scrollWidth - innerWidth`, &over)); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			shoot(t, ctx, name)
			if over > 0 {
				t.Errorf("%s is wider than the window by %d", name, over)
			}
			for _, v := range axe(t, ctx) {
				t.Errorf("%s: %s (%s): %s %s", name, v.ID, v.Help, v.Nodes[0].HTML, v.Nodes[0].Summary)
			}
			for _, line := range bad.Take() {
				if p[0] != "error" || !strings.Contains(line, "404") {
					t.Errorf("%s: %s", name, line)
				}
			}
		}
	}
}

// What a page must not do is noticed.
func TestWatchNotices(t *testing.T) {
	ctx := testbrowser.Start(t)
	srv := serve(t, options(t))
	bad := testbrowser.Watch(t, ctx, srv.URL)
	err := chromedp.Run(ctx, chromedp.Navigate(srv.URL), chromedp.WaitReady("html.js"),
		chromedp.Evaluate(`document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p><img src="http://127.0.0.2:1/x">')`, nil))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(bad.Take(), "\n")
	if !strings.Contains(text, "inline style violates") || !strings.Contains(text, "127.0.0.2") {
		t.Errorf("noticed: %s", text)
	}
}

// shoot takes a picture of the whole page, where they are asked for.
func shoot(t testing.TB, ctx context.Context, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	var png []byte
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644); err != nil {
		t.Fatal(err)
	}
}

// Axe would find something.
func TestAxeFinds(t *testing.T) {
	ctx := testbrowser.Start(t)
	if err := chromedp.Run(ctx, chromedp.Navigate("data:text/html,<input><p style='color:%23ddd'>faint")); err != nil {
		t.Fatal(err)
	}
	if found := axe(t, ctx); len(found) < 3 {
		t.Errorf("axe found %v", found)
	}
}

// press is a key as people press it: what a page prevents is not typed, which
// KeyEvent would.
func press(key string) chromedp.Action {
	return chromedp.Tasks{input.DispatchKeyEvent(input.KeyDown).WithKey(key).WithText(key), input.DispatchKeyEvent(input.KeyUp).WithKey(key)}
}

// The keyboard alone leads through a list, to the search and to the help.
func TestKeys(t *testing.T) {
	ctx := testbrowser.Start(t)
	base := serve(t, options(t)).URL
	var first, second, back, search, typed, at string
	var help bool
	// Half a second is time enough for a list that should not come anew.
	focused := `document.activeElement.textContent.trim() || document.activeElement.name`
	err := chromedp.Run(ctx, chromedp.Navigate(base+"/findings"), chromedp.WaitReady("html.js"),
		chromedp.KeyEvent("j"), chromedp.Evaluate(focused, &first), chromedp.KeyEvent("j"), chromedp.Evaluate(focused, &second),
		chromedp.KeyEvent("k"), chromedp.Evaluate(focused, &back),
		chromedp.KeyEvent("?"), chromedp.Evaluate(`document.querySelector('#help').open`, &help), chromedp.KeyEvent(kb.Escape),
		press("/"), chromedp.Evaluate(focused, &search),
		chromedp.KeyEvent("secret"), chromedp.Poll(`document.querySelector('.count').textContent === '2 findings'`, nil),
		chromedp.Location(&typed),
		chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("j"), chromedp.Sleep(500*time.Millisecond), chromedp.KeyEvent(kb.Enter), chromedp.WaitVisible("#fix"), chromedp.Location(&at),
	)
	if err != nil {
		t.Fatal(err)
	}
	if first == "" || first == second || back != first || search != "q" || !help {
		t.Errorf("j %q, j %q, k %q, / %q, help %t", first, second, back, search, help)
	}
	if !strings.HasSuffix(typed, "?q=secret") || !strings.Contains(at, "/findings/uid-") {
		t.Errorf("after typing %s, after Enter %s", typed, at)
	}
}

// Words are completed in the console, and Ctrl-Enter runs.
func TestConsoleInBrowser(t *testing.T) {
	ctx := testbrowser.Start(t)
	base := serve(t, options(t)).URL
	var text, result string
	err := chromedp.Run(ctx, chromedp.Navigate(base+"/sql"), chromedp.WaitReady("html.js"), chromedp.Focus("#sql"),
		chromedp.KeyEvent("SELECT name FROM k8"), chromedp.WaitVisible("#offers li"), chromedp.KeyEvent(kb.Tab),
		chromedp.Value("#sql", &text),
		chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(2)), chromedp.WaitVisible("#result"), chromedp.Text("#result h2", &result))
	if err != nil {
		t.Fatal(err)
	}
	if text != "SELECT name FROM k8s_pods" || result != "5 rows" {
		t.Errorf("completed to %q, result %q", text, result)
	}
}

// Without script there is the same to read, and forms have a button.
func TestWithoutScript(t *testing.T) {
	ctx := testbrowser.Start(t)
	base := serve(t, options(t)).URL
	var count string
	err := chromedp.Run(ctx, emulation.SetScriptExecutionDisabled(true), chromedp.Navigate(base+"/findings"),
		chromedp.SetValue(`input[name=q]`, "secret"), chromedp.Click(`.filter button`), chromedp.WaitReady(".chips"),
		chromedp.Text(".count", &count))
	if err != nil || count != "2 findings" {
		t.Errorf("%q, %v", count, err)
	}
}

// On paper there is what there is to read, and nothing to press.
func TestPrint(t *testing.T) {
	ctx := testbrowser.Start(t)
	base := serve(t, options(t)).URL
	var pdf []byte
	var pressed int
	var background, text string
	err := chromedp.Run(ctx, emulation.SetEmulatedMedia().WithMedia("print").WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}),
		chromedp.Navigate(base+"/findings/uid-prod/"+fingerprint(t, "secret-plan")), chromedp.WaitReady("html.js"),
		chromedp.Evaluate(`[...document.querySelectorAll('button, .button, nav, input')].filter((e) => e.offsetParent).length`, &pressed),
		chromedp.Evaluate(`getComputedStyle(document.body).backgroundColor`, &background),
		chromedp.Text("main", &text),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			pdf, _, err = printing.PrintToPDF().Do(ctx)
			return err
		}))
	if err != nil {
		t.Fatal(err)
	}
	if pressed > 0 || background != "rgb(255, 255, 255)" || !strings.Contains(text, "hostPID: false") || len(pdf) < 10_000 {
		t.Errorf("%d to press, on %s, %d bytes of print: %s", pressed, background, len(pdf), text)
	}
}
