package snapshot

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	// maxIndex and maxObject bound what a damaged file can make us allocate.
	maxIndex  = 16 << 20
	maxObject = 64 << 20
)

// File is an open snapshot: a source of objects. It is safe for concurrent
// use.
type File struct {
	f     *os.File
	index index
}

// Open reads the index of a snapshot, and makes sure that the rest is whole.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &File{f: f}
	err = s.readIndex()
	if err == nil {
		err = s.verify()
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// verify finds damage before anything is made of the file.
func (s *File) verify() error {
	for _, sec := range s.index.Resources {
		sum := crc32.New(castagnoli)
		n, err := io.Copy(sum, io.NewSectionReader(s.f, sec.Offset, sec.Length))
		if err != nil {
			return err
		}
		if n != sec.Length || sum.Sum32() != sec.CRC {
			return ErrCorrupt
		}
	}
	return nil
}

// Close closes the file.
func (s *File) Close() error { return s.f.Close() }

// Info says what the snapshot is of.
func (s *File) Info() Info { return s.index.Info }

// Resources are the resources in the snapshot.
func (s *File) Resources() []*tables.Resource {
	var all []*tables.Resource
	for i := range s.index.Resources {
		all = append(all, s.index.Resources[i].resource())
	}
	return all
}

func (s *section) resource() *tables.Resource {
	if s.Typed {
		if r := tables.ResourceForKind(s.Group, s.Kind); r != nil {
			return r
		}
	}
	return &tables.Resource{Group: s.Group, Version: s.Version, Plural: s.Plural, Kind: s.Kind, Namespaced: s.Namespaced}
}

func (s *File) readIndex() error {
	stat, err := s.f.Stat()
	if err != nil {
		return err
	}
	head := make([]byte, len(magic))
	if _, err := s.f.ReadAt(head, 0); err != nil || string(head) != magic {
		return ErrNot
	}
	end := stat.Size() - int64(trailerSize)
	trailer := make([]byte, trailerSize)
	if end < int64(len(magic)) {
		return ErrCorrupt
	}
	if _, err := s.f.ReadAt(trailer, end); err != nil {
		return err
	}
	start := int64(binary.LittleEndian.Uint64(trailer))
	if string(trailer[12:]) != magic || start < int64(len(magic)) || start > end || end-start > maxIndex {
		return ErrCorrupt
	}
	compressed := make([]byte, end-start)
	if _, err := s.f.ReadAt(compressed, start); err != nil {
		return err
	}
	if crc32.Checksum(compressed, castagnoli) != binary.LittleEndian.Uint32(trailer[8:]) {
		return ErrCorrupt
	}
	zr, err := zstd.NewReader(bytes.NewReader(compressed), zstd.WithDecoderMaxMemory(maxIndex))
	if err != nil {
		return err
	}
	defer zr.Close()
	var version struct{ Format int }
	text, err := io.ReadAll(zr)
	if err != nil || json.Unmarshal(text, &version) != nil {
		return ErrCorrupt
	}
	if version.Format > format {
		return ErrNewer
	}
	if err := json.Unmarshal(text, &s.index); err != nil {
		return ErrCorrupt
	}
	return nil
}

// Each implements rows.Source. A resource that could not be read when the
// snapshot was taken, or that this version of the tool has learnt since, is an
// *UnreadError: what needs it cannot be assessed.
func (s *File) Each(ctx context.Context, r *tables.Resource, scope rows.Scope, f func(*tables.Object)) error {
	for i := range s.index.Resources {
		sec := &s.index.Resources[i]
		if sec.Group != r.Group || sec.Plural != r.Plural {
			continue
		}
		if sec.Reason != "" {
			return &UnreadError{r, sec.Reason, sec.Grant}
		}
		return s.objects(ctx, r, sec, scope, f)
	}
	return &UnreadError{r, "not asked for", ""}
}

func (s *File) objects(ctx context.Context, r *tables.Resource, sec *section, scope rows.Scope, f func(*tables.Object)) error {
	sum := crc32.New(castagnoli)
	raw := io.TeeReader(io.NewSectionReader(s.f, sec.Offset, sec.Length), sum)
	zr, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer zr.Close()
	in := bufio.NewReaderSize(zr, 1<<16)
	next := decoder(r, sec.Typed)
	object := &tables.Object{Resource: r, Cluster: s.index.Info.Name, Withheld: true}
	var buf []byte
	for n := 0; n < sec.Objects; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		size, err := binary.ReadUvarint(in)
		if err != nil || size > maxObject {
			return ErrCorrupt
		}
		if uint64(cap(buf)) < size {
			buf = make([]byte, size)
		}
		buf = buf[:size]
		if _, err := io.ReadFull(in, buf); err != nil {
			return ErrCorrupt
		}
		if object.Value, object.Meta, err = next(buf); err != nil {
			return errors.Join(ErrCorrupt, err)
		}
		if within(r, object.Meta, scope) {
			f(object)
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return ErrCorrupt
	}
	if sum.Sum32() != sec.CRC {
		return ErrCorrupt
	}
	return nil
}

func within(r *tables.Resource, m *metav1.ObjectMeta, scope rows.Scope) bool {
	switch {
	case scope.Name != "" && scope.Name != m.Name:
		return false
	case scope.Namespace == "":
		return true
	case r.Namespaced:
		return m.Namespace == scope.Namespace
	case r == tables.Namespaces:
		return m.Name == scope.Namespace
	}
	return true
}

// decoder makes objects, typed ones in the same memory each time.
func decoder(r *tables.Resource, typed bool) func([]byte) (any, *metav1.ObjectMeta, error) {
	if !typed || r.New == nil {
		return func(data []byte) (any, *metav1.ObjectMeta, error) {
			u := &unstructured.Unstructured{}
			if err := json.Unmarshal(data, &u.Object); err != nil {
				return nil, nil, err
			}
			var head struct{ Metadata metav1.ObjectMeta }
			err := json.Unmarshal(data, &head)
			return u, &head.Metadata, err
		}
	}
	item := r.New()
	return func(data []byte) (any, *metav1.ObjectMeta, error) {
		item.Reset()
		err := item.Unmarshal(data)
		meta, _ := item.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
		return item, meta, err
	}
}

func isRestart(err error) bool { return errors.Is(err, rows.ErrRestart) }
