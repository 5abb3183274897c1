package kube

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"

	corev1 "k8s.io/api/core/v1"
)

// Wire tags of a Pod's spec, and of the node in it.
const (
	tagPodSpec  = 2<<3 | 2
	tagNodeName = 10<<3 | 2
)

// Admission gives each pod a volume for its token, named tokenVolume and five
// characters of its own.
const (
	tokenVolume = "kube-api-access-"
	blanks      = "?????" // in place of them: no name has such
)

// podSpecs decodes the specs of pods. Most are alike: the pods of one workload,
// which stand next to each other in a list, differ in the node and in the name of
// the token volume. Such a spec is decoded once, and given its two names each time.
type podSpecs struct {
	recent [8]podSpec
	next   int    // in recent, to be replaced
	last   uint64 // number given
	key    []byte // scratch
}

// podSpec is a decoded spec.
type podSpec struct {
	number uint64
	hash   uint64
	key    []byte // its bytes, without what differs
	spec   corev1.PodSpec
	tokens []*string // where the name of the token volume belongs
}

var keySeed = maphash.MakeSeed()

// pods decodes Pods.
func (d *decoder) pods(pod *corev1.Pod) func([]byte) error {
	return func(data []byte) error {
		pod.Reset()
		data = withoutManaged(data)
		d.raw = data
		before, spec, after, ok := splitPod(data)
		var known *podSpec
		if ok {
			known = d.specs.decode(spec)
		}
		d.object.Alike = 0
		if known == nil {
			if pod.Unmarshal(data) != nil {
				return errCorrupt
			}
		} else {
			if pod.Unmarshal(before) != nil || pod.Unmarshal(after) != nil {
				return errCorrupt
			}
			pod.Spec, d.object.Alike = known.spec, known.number
		}
		d.emit(&d.object)
		return nil
	}
}

// splitPod finds the bytes of the spec, and those of the fields before and after.
func splitPod(pod []byte) (before, spec, after []byte, ok bool) {
	for at := 0; at < len(pod); {
		tag, value, end := field(pod, at)
		if end < 0 || tag == tagPodSpec && ok {
			return nil, nil, nil, false
		}
		if tag == tagPodSpec {
			before, spec, after, ok = pod[:at], value, pod[end:], true
		}
		at = end
	}
	return before, spec, after, ok
}

// field reads the field that begins at an offset: its value, if it has a length,
// and where it ends, which is negative if it is of a type that the API does not use.
func field(data []byte, at int) (tag uint64, value []byte, end int) {
	tag, n := binary.Uvarint(data[at:])
	if n <= 0 {
		return 0, nil, -1
	}
	at += n
	length, n := binary.Uvarint(data[at:])
	if n <= 0 {
		return 0, nil, -1
	}
	at += n
	switch tag & 7 {
	case 0:
		return tag, nil, at
	case 2:
		if length <= uint64(len(data)-at) {
			return tag, data[at:][:length], at + int(length)
		}
	}
	return 0, nil, -1
}

// decode returns a decoded spec, valid until the next call, or nil if it is none
// that could be like another.
func (s *podSpecs) decode(spec []byte) *podSpec {
	node, token, count, ok := s.split(spec)
	if !ok {
		return nil
	}
	hash := maphash.Bytes(keySeed, s.key)
	found := s.find(hash)
	if found == nil {
		found = &s.recent[s.next]
		tokens := found.tokens[:0]
		*found = podSpec{key: append(found.key[:0], s.key...), hash: hash}
		if found.spec.Unmarshal(found.key) != nil {
			return nil
		}
		if found.tokens = tokenNames(&found.spec, tokens); len(found.tokens) != count {
			return nil // something else has such a name
		}
		s.last++
		found.number = s.last
		s.next = (s.next + 1) % len(s.recent)
	}
	found.spec.NodeName = string(node)
	if count > 0 {
		name := tokenVolume + string(token)
		for _, t := range found.tokens {
			*t = name
		}
	}
	return found
}

func (s *podSpecs) find(hash uint64) *podSpec {
	for i := range s.recent {
		if r := &s.recent[i]; r.number > 0 && r.hash == hash && bytes.Equal(r.key, s.key) {
			return r
		}
	}
	return nil
}

// split makes the key of a spec: its bytes without the node and with blanks for
// what is the token volume's own, of which count are found.
func (s *podSpecs) split(spec []byte) (node, token []byte, count int, ok bool) {
	s.key = s.key[:0]
	for at := 0; at < len(spec); {
		tag, value, end := field(spec, at)
		switch {
		case end < 0, tag == tagNodeName && node != nil:
			return nil, nil, 0, false
		case tag == tagNodeName:
			node = value
		default:
			s.key = append(s.key, spec[at:end]...)
		}
		at = end
	}
	for at := 0; ; count++ {
		i := bytes.Index(s.key[at:], []byte(tokenVolume))
		if i < 0 {
			return node, token, count, true
		}
		at += i + len(tokenVolume)
		if len(s.key)-at < len(blanks) {
			return nil, nil, 0, false
		}
		own := s.key[at:][:len(blanks)]
		if token == nil {
			token = bytes.Clone(own)
		} else if !bytes.Equal(own, token) {
			return nil, nil, 0, false
		}
		copy(own, blanks)
	}
}

// tokenNames finds the places of the blanks.
func tokenNames(spec *corev1.PodSpec, names []*string) []*string {
	const blank = tokenVolume + blanks
	for i := range spec.Volumes {
		if v := &spec.Volumes[i]; v.Name == blank {
			names = append(names, &v.Name)
		}
	}
	mounts := func(mounts []corev1.VolumeMount) {
		for i := range mounts {
			if mounts[i].Name == blank {
				names = append(names, &mounts[i].Name)
			}
		}
	}
	for i := range spec.InitContainers {
		mounts(spec.InitContainers[i].VolumeMounts)
	}
	for i := range spec.Containers {
		mounts(spec.Containers[i].VolumeMounts)
	}
	for i := range spec.EphemeralContainers {
		mounts(spec.EphemeralContainers[i].VolumeMounts)
	}
	return names
}
