package snapshot

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// Options are what to save.
type Options struct {
	Info      Info
	Tool      string // version of the tool
	Resources []*tables.Resource
	// Reason puts an error of reading a resource in a word or two.
	Reason func(error) (reason, grant string)
}

// Summary counts what was saved.
type Summary struct {
	Resources, Objects int
	// Unread are the resources that could not be read, with the reason.
	Unread map[string]string
}

// Write saves the resources of a source, one after the other. A resource that
// cannot be read is in the snapshot as unread: what needs it will not be
// assessed. The error is that of the writer or of ctx.
func Write(ctx context.Context, w io.Writer, src rows.Source, opts Options) (Summary, error) {
	out := &writer{w: bufio.NewWriterSize(w, 1<<20)}
	if err := out.raw([]byte(magic)); err != nil {
		return Summary{}, err
	}
	idx := index{Format: format, Tool: opts.Tool, Info: opts.Info}
	sum := Summary{Unread: map[string]string{}}
	for _, r := range opts.Resources {
		s, err := out.section(ctx, src, r, opts)
		if err != nil {
			return sum, err
		}
		idx.Resources = append(idx.Resources, s)
		if s.Reason != "" {
			sum.Unread[r.String()] = s.Reason
			continue
		}
		sum.Resources++
		sum.Objects += s.Objects
	}
	if err := out.index(idx); err != nil {
		return sum, err
	}
	return sum, out.w.Flush()
}

type writer struct {
	w      *bufio.Writer
	offset int64
	crc    uint32
}

func (w *writer) raw(b []byte) error {
	_, err := w.Write(b)
	return err
}

// Write implements io.Writer for the compressor.
func (w *writer) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	w.offset += int64(n)
	w.crc = crc32.Update(w.crc, castagnoli, b[:n])
	return n, err
}

// section writes the objects of one resource. What was written of a resource
// that then failed stays in the file and is not referred to.
func (w *writer) section(ctx context.Context, src rows.Source, r *tables.Resource, opts Options) (section, error) {
	s := section{Group: r.Group, Version: r.Version, Plural: r.Plural, Kind: r.Kind, Namespaced: r.Namespaced, Typed: r.New != nil}
	var readErr error
	for range 3 {
		s.Offset, s.Objects, w.crc = w.offset, 0, 0
		var writeErr error
		readErr, writeErr = w.objects(ctx, src, r, opts.Info.Namespace, &s.Objects)
		if writeErr != nil {
			return s, writeErr
		}
		if readErr == nil || !isRestart(readErr) {
			break
		}
	}
	if ctx.Err() != nil {
		return s, context.Cause(ctx)
	}
	s.Length, s.CRC = w.offset-s.Offset, w.crc
	if readErr != nil {
		s.Reason, s.Grant = opts.Reason(readErr)
		s.Objects = 0
	}
	return s, nil
}

func (w *writer) objects(ctx context.Context, src rows.Source, r *tables.Resource, namespace string, n *int) (readErr, writeErr error) {
	zw, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	var head [binary.MaxVarintLen64]byte
	readErr = src.Each(ctx, r, rows.Scope{Namespace: namespace}, func(o *tables.Object) {
		if writeErr != nil {
			return
		}
		data, err := encode(o)
		if err == nil {
			_, err = zw.Write(head[:binary.PutUvarint(head[:], uint64(len(data)))])
		}
		if err == nil {
			_, err = zw.Write(data)
		}
		writeErr = err
		*n++
	})
	if err := zw.Close(); err != nil && writeErr == nil {
		writeErr = err
	}
	return readErr, writeErr
}

func encode(o *tables.Object) ([]byte, error) {
	value := o.Withhold()
	if m, ok := value.(interface{ Marshal() ([]byte, error) }); ok {
		return m.Marshal()
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("%s %s/%s: %w", o.Resource.Kind, o.Meta.Namespace, o.Meta.Name, err)
	}
	return data, nil
}

func (w *writer) index(idx index) error {
	start := w.offset
	w.crc = 0
	zw, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := json.NewEncoder(zw).Encode(idx); err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return err
	}
	crc := w.crc
	return w.raw(append(appendUint32(appendUint64(nil, uint64(start)), crc), magic...))
}
