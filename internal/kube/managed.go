package kube

import "encoding/binary"

// Wire tags: field number and type 2.
const (
	tagMetadata      = 1<<3 | 2  // of every object
	tagManagedFields = 17<<3 | 2 // of its metadata, and the last field there
)

// withoutManaged returns an object's bytes without metadata.managedFields,
// which nothing reads and which are two fifths of many objects: to decode them
// costs as much. It works in place. What is not laid out as the API server
// does is returned as it is.
func withoutManaged(object []byte) []byte {
	if len(object) == 0 || object[0] != tagMetadata {
		return object
	}
	length, n := binary.Uvarint(object[1:])
	if n <= 0 || length > uint64(len(object)-1-n) {
		return object
	}
	meta := object[1+n:][:length]
	keep, ok := managedAt(meta)
	if !ok {
		return object
	}
	// The head and what is kept of the metadata move up to the rest.
	head := binary.AppendUvarint([]byte{tagMetadata}, uint64(keep))
	start := 1 + n + int(length) - keep - len(head)
	copy(object[start+len(head):], meta[:keep])
	copy(object[start:], head)
	return object[start:]
}

// managedAt returns where in the metadata the managed fields begin, if they do
// and nothing else follows.
func managedAt(meta []byte) (int, bool) {
	begin := -1
	for at := 0; at < len(meta); {
		tag, _, end := field(meta, at)
		switch {
		case end < 0:
			return 0, false
		case tag == tagManagedFields && begin < 0:
			begin = at
		case tag != tagManagedFields && begin >= 0:
			return 0, false
		}
		at = end
	}
	return begin, begin >= 0
}
