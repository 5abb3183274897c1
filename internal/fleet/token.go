package fleet

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// tokenPrefix makes tokens easy to find where they should not be.
const tokenPrefix = "kspm-enrol."

// errToken says that something is no token.
var errToken = errors.New("not an enrolment token: 'kubectl kspm hub token' makes one")

// newToken returns a token for agents and what the hub keeps of it, from which
// the token cannot be had again.
func newToken(a *Authority) (token, hash string) {
	secret := rand.Text()
	return tokenPrefix + secret + "." + pin(a.cert), hashToken(secret)
}

// parseToken takes a token apart: the secret, and the pin of the authority that
// alone may be told of it.
func parseToken(token string) (secret, authority string, err error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(token), tokenPrefix)
	secret, authority, both := strings.Cut(rest, ".")
	if !ok || !both || secret == "" || len(authority) != 43 {
		return "", "", errToken
	}
	return secret, authority, nil
}

func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
