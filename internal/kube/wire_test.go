package kube

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	gocmp "github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// decodePods reads a reply into pods, managed fields left out.
func decodePods(r io.Reader) ([]corev1.Pod, metav1.ListMeta, error) {
	var pods []corev1.Pod
	meta, err := eachProto(r, func(data []byte) error {
		var p corev1.Pod
		if p.Unmarshal(withoutManaged(data)) != nil {
			return errCorrupt
		}
		pods = append(pods, p)
		return nil
	})
	return pods, meta, err
}

func TestEachProto(t *testing.T) {
	many := podList(0, 50, "next")
	many.RemainingItemCount = new(int64)
	big := podList(0, 3, "")
	big.Items[1].Annotations = map[string]string{"big": strings.Repeat("x", 300<<10)} // larger than the buffer
	for name, list := range map[string]*corev1.PodList{"empty": podList(0, 0, ""), "many": many, "big": big} {
		pods, meta, err := decodePods(iotest.HalfReader(bytes.NewReader(encode(t, list))))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range list.Items {
			list.Items[i].ManagedFields = nil
		}
		if diff := gocmp.Diff(list.ListMeta, meta); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if len(pods) != len(list.Items) || len(pods) > 0 && !gocmp.Equal(list.Items, pods) {
			t.Errorf("%s: %s", name, gocmp.Diff(list.Items, pods))
		}
	}
}

// A reply that was cut anywhere is never taken for a whole one.
func TestEachProtoCut(t *testing.T) {
	whole := encode(t, podList(0, 3, ""))
	// What follows the list is the empty contentEncoding and contentType.
	end := len(whole) - 4
	for n := range end {
		_, _, err := decodePods(bytes.NewReader(whole[:n]))
		if err == nil {
			t.Fatalf("cut after %d of %d bytes and no error", n, len(whole))
		}
	}
}

func TestEachProtoRefuses(t *testing.T) {
	huge := append([]byte(magic), 0x12)
	huge = binary.AppendUvarint(huge, 1<<40)
	huge = append(huge, 0x12)
	tests := map[string]struct {
		data []byte
		want error
	}{
		"nothing":  {nil, io.ErrUnexpectedEOF},
		"text":     {[]byte("<html>go away</html>"), errCorrupt},
		"a Status": {encode(t, &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}}), errCorrupt},
		"too big":  {binary.AppendUvarint(huge, 1<<30), errTooBig},
		"a lie":    {binary.AppendUvarint(huge, maxItem-1), io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := decodePods(bytes.NewReader(tt.data))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

func FuzzEachProto(f *testing.F) {
	for _, list := range []*corev1.PodList{podList(0, 0, ""), podList(0, 2, "next")} {
		f.Add(encode(f, list))
	}
	f.Add([]byte(magic + "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		total := 0
		_, err := eachProto(bytes.NewReader(data), func(item []byte) error {
			total += len(item)
			_ = withoutManaged(item)
			return nil
		})
		if total > len(data) {
			t.Errorf("%d bytes of items from %d bytes", total, len(data))
		}
		if err == nil && !bytes.HasPrefix(data, []byte(magic)) {
			t.Error("no error without the magic")
		}
	})
}

func FuzzEachJSON(f *testing.F) {
	f.Add([]byte(`{"kind":"PodList","metadata":{"continue":"x"},"items":[{"metadata":{"name":"a"}},{}]}`))
	f.Add([]byte(`{"kind":"Table","columnDefinitions":[{"name":"Type"}],"rows":[{"cells":["Opaque"],"object":{}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var l jsonList
		_ = l.each(bytes.NewReader(data), func(item []byte) error {
			if len(item) > len(data) {
				t.Errorf("%d bytes from %d", len(item), len(data))
			}
			return nil
		})
	})
}
