package watch

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

const (
	// packedAlone is how many objects of a resource are compressed without a
	// dictionary; those are the dictionary of all that follow.
	packedAlone = 200
	maxDict     = 32 << 10
	dictID      = 1
	maxUnpacked = 64 << 20
)

// packer compresses the objects of one resource, which are much alike: with a
// dictionary of others of its kind, a pod takes a tenth of its bytes.
type packer struct {
	enc, encDict *zstd.Encoder
	dec          atomic.Pointer[zstd.Decoder]
	seen         int
	dict         []byte
}

// plain are an encoder and a decoder without a dictionary, which all share: the
// tables of an encoder are a megabyte, most resources have few objects, and
// there may be a hundred clusters.
var plain = sync.OnceValues(func() (*packer, error) {
	enc, err := zstd.NewWriter(nil, encoderOptions()...)
	if err != nil {
		return nil, err
	}
	dec, err := zstd.NewReader(nil, decoderOptions()...)
	if err != nil {
		return nil, err
	}
	p := &packer{enc: enc}
	p.dec.Store(dec)
	return p, nil
})

func newPacker() (*packer, error) {
	shared, err := plain()
	if err != nil {
		return nil, err
	}
	p := &packer{enc: shared.enc}
	p.dec.Store(shared.dec.Load())
	return p, nil
}

func encoderOptions(more ...zstd.EOption) []zstd.EOption {
	return append(more, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false), zstd.WithWindowSize(64<<10))
}

func decoderOptions(more ...zstd.DOption) []zstd.DOption {
	return append(more, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxUnpacked))
}

// pack compresses an object. It is called by one goroutine at a time.
func (p *packer) pack(raw []byte) ([]byte, error) {
	if p.encDict != nil {
		return clip(p.encDict.EncodeAll(raw, nil)), nil
	}
	p.seen++
	if room := maxDict - len(p.dict); room > 0 && p.seen%4 == 0 { // not all of one owner
		p.dict = append(p.dict, raw[:min(len(raw), room)]...)
	}
	packed := clip(p.enc.EncodeAll(raw, nil))
	if p.seen < packedAlone {
		return packed, nil
	}
	var err error
	if p.encDict, err = zstd.NewWriter(nil, encoderOptions(zstd.WithEncoderDictRaw(dictID, p.dict))...); err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	dec, err := zstd.NewReader(nil, decoderOptions(zstd.WithDecoderDictRaw(dictID, p.dict))...)
	if err != nil {
		return nil, fmt.Errorf("dictionary: %w", err)
	}
	p.dec.Store(dec) // it unpacks what has no dictionary as well
	p.enc, p.dict = nil, nil
	return packed, nil
}

// unpack may be called by many goroutines.
func (p *packer) unpack(packed, buf []byte) ([]byte, error) {
	return p.dec.Load().DecodeAll(packed, buf[:0])
}

// clip lets go of what a buffer has beyond its content.
func clip(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }
