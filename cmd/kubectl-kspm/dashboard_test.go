package main

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testbrowser"
)

// Somebody walks from the first page over two API servers, and one that is down,
// to the fix for one namespace, and runs the query that proved it.
func TestDashboardWalk(t *testing.T) {
	ctx := testbrowser.Start(t)
	cmd := command(t, "dashboard", "--kubeconfig", fleet(t), "--contexts", "prod-eu,prod-us,prod-down", "--no-browser")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	bad := testbrowser.Watch(t, ctx, address)
	var overview, finding, result string
	follow := func(link, heading string) chromedp.Action {
		return chromedp.Tasks{chromedp.Click(link), chromedp.WaitVisible(`//h1[contains(., "` + heading + `")]`)}
	}
	err = chromedp.Run(ctx, chromedp.Navigate(address), chromedp.Text("main", &overview),
		follow(`//a[contains(., "Network separation")]`, "Rules"),
		follow(`//tr[contains(., "NSA-23")]//a`, "NSA-23"),
		follow(`//tr[contains(., "prod-eu")]//td/a[contains(., " of ")]`, "Findings"),
		follow(`//th/a[contains(., "tenant")]`, "tenant"),
		chromedp.Text("main", &finding),
		follow(`//a[contains(., "Open in the console")]`, "SQL"),
		chromedp.Text("#result", &result))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Compliant assets", "prod-eu", "prod-us", "refuses connections", "Coverage"} {
		if !strings.Contains(overview, want) {
			t.Errorf("the overview does not say %q: %s", want, overview)
		}
	}
	for _, want := range []string{"bounds cpu and memory", "kind: ResourceQuota", "namespace: tenant", "Why it matters", "opened"} {
		if !strings.Contains(finding, want) {
			t.Errorf("the finding does not say %q: %s", want, finding)
		}
	}
	if !strings.Contains(result, "1 row") || !strings.Contains(result, "tenant") {
		t.Errorf("the query's result: %s", result)
	}
	for _, line := range bad.Take() {
		t.Error(line)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
}
