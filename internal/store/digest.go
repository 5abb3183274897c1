package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

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
		row := appendText(nil, e.Path)
		var err error
		for _, d := range append([]posture.Detail{{Value: e.Actual}, {Value: e.Expected}, {Value: e.Fingerprint}}, e.Details...) {
			if row, err = appendValue(appendText(row, d.Name), d.Value); err != nil {
				return mark{}, err
			}
		}
		rows[i] = row
	}
	slices.SortFunc(rows, bytes.Compare)
	text := strconv.AppendInt(nil, int64(f.Severity), 10)
	for _, row := range rows {
		text = append(strconv.AppendInt(append(text, ' '), int64(len(row)), 10), row...)
	}
	proof := sha256.Sum256(text)
	text = append(text[:0], proof[:]...)
	for _, field := range []string{f.Kind, f.Namespace, f.Name, f.Team, f.File, f.Exempt, f.Fix} {
		text = appendText(text, field)
	}
	text = strconv.AppendInt(append(strconv.AppendInt(text, int64(f.Line), 10), ' '), int64(f.Pods), 10)
	for _, w := range []*posture.Waiver{f.Waiver, f.Proposed} {
		if text = append(text, '|'); w != nil {
			text = appendText(appendText(appendText(text, w.Reason), w.Owner), w.Expires)
		}
	}
	for _, e := range f.Evidence {
		text = strconv.AppendInt(append(text, ' '), int64(e.Line), 10)
	}
	hash := sha256.Sum256(text)
	return mark{hash: hash[:16], proof: proof[:8]}, nil
}

// appendText marks where it ends. What is no UTF-8 is as JSON has it, so that
// the other side of a wire comes to the same.
func appendText(to []byte, text string) []byte {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	return append(append(strconv.AppendInt(to, int64(len(text)), 10), ':'), text...)
}

// appendValue has a number as JSON has it: 1 may be an integer here and was a
// real number there.
func appendValue(to []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(to, 'n'), nil
	case string:
		return appendText(append(to, 's'), v), nil
	case int64:
		return strconv.AppendInt(append(to, 'i'), v, 10), nil
	}
	text, err := json.Marshal(v)
	return append(append(to, 'i'), text...), err
}
