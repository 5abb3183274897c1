package tables

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// literal is what an object says in plain: the value of a variable, or of a key
// of a ConfigMap. It is in no column but as far as it configures the cluster's
// own parts.
type literal struct {
	key, value string
	// withheld is set where value is as sealed made it.
	withheld bool
}

// length is in bytes.
func (l literal) length() int {
	if l.withheld {
		return atoi(l.fact(0))
	}
	return len(l.value)
}

// hash8 is the first 8 digits of the value's SHA-256, which tell equal values
// from different ones and do not give them away; NULL when it is empty.
func (l literal) hash8() Value {
	if l.withheld || l.value == "" {
		return Str(l.fact(1))
	}
	sum := sha256.Sum256([]byte(l.value))
	return Str(hex.EncodeToString(sum[:4]))
}

// credential is the pattern that the value matches and its line, from 1.
func (l literal) credential() (pattern string, line int) {
	if l.withheld {
		return l.fact(3), atoi(l.fact(2))
	}
	return credentialInFile(l.key, l.value)
}

// text is the value itself, where it is not withheld.
func (l literal) text() (string, bool) {
	if !l.withheld || l.value == "" {
		return l.value, true
	}
	_, text, ok := strings.Cut(l.value, "\n")
	return text, ok
}

// sealed is what is saved of the value: length, hash, line and pattern on a
// line, which is all that columns tell of it. What told has is saved with it.
func (l literal) sealed(told *string) string {
	if l.withheld || l.value == "" {
		return l.value
	}
	pattern, line := l.credential()
	facts := fmt.Sprintf("%d %s %d %s", l.length(), l.hash8().text, line, pattern)
	if told != nil {
		facts += "\n" + *told
	}
	return facts
}

func (l literal) fact(i int) string {
	line, _, _ := strings.Cut(l.value, "\n")
	facts := strings.SplitN(line, " ", 4)
	if len(facts) != 4 {
		return ""
	}
	return facts[i]
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
