package manifest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// BenchmarkRead10k reads 10,000 objects and gives each of them once, and next
// to it measures the floor: apimachinery's YAML reader into typed objects, and
// nothing else. CPU is user and system time of the process.
func BenchmarkRead10k(b *testing.B) {
	dir, size := corpus(b, 10_000)
	b.SetBytes(size)
	var ours, floor time.Duration
	for b.Loop() {
		ours += cpu(func() { readAll(b, dir) })
		floor += cpu(func() { readFloor(b, dir) })
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(floor.Seconds()/float64(b.N), "floor-cpu-s/op")
	b.ReportMetric(ours.Seconds()/floor.Seconds(), "x-floor")
}

func BenchmarkOpen(b *testing.B) {
	dir, size := corpus(b, 10_000)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(context.Background(), []string{dir}, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func cpu(f func()) time.Duration {
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
	f()
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	return time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
}

func readAll(tb testing.TB, dir string) {
	f, err := Open(context.Background(), []string{dir}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	if p := f.Problems(); len(p) > 0 {
		tb.Fatal(p[0])
	}
	n := 0
	for _, r := range f.Resources() {
		if err := f.Each(context.Background(), r.Resource, rows.Scope{}, func(*tables.Object) { n++ }); err != nil {
			tb.Fatal(err)
		}
	}
	if n != 10_000 {
		tb.Fatalf("%d objects", n)
	}
}

func readFloor(tb testing.TB, dir string) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	codec := scheme.Codecs.UniversalDeserializer()
	n := 0
	for _, name := range files {
		h, err := os.Open(name)
		if err != nil {
			tb.Fatal(err)
		}
		r := utilyaml.NewYAMLReader(bufio.NewReader(h))
		for {
			doc, err := r.Read()
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				tb.Fatal(err)
			}
			if _, _, err := codec.Decode(doc, nil, nil); err != nil {
				tb.Fatal(err)
			}
			n++
		}
		h.Close()
	}
	if n != 10_000 {
		tb.Fatalf("%d objects", n)
	}
}
