package alert

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

// Webhook is sent a Notice as JSON, signed as standardwebhooks.com has it:
// webhook-signature is "v1," and the base64 of the HMAC-SHA256 of
// "id.timestamp.body".
type Webhook struct {
	URL        string `yaml:"url"`
	URLFile    string `yaml:"urlFile"`
	URLEnv     string `yaml:"urlEnv"`
	SecretFile string `yaml:"secretFile"`
	SecretEnv  string `yaml:"secretEnv"`
	access     `yaml:",inline"`
}

func (w *Webhook) secret() secret { return secret{w.SecretFile, w.SecretEnv} }

func (w *Webhook) check() error {
	return errors.Join(checkAddress(w.URL, secret{w.URLFile, w.URLEnv}), w.secret().check("secret", true), w.access.check())
}

func (w *Webhook) body(n Notice) ([]byte, error) { return json.Marshal(n) }

func (w *Webhook) send(ctx context.Context, m store.Message, now time.Time) (string, error) {
	address, err := address(w.URL, secret{w.URLFile, w.URLEnv})
	if err != nil {
		return "", err
	}
	text, err := w.secret().read()
	if err != nil {
		return "", fmt.Errorf("secret: %w", err)
	}
	signature, err := sign(text, m.Key, now, m.Body)
	if err != nil {
		return "", err
	}
	return w.post(ctx, address, http.Header{
		"Webhook-Id":        {m.Key},
		"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
		"Webhook-Signature": {signature},
		"Idempotency-Key":   {m.Key},
	}, m.Body)
}

// sign takes the secret as it is, or with whsec_ before it as the base64 of
// what it is.
func sign(secret, id string, at time.Time, body []byte) (string, error) {
	key := []byte(secret)
	if coded, ok := strings.CutPrefix(secret, "whsec_"); ok {
		var err error
		if key, err = base64.StdEncoding.DecodeString(coded); err != nil {
			return "", errors.New("secret: what follows whsec_ is no base64")
		}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// checkAddress refuses an address that is missing, twice there, or none.
func checkAddress(plain string, s secret) error {
	switch {
	case plain == "":
		return s.check("url", true)
	case s.set():
		return errors.New("url and urlFile or urlEnv are both there")
	}
	return checkURL(plain)
}

// address is the one that is given, or that a secret holds.
func address(plain string, s secret) (string, error) {
	if plain != "" {
		return plain, nil
	}
	text, err := s.read()
	if err != nil {
		return "", fmt.Errorf("url: %w", err)
	}
	return text, checkURL(text)
}
