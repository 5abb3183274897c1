package alert

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

const head1 = "apiVersion: kspm.io/v1\nkind: Alerts\n"

const oneHook = head1 + "receivers:\n- name: hook\n  webhook: {url: https://siem.example.com/kspm, secretEnv: HOOK}\n"

func TestParse(t *testing.T) {
	c, err := Parse("alerts.yaml", []byte(head1+`wait: 1m
receivers:
- name: oncall
  alertmanager:
    urls: [http://am-0:9093, http://am-1:9093]
    labels: {env: prod}
    username: kspm
    passwordFile: /etc/kspm/password
- name: chat
  slack: {urlFile: /etc/kspm/slack, channel: "#security"}
- name: siem
  webhook: {url: https://siem.example.com/kspm, secretEnv: HOOK, tokenEnv: TOKEN}
routes:
- to: [oncall]
  severity: high
  clusters: [prod-*]
- {to: [chat, siem], teams: [payments], tell: [new, resolved, waived]}
`))
	if err != nil {
		t.Fatal(err)
	}
	am := c.Receiver("oncall").Alertmanager
	if *c.Wait != time.Minute || len(am.URLs) != 2 || am.Resend != time.Minute || am.Username != "kspm" || *c.Routes[0].Severity != posture.High {
		t.Errorf("%+v %+v %+v", c, am, c.Routes[0])
	}
	if c.Receiver("nobody") != nil || c.Receiver("chat").Type() != "slack" {
		t.Error("receivers are not found by name")
	}
}

// A mistake is an error that names the line: the file would be trusted.
func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "a.yaml:1: want apiVersion: kspm.io/v1 and kind: Alerts",
		head1:                             "a.yaml: there is no receiver",
		head1 + "receiver: []":            "a.yaml:3: field receiver not found in the file",
		oneHook + "---\na: b":             "a.yaml: want one YAML document",
		oneHook + "wait: soon":            "a.yaml:6: cannot unmarshal !!str `soon` as a duration such as 30s",
		oneHook + "wait: -1s":             "a.yaml: wait -1s: want no less than 0s",
		head1 + "receivers:\n- name: a\n": `a.yaml:4: receiver "a": want one of alertmanager, slack, webhook`,
		head1 + "receivers:\n-\n":         "a.yaml:4: the receiver has no name",
		head1 + "receivers:\n- name: a\n  slack: {url: x}\n":                                              "a.yaml:5: field url not found in slack",
		head1 + "receivers:\n- name: a\n  slack: {}\n":                                                    `a.yaml:4: receiver "a": it lacks urlFile or urlEnv`,
		head1 + "receivers:\n- name: a\n  slack: {urlFile: a, urlEnv: b}\n":                               `a.yaml:4: receiver "a": urlFile and urlEnv are both there`,
		head1 + "receivers:\n- name: a\n  webhook: {url: 'https://x/'}\n":                                 `a.yaml:4: receiver "a": it lacks secretFile or secretEnv`,
		head1 + "receivers:\n- name: a\n  webhook: {url: ftp://x, secretEnv: b}\n":                        `a.yaml:4: receiver "a": the url is none of http or https`,
		head1 + "receivers:\n- name: a\n  webhook: {url: http://u:p@x, secretEnv: b}":                     `a.yaml:4: receiver "a": the url holds a password: want username and passwordFile`,
		head1 + "receivers:\n- name: a\n  webhook: {url: http://x, secret: hunter2}\n":                    "a.yaml:5: field secret not found in webhook",
		head1 + "receivers:\n- name: a\n  alertmanager: {}\n":                                             `a.yaml:4: receiver "a": it lacks urls`,
		head1 + "receivers:\n- name: a\n  alertmanager: {urls: [http://x], labels: {a-b: c}}\n":           `a.yaml:4: receiver "a": "a-b" is no name of a label`,
		head1 + "receivers:\n- name: a\n  alertmanager: {urls: [http://x], resend: 1ms}\n":                `a.yaml:4: receiver "a": resend 1ms: want no less than 1s`,
		head1 + "receivers:\n- name: a\n  alertmanager: {urls: [http://x], username: u}\n":                `a.yaml:4: receiver "a": it lacks passwordFile or passwordEnv`,
		head1 + "receivers:\n- name: a\n  alertmanager: {urls: [http://x], tokenEnv: a, username: u}\n":   `a.yaml:4: receiver "a": a token and a password are both there`,
		head1 + "receivers:\n- name: a\n  slack: {urlEnv: A}\n  webhook: {url: http://x, secretEnv: b}\n": `a.yaml:4: receiver "a": want one of alertmanager, slack, webhook`,
		oneHook + "- name: hook\n  slack: {urlEnv: A}\n":                                                  `a.yaml:6: receiver "hook" is there twice`,
		oneHook + "routes:\n- severity: high\n":                                                           "a.yaml:7: the route leads to nobody: it lacks to",
		oneHook + "routes:\n- {to: [hock]}\n":                                                             `a.yaml:7: the route leads to "hock", which is no receiver`,
		oneHook + "routes:\n- {to: [hook], severity: bad}\n":                                              `a.yaml:1: "bad" is not a severity: want critical, high, medium, low or info`,
		oneHook + "routes:\n- {to: [hook], teams: ['[']}\n":                                               `a.yaml:7: "[" is not a pattern`,
		oneHook + "routes:\n- {to: [hook], tell: [old]}\n":                                                `a.yaml:7: tell "old": want new, resolved, changed or waived`,
		oneHook + "routes:\n- {to: [hook], team: a}\n":                                                    "a.yaml:7: field team not found in a route",
		oneHook + "- name: b\n  slack: {urlEnv: A}\nroutes:\n- {to: [hook]}\n":                            `a.yaml:6: no route leads to receiver "b"`,
	} {
		_, err := Parse("a.yaml", []byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(oneHook))
	f.Add([]byte(oneHook + "routes:\n- {to: [hook], teams: [a*]}\n"))
	f.Add([]byte(head1 + "receivers: &a [*a, null]\nroutes: [null]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c, err := Parse("a.yaml", data); err == nil {
			c.tells(c.Receivers[0].Name, store.Event{Type: store.Opened})
		}
	})
}

