package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The states of a finding.
const (
	open     = "open"
	waived   = "waived"
	exempt   = "exempt"
	resolved = "resolved"
)

func stateOf(f posture.Finding) string { return f.State() }

// known is a finding as the database has it.
type known struct {
	fingerprint string
	asset       posture.Asset
	severity    posture.Severity
	team, state string
	firstSeen   int64
	opened      int64
	changed     int64
	initial     bool
	hash, proof []byte
	why         posture.ResolveReason // where it ends now
}

func sortKnown(all []*known) {
	slices.SortFunc(all, func(a, b *known) int { return a.asset.Compare(b.asset) })
}

const knownColumns = `SELECT fingerprint, kind, namespace, name, severity, team, state, first_seen, opened, changed, initial, hash, proof FROM finding`

// known are findings of the rule that the delta may be about: all that are open
// if it is Whole, and those that it names.
func (m *merge) known(ctx context.Context, r posture.RuleDelta, exists bool) (map[string]*known, error) {
	if !exists {
		return map[string]*known{}, nil
	}
	out := map[string]*known{}
	if r.Whole {
		var err error
		if out, err = m.openOf(ctx, r.ID); err != nil {
			return nil, err
		}
	}
	var named []string
	for _, f := range r.Findings {
		if out[f.Fingerprint] == nil {
			named = append(named, f.Fingerprint)
		}
	}
	if !r.Whole {
		for _, res := range r.Resolved {
			named = append(named, res.Fingerprint)
		}
	}
	for some := range slices.Chunk(named, many) {
		in, args := list(some)
		if err := m.load(ctx, out, knownColumns+` WHERE cluster = ? AND rule = ? AND fingerprint IN `+in, append([]any{m.uid, r.ID}, args...)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (m *merge) openOf(ctx context.Context, rule string) (map[string]*known, error) {
	out := map[string]*known{}
	return out, m.load(ctx, out, knownColumns+` WHERE cluster = ? AND rule = ? AND state <> 'resolved'`, []any{m.uid, rule})
}

func (m *merge) load(ctx context.Context, into map[string]*known, query string, args []any) error {
	return m.each(ctx, query, args, func(scan func(...any) error) error {
		k := &known{}
		err := scan(&k.fingerprint, &k.asset.Kind, &k.asset.Namespace, &k.asset.Name, &k.severity, &k.team, &k.state, &k.firstSeen, &k.opened, &k.changed, &k.initial, &k.hash, &k.proof)
		into[k.fingerprint] = k
		return err
	})
}

// content is what of a finding nothing is looked for by.
type content struct {
	File     string             `json:"file,omitempty"`
	Line     int                `json:"line,omitempty"`
	Pods     int                `json:"pods,omitempty"`
	Exempt   string             `json:"exempt,omitempty"`
	Evidence []posture.Evidence `json:"evidence"`
	Fix      string             `json:"fix,omitempty"`
	Waiver   *posture.Waiver    `json:"waiver,omitempty"`
	Proposed *posture.Waiver    `json:"proposed,omitempty"`
}

func contentOf(f posture.Finding) (string, error) {
	text, err := json.Marshal(content{f.File, f.Line, f.Pods, f.Exempt, f.Evidence, f.Fix, f.Waiver, f.Proposed})
	return string(text), err
}

// place is the namespace that an asset is in, or is.
func place(a posture.Asset) string {
	if a.Kind == "Namespace" {
		return a.Name
	}
	return a.Namespace
}

func sortedIDs[V any](m map[string]V) []string {
	ids := make([]string, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(posture.CompareIDs(a, b), cmp.Compare(a, b)) })
	return ids
}
