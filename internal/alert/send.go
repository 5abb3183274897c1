package alert

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Type is the receiver's kind, as the file names it.
func (r *Receiver) Type() string {
	switch {
	case r.Alertmanager != nil:
		return "alertmanager"
	case r.Slack != nil:
		return "slack"
	}
	return "webhook"
}

// body is a notice in the receiver's form.
func (r *Receiver) body(n Notice) ([]byte, error) {
	switch {
	case r.Alertmanager != nil:
		return json.Marshal([]amAlert{r.Alertmanager.notice(n, n.At.Add(time.Minute))})
	case r.Slack != nil:
		return r.Slack.body(n)
	}
	return r.Webhook.body(n)
}

// send returns what the receiver says to a message that it took.
func (r *Receiver) send(ctx context.Context, m store.Message, now time.Time) (string, error) {
	switch {
	case r.Alertmanager != nil:
		return r.Alertmanager.send(ctx, m, now)
	case r.Slack != nil:
		return r.Slack.send(ctx, m, now)
	}
	return r.Webhook.send(ctx, m, now)
}

// Test sends a message that says that it is a test, and returns the answer.
func (r *Receiver) Test(ctx context.Context, externalURL string) (said string, err error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", fmt.Errorf("key of the message: %w", err)
	}
	now := time.Now().UTC()
	n := Notice{
		APIVersion: posture.APIVersion, Kind: "Alert", Key: "kspm_test_" + hex.EncodeToString(id),
		Type: probe, At: now, URL: externalURL,
	}
	body, err := r.body(n)
	if err != nil {
		return "", err
	}
	return r.send(ctx, store.Message{Key: n.Key, Receiver: r.Name, At: now, Body: body}, now)
}