func TestTells(t *testing.T) {
	c, err := Parse("alerts.yaml", []byte(oneHook+`- name: chat
  slack: {urlEnv: A}
routes:
- {to: [hook], severity: high, clusters: [prod-*], benchmarks: [nsa]}
- {to: [chat], teams: [unowned, pay*], tell: [new, waived]}
- {to: [chat], rules: [NSA-07], severity: critical}
`))
	if err != nil {
		t.Fatal(err)
	}
	event := func(change func(*store.Event)) store.Event {
		e := store.Event{Type: store.Opened, Cluster: "uid", ClusterName: "prod-eu", Team: "payments", Rule: "NSA-01", Benchmark: "nsa", Severity: posture.High}
		change(&e)
		return e
	}
	for name, tt := range map[string]struct {
		change     func(*store.Event)
		hook, chat bool
	}{
		"as it is":                     {func(*store.Event) {}, true, true},
		"less severe":                  {func(e *store.Event) { e.Severity = posture.Medium }, false, true},
		"another cluster":              {func(e *store.Event) { e.ClusterName = "dev" }, false, true},
		"another benchmark":            {func(e *store.Event) { e.Benchmark = "cis" }, false, true},
		"another team":                 {func(e *store.Event) { e.Team = "shop" }, true, false},
		"no team":                      {func(e *store.Event) { e.Team = "" }, true, true},
		"resolved":                     {func(e *store.Event) { e.Type = store.Resolved }, true, false},
		"resolved, by the second rule": {func(e *store.Event) { e.Type, e.Rule, e.Severity = store.Resolved, "NSA-07", posture.Critical }, true, true},
		"waived":                       {func(e *store.Event) { e.Type, e.Quiet = store.Waived, true }, false, true},
		"back":                         {func(e *store.Event) { e.Type = store.Reopened }, true, true},
		"no more waived":               {func(e *store.Event) { e.Type = store.Unwaived }, true, true},
		"changed":                      {func(e *store.Event) { e.Type = store.Changed }, false, false},
		"exempt":                       {func(e *store.Event) { e.Quiet = true }, false, false},
	} {
		e := event(tt.change)
		if hook, chat := c.tells("hook", e), c.tells("chat", e); hook != tt.hook || chat != tt.chat {
			t.Errorf("%s: hook %v, chat %v; want %v, %v", name, hook, chat, tt.hook, tt.chat)
		}
	}
	all, err := Parse("alerts.yaml", []byte(oneHook))
	if err != nil {
		t.Fatal(err)
	}
	if !all.tells("hook", event(func(e *store.Event) { e.Severity = posture.Low })) || all.tells("hook", event(func(e *store.Event) { e.Severity = posture.Info })) || all.tells("hook", event(func(e *store.Event) { e.Type = store.Waived })) {
		t.Error("without routes, everybody is told of what comes and goes, and of that alone")
	}
}

func TestSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(" one\n")
	s := secret{file: file}
	if got, err := s.read(); got != "one" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	write("two")
	if got, err := s.read(); got != "two" || err != nil {
		t.Errorf("what was changed since is not read: %q, %v", got, err)
	}
	write("\n")
	if _, err := s.read(); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Error(err)
	}
	t.Setenv("KSPM_TEST_SECRET", "three")
	if got, err := (secret{env: "KSPM_TEST_SECRET"}).read(); got != "three" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := (secret{env: "KSPM_TEST_NONE"}).read(); err == nil || err.Error() != "$KSPM_TEST_NONE is empty" {
		t.Error(err)
	}
}
