package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Digest is that of a rule's findings, in whatever order: two sides with the
// same digest hold the same. Of none it is "".
func Digest(findings []posture.Finding) (string, error) {
	var s sum
	for _, f := range findings {
		p, err := markOf(f)
		if err != nil {
			return "", err
		}
		s.add(f.Fingerprint, p.hash)
	}
	return s.String(), nil
}

// sum is of a set of findings: how many, and the sum of their hashes as a
// number of 256 bits, so that one can be added or taken away without the others.
type sum struct {
	n     int64
	words [4]uint64 // the lowest first
}

func (s *sum) add(fingerprint string, hash []byte) {
	var carry uint64
	for i, w := range element(fingerprint, hash) {
		s.words[i], carry = bits.Add64(s.words[i], w, carry)
	}
	s.n++
}

func (s *sum) remove(fingerprint string, hash []byte) {
	var borrow uint64
	for i, w := range element(fingerprint, hash) {
		s.words[i], borrow = bits.Sub64(s.words[i], w, borrow)
	}
	s.n--
}

func element(fingerprint string, hash []byte) (words [4]uint64) {
	h := sha256.Sum256(append([]byte(fingerprint+"\x00"), hash...))
	for i := range words {
		words[i] = binary.BigEndian.Uint64(h[8*i:])
	}
	return words
}

func (s sum) String() string {
	if s.n == 0 {
		return ""
	}
	return fmt.Sprintf("%d:%016x%016x%016x%016x", s.n, s.words[0], s.words[1], s.words[2], s.words[3])
}

func parseSum(text string) (s sum, err error) {
	if text == "" {
		return s, nil
	}
	if _, err := fmt.Sscanf(text, "%d:%16x%16x%16x%16x", &s.n, &s.words[0], &s.words[1], &s.words[2], &s.words[3]); err != nil {
		return s, fmt.Errorf("digest %q: %w", text, err)
	}
	return s, nil
}

// mark tells whether a finding is as it was: hash whether in anything, proof
// whether in its evidence or severity. Where lines are and in which order rows
// come is not evidence.
type mark struct{ hash, proof []byte }

func markOf(f posture.Finding) (mark, error) {
	rows := make([][]byte, len(f.Evidence))
	for i, e := range f.Evidence {
		e.Line = 0
		var err error
		if rows[i], err = canonical(e); err != nil {
			return mark{}, err
		}
	}
	slices.SortFunc(rows, bytes.Compare)
	proof := sha256.New()
	fmt.Fprintf(proof, "%d", f.Severity)
	for _, row := range rows {
		fmt.Fprintf(proof, " %d:%s", len(row), row)
	}
	lines := make([]int, len(f.Evidence))
	for i, e := range f.Evidence {
		lines[i] = e.Line
	}
	f.Evidence = nil
	rest, err := canonical(f)
	if err != nil {
		return mark{}, err
	}
	p := mark{proof: proof.Sum(nil)[:8]}
	hash := sha256.New()
	fmt.Fprintf(hash, "%s %d:%s %v", p.proof, len(rest), rest, lines)
	p.hash = hash.Sum(nil)[:16]
	return p, nil
}

// canonical is JSON that stays the same over being read and written again: text
// that is no UTF-8 is escaped the first time alone.
func canonical(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return bytes.ReplaceAll(text, []byte(`\ufffd`), []byte("\ufffd")), err
}
