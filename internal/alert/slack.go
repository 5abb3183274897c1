package alert

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Slack is an incoming webhook of Slack, or of what takes the same (Mattermost,
// Rocket.Chat). Its address is a secret.
type Slack struct {
	URLFile string `yaml:"urlFile"`
	URLEnv  string `yaml:"urlEnv"`
	Channel string `yaml:"channel"` // where the webhook may choose
	CAFile  string `yaml:"caFile"`
}

// What a message may hold without being cut by Slack, and being read.
const (
	slackFindings = 10
	slackText     = 2900 // of the 3000 that an attachment's text may have
)

func (s *Slack) check() error { return secret{s.URLFile, s.URLEnv}.check("url", true) }

func (s *Slack) send(ctx context.Context, m store.Message, _ time.Time) (string, error) {
	to, err := address("", secret{s.URLFile, s.URLEnv})
	if err != nil {
		return "", err
	}
	return access{CAFile: s.CAFile}.post(ctx, to, http.Header{"Idempotency-Key": {m.Key}}, m.Body)
}

type slackMessage struct {
	Channel     string            `json:"channel,omitempty"`
	Text        string            `json:"text"`
	Markup      bool              `json:"mrkdwn"`
	Attachments []slackAttachment `json:"attachments,omitempty"`
}

type slackAttachment struct {
	Color    string `json:"color"`
	Fallback string `json:"fallback"`
	Text     string `json:"text"`
	Footer   string `json:"footer,omitempty"`
}

func (s *Slack) body(n Notice) ([]byte, error) {
	head := headline(n)
	a := slackAttachment{Color: color(n), Fallback: escape(head)}
	var lines []string
	for i, f := range n.Findings {
		if i == slackFindings {
			n.Omitted += len(n.Findings) - i
			break
		}
		line := "• " + f.Change + ": " + slackLink(f.URL, f.Asset.String())
		if f.Reason != "" {
			line += " (" + strings.ReplaceAll(string(f.Reason), "_", " ") + ")"
		}
		lines = append(lines, line)
	}
	for _, r := range n.Rules {
		lines = append(lines, fmt.Sprintf("• %s %s %s: %s", r.Severity, escape(r.ID), escape(r.Title), r.Counts))
	}
	if n.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", n.Omitted))
	}
	a.Text = fit(lines, slackText)
	if n.Rule != nil {
		a.Footer = escape(n.Rule.Section)
	}
	m := slackMessage{Channel: s.Channel, Text: slackLink(n.URL, head)}
	if a.Text != "" {
		m.Attachments = []slackAttachment{a}
	}
	return json.Marshal(m)
}

// headline says in one line what a notice is about.
func headline(n Notice) string {
	switch n.Type {
	case probe:
		return "This is a test of kubectl kspm: nothing happened"
	case digest:
		return fmt.Sprintf("%s was evaluated for the first time: %d findings", n.Cluster.Name, n.Counts.New)
	case summary:
		return fmt.Sprintf("%s: much changed at once: %s", n.Cluster.Name, n.Counts)
	}
	team := n.Team
	if team == "" {
		team = "unowned"
	}
	return fmt.Sprintf("%s %s %s: %s in %s, %s", n.Severity, n.Rule.ID, n.Rule.Title, n.Counts, n.Cluster.Name, team)
}

// String is what there is, such as "3 new, 1 resolved".
func (c Counts) String() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.New, "new"}, {c.Resolved, "resolved"}, {c.Brief, "came and went"}, {c.Changed, "changed"}, {c.Waived, "waived"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

func color(n Notice) string {
	switch {
	case n.Type == probe:
		return "#767676"
	case n.Counts.New+n.Counts.Brief+n.Counts.Changed == 0:
		return "#2e7d32"
	case n.Severity >= posture.High:
		return "#c62828"
	}
	return "#e69100"
}

// escape makes a text one that Slack takes no command from: <!channel> is one.
// Mark-up is off in what is sent, so that names of objects cannot use it.
func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(oneLine(text))
}

// slackLink is a text with a link, where there is one.
func slackLink(to, text string) string {
	if to == "" {
		return escape(text)
	}
	return "<" + strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C").Replace(to) + "|" + strings.ReplaceAll(escape(text), "|", "/") + ">"
}

// fit joins lines as far as they fit.
func fit(lines []string, most int) string {
	var b strings.Builder
	for i, line := range lines {
		if b.Len()+len(line) > most {
			fmt.Fprintf(&b, "and %d lines more", len(lines)-i)
			break
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}
