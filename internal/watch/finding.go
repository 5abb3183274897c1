package watch

import (
	"encoding/json"
	"fmt"
	"hash/maphash"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// finding is what is kept of a finding: all of it as compressed JSON, without the
// fix, which can be made again.
type finding struct {
	packed []byte
	print  uint64
	// What sums need.
	exempt, waived bool
}

func (f *finding) counts() bool { return !f.exempt && !f.waived }

// shelved findings are packed with a dictionary, like objects.
type archive struct {
	packer *packer
	seed   maphash.Seed
}

func newArchive() (*archive, error) {
	p, err := newPacker()
	return &archive{packer: p, seed: maphash.MakeSeed()}, err
}

func (a *archive) put(f posture.Finding) (*finding, error) {
	text, err := a.text(f)
	if err != nil {
		return nil, err
	}
	packed, err := a.packer.pack(text)
	return &finding{packed, maphash.Bytes(a.seed, text), f.Exempt != "", f.Waiver != nil}, err
}

// print identifies a finding by all that is told of it.
func (a *archive) print(f posture.Finding) (uint64, error) {
	text, err := a.text(f)
	return maphash.Bytes(a.seed, text), err
}

func (a *archive) text(f posture.Finding) ([]byte, error) {
	f.Fix, f.Fingerprint = "", ""
	text, err := json.Marshal(struct {
		posture.Finding
		Labels map[string]string `json:"labels,omitempty"`
	}{f, f.Labels})
	if err != nil {
		return nil, fmt.Errorf("finding of %s: %w", f.Asset, err)
	}
	return text, nil
}

func (a *archive) get(kept *finding) (f posture.Finding, err error) {
	text, err := a.packer.unpack(kept.packed, nil)
	if err != nil {
		return f, err
	}
	var whole struct {
		posture.Finding
		Labels map[string]string `json:"labels"`
	}
	err = json.Unmarshal(text, &whole)
	whole.Finding.Labels = whole.Labels
	return whole.Finding, err
}
