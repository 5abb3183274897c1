package kube

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// maxItem bounds one object. etcd takes 1.5 MiB, aggregated APIs may give more.
const maxItem = 64 << 20

// magic begins every protobuf reply; a runtime.Unknown follows.
const magic = "k8s\x00"

var (
	errTooBig  = fmt.Errorf("an object is larger than %d MiB", maxItem>>20)
	errCorrupt = errors.New("corrupt protobuf")
)

// wire reads protobuf messages from a stream. It holds one item at a time.
type wire struct {
	r    *bufio.Reader
	left uint64 // of the enclosing message
	big  []byte // an item that the reader's buffer does not hold
}

// eachProto calls item for the bytes of every item of a list, valid during the
// call, and returns the list's metadata. All lists of the API have their
// metadata in field 1 and their items in field 2.
func eachProto(body io.Reader, item func([]byte) error) (metav1.ListMeta, error) {
	w := &wire{r: bufio.NewReaderSize(body, 64<<10), left: math.MaxUint64}
	var meta metav1.ListMeta
	head, err := w.r.Peek(len(magic))
	if err != nil {
		return meta, cutOff(err)
	}
	if string(head) != magic {
		return meta, errCorrupt
	}
	w.discard(len(magic))
	found := false
	for {
		if _, err := w.r.Peek(1); errors.Is(err, io.EOF) && found {
			return meta, nil
		}
		num, length, err := w.field()
		switch {
		case err != nil:
			return meta, err
		case num == 1: // typeMeta
			err = w.kind(length)
		case num == 2: // raw: the list
			found = true
			err = w.list(length, &meta, item)
		default:
			err = w.skip(length)
		}
		if err != nil {
			return meta, err
		}
	}
}

// kind refuses what is no list, such as a Status that came with a 200.
func (w *wire) kind(length uint64) error {
	data, err := w.bytes(length)
	if err != nil {
		return err
	}
	var t runtime.TypeMeta
	if t.Unmarshal(data) != nil || !strings.HasSuffix(t.Kind, "List") {
		return errCorrupt
	}
	return nil
}

func (w *wire) list(length uint64, meta *metav1.ListMeta, item func([]byte) error) error {
	if length > w.left {
		return errCorrupt
	}
	rest := w.left - length
	w.left = length
	for w.left > 0 {
		num, length, err := w.field()
		if err != nil {
			return err
		}
		if num != 1 && num != 2 {
			if err := w.skip(length); err != nil {
				return err
			}
			continue
		}
		data, err := w.bytes(length)
		if err != nil {
			return err
		}
		if num == 2 {
			err = item(data)
		} else if meta.Unmarshal(data) != nil {
			err = errCorrupt
		}
		if err != nil {
			return err
		}
	}
	w.left = rest
	return nil
}

// field reads the head of a field and returns its number and the length of
// what follows. The API's envelopes have no fields but of wire type 2, and a
// varint or two.
func (w *wire) field() (num, length uint64, err error) {
	tag, err := w.varint()
	if err != nil {
		return 0, 0, err
	}
	switch num = tag >> 3; {
	case num == 0:
		return 0, 0, errCorrupt
	case tag&7 == 0:
		_, err = w.varint()
		return math.MaxUint64, 0, err
	case tag&7 == 2:
		length, err = w.varint()
		return num, length, err
	}
	return 0, 0, errCorrupt
}

func (w *wire) varint() (uint64, error) {
	var v uint64
	for shift := 0; shift < 64; shift += 7 {
		if w.left == 0 {
			return 0, errCorrupt
		}
		b, err := w.r.ReadByte()
		if err != nil {
			return 0, cutOff(err)
		}
		w.left--
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, errCorrupt
}

// bytes reads a field's content. Memory grows with what has come, not with
// what the length promises.
func (w *wire) bytes(length uint64) ([]byte, error) {
	switch {
	case length > w.left:
		return nil, errCorrupt
	case length > maxItem:
		return nil, errTooBig
	}
	w.left -= length
	n := int(length)
	if n <= w.r.Size() {
		data, err := w.r.Peek(n)
		if err != nil {
			return nil, cutOff(err)
		}
		w.discard(n)
		return data, nil
	}
	buf := bytes.NewBuffer(w.big[:0])
	if _, err := io.CopyN(buf, w.r, int64(n)); err != nil {
		return nil, cutOff(err)
	}
	w.big = buf.Bytes()
	return w.big, nil
}

func (w *wire) skip(length uint64) error {
	if length > w.left {
		return errCorrupt
	}
	w.left -= length
	for length > 0 {
		n, err := w.r.Discard(int(min(length, 1<<20)))
		if err != nil {
			return cutOff(err)
		}
		length -= uint64(n)
	}
	return nil
}

// discard drops what has been peeked at. The peeked bytes stay valid until the
// next read.
func (w *wire) discard(n int) { _, _ = w.r.Discard(n) }

// cutOff makes an end of the stream that came too early tell so.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unwrap returns the raw message of a whole protobuf reply.
func unwrap(reply []byte) ([]byte, bool) {
	data, ok := bytes.CutPrefix(reply, []byte(magic))
	if !ok {
		return nil, false
	}
	var u runtime.Unknown
	err := u.Unmarshal(data)
	return u.Raw, err == nil
}
