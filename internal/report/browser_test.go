package report

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testbrowser"
)

func browser(t *testing.T) context.Context {
	t.Helper()
	return testbrowser.Start(t)
}

// open opens a report from disk; whatever goes wrong in it fails the test.
func open(t *testing.T, ctx context.Context, r *posture.Report, actions ...chromedp.Action) {
	t.Helper()
	for _, line := range opened(t, ctx, written(t, "html", r, Style{Version: "v1.2.3"}), actions...) {
		t.Error(line)
	}
}

func opened(t *testing.T, ctx context.Context, text []byte, actions ...chromedp.Action) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	url := "file://" + file
	bad := testbrowser.Watch(t, ctx, url)
	if err := chromedp.Run(ctx, append([]chromedp.Action{chromedp.Navigate(url), chromedp.WaitReady(`html[data-ready]`)}, actions...)...); err != nil {
		t.Fatal(err)
	}
	return bad.Take()
}

// A page that does what it should not is noticed, and its own policy stops it.
func TestHTMLPolicy(t *testing.T) {
	ctx := browser(t)
	text := strings.Replace(string(written(t, "html", sample(), Style{})), "</main>",
		`<img src="https://evil.example/x.png"><p id="evil" style="color: red" onclick="alert(1)">x</p><script>document.title = "evil"</script></main>`, 1)
	var title, color string
	bad := strings.Join(opened(t, ctx, []byte(text), chromedp.Title(&title), chromedp.Evaluate(`getComputedStyle(document.querySelector('#evil')).color`, &color)), "\n")
	if strings.Count(bad, "Content Security Policy") < 3 || strings.Contains(title, "evil") || color == "rgb(255, 0, 0)" {
		t.Errorf("title %s, color %s, noticed: %s", title, color, bad)
	}
}

func eval(js string, into any) chromedp.Action { return chromedp.Evaluate(js, into) }

// The page opens from disk, asks for nothing, and its filter and folds work by
// keyboard alone.
func TestHTMLInBrowser(t *testing.T) {
	ctx := browser(t)
	var shown, searched, review, title, focused string
	var unfolded bool
	open(t, ctx, sample(),
		chromedp.Title(&title),
		chromedp.Text("#shown", &shown),
		chromedp.KeyEvent("/"), chromedp.KeyEvent("web-3"),
		eval(`document.activeElement.name`, &focused),
		chromedp.Sleep(300*time.Millisecond), chromedp.Text("#shown", &searched),
		chromedp.KeyEvent(kb.Escape), chromedp.SetValue(`select[name=status]`, "review"),
		eval(`document.querySelector('select[name=status]').dispatchEvent(new Event('input', {bubbles: true}))`, nil),
		chromedp.Sleep(300*time.Millisecond), chromedp.Text("#shown", &review),
		chromedp.Focus(`#A-10 > summary`), chromedp.KeyEvent(kb.Enter), chromedp.Focus(`#A-10 .finding > summary`), chromedp.KeyEvent(kb.Enter),
		eval(`document.querySelector('#A-10').open && document.querySelector('#A-10 .finding').open`, &unfolded),
	)
	for name, got := range map[string][2]string{
		"title": {title, "Security posture of "}, "shown": {shown, "5 rules, 7 findings"}, "focus": {focused, "q"},
		"searched": {searched, "1 rule, 1 finding"}, "review": {review, "1 rule, 1 finding"},
	} {
		if got[0] != strings.TrimSpace(got[1]) && got[0] != got[1] {
			t.Errorf("%s: %q, want %q", name, got[0], got[1])
		}
	}
	if !unfolded {
		t.Error("the folds do not open by keyboard")
	}
}

// Where findings have teams, the page shows one team's, or what nobody owns.
func TestHTMLTeams(t *testing.T) {
	ctx := browser(t)
	choose := func(team string, shown *string) chromedp.Action {
		return chromedp.Tasks{
			chromedp.SetValue(`select[name=team]`, team),
			eval(`document.querySelector('select[name=team]').dispatchEvent(new Event('input', {bubbles: true}))`, nil),
			chromedp.Sleep(300 * time.Millisecond), chromedp.Text("#shown", shown),
		}
	}
	var red, unowned, all string
	open(t, ctx, teamed(), choose("red", &red), choose("unowned", &unowned), choose("", &all))
	if red != "1 rule, 2 findings" || unowned != "3 rules, 5 findings" || all != "5 rules, 7 findings" {
		t.Errorf("red: %s; unowned: %s; all: %s", red, unowned, all)
	}
}

// axTree is the part of a browser's accessibility tree that is looked at. The
// package for it knows fewer properties than browsers have.
type axTree struct {
	Nodes []struct {
		Role       axValue `json:"role"`
		Name       axValue `json:"name"`
		Properties []struct {
			Name  string  `json:"name"`
			Value axValue `json:"value"`
		} `json:"properties"`
	} `json:"nodes"`
}

type axValue struct {
	Value any `json:"value"`
}

// Everything that can be reached by keyboard has a name for a screen reader,
// and headings go down one level at a time from the only h1.
func TestHTMLAccessible(t *testing.T) {
	ctx := browser(t)
	var tree axTree
	var headings []int
	open(t, ctx, compared(),
		eval(`document.querySelectorAll('details').forEach((d) => { d.open = true; })`, nil),
		eval(`[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))`, &headings),
		chromedp.ActionFunc(func(ctx context.Context) error {
			return cdp.Execute(ctx, "Accessibility.getFullAXTree", nil, &tree)
		}),
	)
	focusable := 0
	for _, n := range tree.Nodes {
		for _, p := range n.Properties {
			if p.Name == "focusable" && p.Value.Value == true && n.Role.Value != "RootWebArea" {
				focusable++
				if name, _ := n.Name.Value.(string); strings.TrimSpace(name) == "" {
					t.Errorf("a %v has no name", n.Role.Value)
				}
			}
		}
	}
	if focusable < 20 {
		t.Errorf("only %d things can be reached", focusable)
	}
	if len(headings) == 0 || headings[0] != 1 {
		t.Errorf("headings: %v", headings)
	}
	for _, level := range headings[1:] {
		if level == 1 {
			t.Error("a second h1")
		}
	}
}

// Names that are HTML, links or scripts are text.
func TestHTMLHostile(t *testing.T) {
	ctx := browser(t)
	var elements, links int
	var name string
	open(t, ctx, hostile(),
		eval(`document.querySelectorAll('img,iframe,object,embed,svg script,form form,base,link').length + document.scripts.length`, &elements),
		eval(`[...document.links].filter((a) => !a.hash && !a.href.startsWith('https://example.com/')).length`, &links),
		eval(`[...document.querySelectorAll('.asset')].map((e) => e.textContent).find((s) => s.includes('<script>'))`, &name),
	)
	if elements != 1 || links != 0 || !strings.Contains(name, "<script>alert(1)</script>") {
		t.Errorf("%d elements that should not be, %d links, name %q", elements-1, links, name)
	}
}

// The page fits a phone and prints, in the light and in the dark.
func TestHTMLFits(t *testing.T) {
	ctx := browser(t)
	var light, dark string
	var over [3]int
	var pdf []byte
	width := func(w int64, into *int) chromedp.Tasks {
		return chromedp.Tasks{chromedp.EmulateViewport(w, 800), eval(`document.documentElement.scrollWidth - innerWidth`, into)}
	}
	scheme := func(name string) chromedp.Action {
		return emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}})
	}
	background := `getComputedStyle(document.body).backgroundColor`
	open(t, ctx, compared(),
		width(360, &over[0]), width(800, &over[1]), width(1600, &over[2]),
		scheme("light"), eval(background, &light), scheme("dark"), eval(background, &dark),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			pdf, _, err = page.PrintToPDF().Do(ctx)
			return err
		}),
	)
	if over[0] > 0 || over[1] > 0 || over[2] > 0 {
		t.Errorf("wider than the window by %v", over)
	}
	if light == dark {
		t.Errorf("the background is %s, light and dark", light)
	}
	if len(pdf) < 10_000 {
		t.Errorf("%d bytes of print", len(pdf))
	}
}

// Five thousand findings do not freeze the page.
func TestHTMLManyFindings(t *testing.T) {
	ctx := browser(t)
	r := &posture.Report{Benchmark: "nsa", Source: posture.Source{Type: "cluster", Name: "big"}}
	for i := range 50 {
		rule := posture.RuleResult{ID: fmt.Sprintf("A-%d", i), Title: "Rule", Section: fmt.Sprintf("Section %d", i%7), Severity: posture.Severity(i % 5), Status: posture.Fail}
		for j := range 100 {
			f := failing(fmt.Sprintf("web-%d-%d", i, j), posture.Evidence{Path: "spec.x", Actual: "true", Expected: "false"}, posture.Evidence{Path: "spec.y", Actual: "1"})
			f.Fix = strings.Repeat("set it to false\n", 20)
			rule.Findings, rule.Judged = append(rule.Findings, f), append(rule.Judged, f.Asset)
		}
		r.Rules = append(r.Rules, rule)
	}
	r.Finish()
	var took float64
	var shown string
	started := time.Now()
	open(t, ctx, r,
		// From a key to the painted answer, less the pause that waits for the next key.
		chromedp.EvaluateAsDevTools(`new Promise((done) => {
			const q = document.querySelector('input[type=search]');
			q.value = 'web-7-';
			const start = performance.now();
			new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => done(performance.now() - start - 120)))).observe(document.getElementById('shown'), {childList: true});
			q.dispatchEvent(new Event('input', {bubbles: true}));
		})`, &took, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }),
		chromedp.Text("#shown", &shown),
	)
	if shown != "1 rule, 100 findings" {
		t.Errorf("shown: %q", shown)
	}
	if all := time.Since(started); took > 1500 || all > 40*time.Second {
		t.Errorf("the filter took %.0f ms, everything %s", took, all)
	}
	t.Logf("the filter took %.0f ms", took)
}
