package osquery_test

import (
	"context"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/osquery"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testosquery"
)

// eventually runs a query until it gives what is wanted.
func eventually(t *testing.T, o *testosquery.Osqueryd, sql, want string) {
	t.Helper()
	var last string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		_, result, err := o.SQL(context.Background(), sql)
		if err != nil {
			last = err.Error()
		} else if last = strings.Join(lines(result), "\n"); last == want {
			return
		}
	}
	t.Fatalf("%s: %s, want %s", sql, last, want)
}

// sockets are the files beside osquery's socket.
func sockets(t *testing.T, socket string) []string {
	t.Helper()
	files, err := filepath.Glob(socket + ".*")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestOsqueryGoes: however osqueryd ends, and whenever it comes back, the
// extension is there again, with one socket and no more goroutines than
// before.
func TestOsqueryGoes(t *testing.T) {
	src := &cluster{pods: 50}
	path := socket(t)
	opts := options(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- osquery.Run(ctx, src, opts) }()
	const sql = "SELECT count(*) FROM k8s_pods"
	var before int
	for i := range 12 {
		o, err := testosquery.Start(path)
		if err != nil {
			t.Fatal(err)
		}
		switch i % 4 {
		case 0, 1, 2:
			eventually(t, o, sql, "50")
			if found := sockets(t, path); len(found) != 1 {
				t.Errorf("round %d: sockets %v", i, found)
			}
		case 3: // at any moment
			time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		}
		if i%2 == 0 {
			o.Close()
		} else {
			o.Quit()
		}
		if i == 4 {
			before = runtime.NumGoroutine()
		}
	}
	if after := runtime.NumGoroutine(); after > before+20 {
		t.Errorf("%d goroutines, %d before", after, before)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if found := sockets(t, path); len(found) != 0 {
		t.Errorf("sockets are left: %v", found)
	}
}

// TestOnce: an extension that osquery started ends with it, be it killed or
// asked to.
func TestOnce(t *testing.T) {
	for _, end := range []func(*testosquery.Osqueryd){(*testosquery.Osqueryd).Close, (*testosquery.Osqueryd).Quit} {
		opts := options(t, socket(t))
		opts.Once = true
		o, err := testosquery.Start(opts.Socket)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- osquery.Run(t.Context(), &cluster{}, opts) }()
		registered(t, o)
		end(o)
		select {
		case err := <-done:
			t.Log(err)
		case <-time.After(10 * time.Second):
			t.Fatal("the extension goes on without osquery")
		}
		if found := sockets(t, opts.Socket); len(found) != 0 {
			t.Errorf("sockets are left: %v", found)
		}
	}
}

// TestImpatient: a client that gives up in the middle neither breaks the
// extension nor ends the reading that others wait for.
func TestImpatient(t *testing.T) {
	src := &cluster{pods: 50, release: make(chan struct{})}
	o := serve(t, src, nil)
	const sql = "SELECT count(*) FROM k8s_pods"
	o.Impatient(50 * time.Millisecond)
	for range 5 {
		if got := query(t, o, sql); !slices.Equal(got, []string{"0"}) {
			t.Errorf("%v before anything was read", got)
		}
	}
	o.Impatient(time.Minute)
	close(src.release)
	eventually(t, o, sql, "50")
	if n := src.reads.Load(); n != 1 {
		t.Errorf("pods were read %d times", n)
	}
}

// TestDeadSockets: what a killed extension left is removed; what others listen
// on, and files that are no sockets, are not.
func TestDeadSockets(t *testing.T) {
	path := socket(t)
	long := time.Now().Add(-time.Hour)
	listen := func(name string, leave bool) {
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: name, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		if leave {
			l.SetUnlinkOnClose(false)
			l.Close()
		} else {
			t.Cleanup(func() { l.Close() })
		}
		if err := os.Chtimes(name, long, long); err != nil {
			t.Fatal(err)
		}
	}
	listen(path+".1", true)
	listen(path+".2", false)
	listen(path+".x", true)
	if err := os.WriteFile(path+".3", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path+".3", long, long); err != nil {
		t.Fatal(err)
	}
	opts := options(t, path)
	opts.Timeout, opts.Once = 50*time.Millisecond, true
	if err := osquery.Run(t.Context(), &cluster{}, opts); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("without osquery: %v", err)
	}
	want := []string{path + ".2", path + ".3", path + ".x"}
	if got := sockets(t, path); !slices.Equal(got, want) {
		t.Errorf("left: %v, want %v", got, want)
	}
	opts.Socket = "/" + strings.Repeat("x", 100)
	if err := osquery.Run(t.Context(), &cluster{}, opts); err == nil || !strings.Contains(err.Error(), "osquery allows 97") {
		t.Errorf("a long path: %v", err)
	}
}

// TestCalls: queries of one refresh share what was read, an ordinary join asks
// for a row by its key, and a materialized one once for each table.
func TestCalls(t *testing.T) {
	src := &cluster{pods: 200}
	o := serve(t, src, nil)
	query(t, o, "SELECT name, namespace FROM k8s_pods")
	query(t, o, "SELECT name FROM k8s_pods WHERE namespace = 'ns-1'")
	if n := src.reads.Load(); n != 1 {
		t.Errorf("pods were read %d times for two queries of the same columns", n)
	}
	o.Calls()
	const join = "SELECT c.image, p.name FROM k8s_containers c JOIN k8s_pods p ON p.uid = c.uid"
	plain := query(t, o, join)
	if calls := o.Calls(); len(plain) != 200 || calls["k8s_pods"]+calls["k8s_containers"] != 201 {
		t.Errorf("%d rows, calls %v", len(plain), calls)
	}
	once := query(t, o, `WITH c AS MATERIALIZED (SELECT uid, image FROM k8s_containers), p AS MATERIALIZED (SELECT uid, name FROM k8s_pods)
SELECT c.image, p.name FROM c JOIN p ON p.uid = c.uid`)
	if calls := o.Calls(); !slices.Equal(plain, once) || calls["k8s_pods"] != 1 || calls["k8s_containers"] != 1 {
		t.Errorf("%d rows, calls %v", len(once), calls)
	}
}

// TestSoak: many queries do not make the process grow.
func TestSoak(t *testing.T) {
	queries := 10_000
	if testing.Short() {
		queries = 500
	}
	o := serve(t, &cluster{pods: 300}, func(o *osquery.Options) { o.TTL = 200 * time.Millisecond })
	texts := []string{
		"SELECT count(*) FROM k8s_pods",
		"SELECT name, namespace FROM k8s_pods WHERE namespace = 'ns-3'",
		"SELECT image, count(*) FROM k8s_containers GROUP BY image",
		"SELECT reason FROM k8s_permissions WHERE NOT allowed AND table_name = 'k8s_nodes'",
		"SELECT * FROM k8s_pods WHERE uid = 'uid-7'",
	}
	var early uint64
	for i := range queries {
		query(t, o, texts[i%len(texts)])
		if i == queries/5 {
			early = heap()
		}
	}
	if late := heap(); late > early+early/4+2<<20 {
		t.Errorf("the heap grew from %d to %d KiB", early>>10, late>>10)
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
