package alert

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// event is of prod, team payments.
func event(seq int64, typ store.EventType, rule, name string) store.Event {
	return store.Event{
		Seq: seq, Cluster: "uid-1", ClusterName: "prod", At: noon.Add(time.Duration(seq) * time.Second), Type: typ,
		Rule: rule, Title: "Title of " + rule, Section: "Pods", Benchmark: "nsa", Severity: posture.High, Team: "payments",
		Asset: posture.Asset{Kind: "Deployment", Namespace: "shop", Name: name}, Fingerprint: rule + "-" + name,
	}
}

func told(notices []Notice) (out []string) {
	for _, n := range notices {
		line := n.Type + " " + n.Cluster.Name
		if n.Rule != nil {
			line += " " + n.Team + " " + n.Rule.ID
		}
		line += ": " + n.Counts.String()
		for _, f := range n.Findings {
			line += fmt.Sprintf(" [%s %s]", f.Change, f.Name)
		}
		for _, r := range n.Rules {
			line += fmt.Sprintf(" [%s %s]", r.ID, r.Counts)
		}
		out = append(out, line)
	}
	return out
}

func TestGather(t *testing.T) {
	first := func(e store.Event) store.Event { e.First = true; return e }
	team := func(e store.Event, team string) store.Event { e.Team = team; return e }
	for name, tt := range map[string]struct {
		events []store.Event
		want   []string
	}{
		"by cluster, team and rule": {
			[]store.Event{
				event(1, store.Opened, "NSA-07", "web"), event(2, store.Opened, "NSA-08", "web"),
				event(3, store.Opened, "NSA-07", "api"), team(event(4, store.Opened, "NSA-07", "db"), "data"),
			},
			[]string{
				"transitions prod payments NSA-07: 2 new [new web] [new api]",
				"transitions prod payments NSA-08: 1 new [new web]",
				"transitions prod data NSA-07: 1 new [new db]",
			},
		},
		"what became of each": {
			[]store.Event{
				event(1, store.Opened, "NSA-07", "brief"), event(2, store.Resolved, "NSA-07", "brief"),
				event(3, store.Resolved, "NSA-07", "gone"), event(4, store.Resolved, "NSA-07", "flaps"), event(5, store.Reopened, "NSA-07", "flaps"),
				event(6, store.Opened, "NSA-07", "stays"), event(7, store.Changed, "NSA-07", "stays"),
				event(8, store.Opened, "NSA-07", "twice"), event(9, store.Resolved, "NSA-07", "twice"), event(10, store.Reopened, "NSA-07", "twice"),
			},
			[]string{"transitions prod payments NSA-07: 2 new, 1 resolved, 1 came and went [brief brief] [resolved gone] [new stays] [new twice]"},
		},
		"nothing to tell": {
			[]store.Event{event(4, store.Resolved, "NSA-07", "flaps"), event(5, store.Reopened, "NSA-07", "flaps")},
			nil,
		},
		"a first evaluation is one": {
			[]store.Event{
				first(event(1, store.Opened, "NSA-07", "web")), first(event(2, store.Opened, "NSA-08", "web")), first(event(3, store.Opened, "NSA-08", "api")),
				event(4, store.Resolved, "NSA-07", "web"),
			},
			[]string{
				"digest prod: 3 new [NSA-08 2 new] [NSA-07 1 new]",
				"transitions prod payments NSA-07: 1 resolved [resolved web]",
			},
		},
	} {
		got := told(gather("hook", tt.events, noon, ""))
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// New rules, or a cluster that went astray, do not make a hundred messages.
func TestGatherMuch(t *testing.T) {
	var events []store.Event
	for i := range maxGroups + 10 {
		events = append(events, event(int64(i), store.Opened, fmt.Sprintf("A-%d", i), "web"))
	}
	notices := gather("hook", events, noon, "https://kspm.example.com/")
	if len(notices) != 1 || notices[0].Type != summary || notices[0].Counts.New != maxGroups+10 || len(notices[0].Rules) != maxRules || notices[0].Omitted != maxGroups+10-maxRules {
		t.Errorf("%+v", notices)
	}
	events = nil
	for i := range maxFindings + 5 {
		events = append(events, event(int64(i), store.Opened, "A-1", fmt.Sprint("web-", i)))
	}
	notices = gather("hook", events, noon, "https://kspm.example.com/")
	if n := notices[0]; len(n.Findings) != maxFindings || n.Omitted != 5 || n.Counts.New != maxFindings+5 ||
		n.URL != "https://kspm.example.com/rules/A-1?cluster=uid-1" || n.Findings[0].URL != "https://kspm.example.com/findings/uid-1/A-1-web-0" {
		t.Errorf("%+v", n)
	}
}

// A key is of what the message is about, and of nothing else.
func TestKeys(t *testing.T) {
	a, b := event(1, store.Opened, "A-1", "web"), event(2, store.Opened, "A-1", "api")
	one := func(receiver string, at time.Time, events ...store.Event) string {
		return gather(receiver, events, at, "")[0].Key
	}
	k := one("hook", noon, a, b)
	if k != one("hook", noon.Add(time.Hour), a, b) {
		t.Error("the same events have another key later")
	}
	for _, other := range []string{one("chat", noon, a, b), one("hook", noon, a), one("hook", noon, b)} {
		if other == k {
			t.Error("other messages have the same key")
		}
	}
}

// What cluster objects are called is text, to Slack as well.
func TestSlackText(t *testing.T) {
	e := event(1, store.Opened, "A-1", "<!channel>")
	e.Title, e.ClusterName = "a & b\n<https://evil.example.com|click>\x1b[31m\u202e", "prod|eu"
	var events []store.Event
	for i := range 30 {
		e.Fingerprint = fmt.Sprint(i)
		events = append(events, e)
	}
	body, err := (&Slack{Channel: "#x"}).body(gather("chat", events, noon, "https://kspm.example.com")[0])
	if err != nil {
		t.Fatal(err)
	}
	var m slackMessage
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	want := "<https://kspm.example.com/rules/A-1?cluster=uid-1|high A-1 a &amp; b &lt;https://evil.example.com/click&gt; [31m: 30 new in prod/eu, payments>"
	if m.Text != want || m.Channel != "#x" || m.Markup {
		t.Errorf("%s", m.Text)
	}
	text := m.Attachments[0].Text
	if strings.Contains(text, "<!") || !strings.Contains(text, "|Deployment/shop/&lt;!channel&gt;>") || !strings.HasSuffix(text, "and 20 more") {
		t.Error(text)
	}
}

// The example of the specification of Standard Webhooks.
func TestSign(t *testing.T) {
	got, err := sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want || err != nil {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	if _, err := sign("whsec_***", "a", noon, nil); err == nil || strings.Contains(err.Error(), "***") {
		t.Error(err)
	}
}
