package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

// served is a kubectl-kspm serve that runs.
type served struct {
	t              *testing.T
	cmd            *exec.Cmd
	pages, metrics string
	ended          chan error

	mu  sync.Mutex
	log bytes.Buffer
}

var listens = regexp.MustCompile(`for=(\w+) at=(\S+)`)

// startServe starts the command in a folder, and waits until it listens.
func startServe(t *testing.T, dir string, args ...string) *served {
	t.Helper()
	cmd := command(t, args...)
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, cmd: cmd, ended: make(chan error, 1)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewReader(stderr)
		for {
			line, err := lines.ReadString('\n')
			s.mu.Lock()
			s.log.WriteString(line)
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		<-read
		s.ended <- cmd.Wait()
	}()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%v:\n%s", args, s.said())
		}
		_ = cmd.Process.Kill()
	})
	want := 0
	for _, what := range []string{"--listen", "--metrics-listen", "--hub-listen"} {
		if slices.Contains(args, what) {
			want++
		}
	}
	eventually(t, "that it listens", func() bool {
		select {
		case err := <-s.ended:
			t.Fatalf("it ended: %v", err)
		default:
		}
		return len(listens.FindAllString(s.said(), -1)) == want
	})
	s.pages, s.metrics = s.address("pages"), s.address("metrics")
	return s
}

func (s *served) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// address is where it listens for something; empty if it does not.
func (s *served) address(what string) string {
	for _, m := range listens.FindAllStringSubmatch(s.said(), -1) {
		if m[1] == what {
			return m[2]
		}
	}
	return ""
}

// wait waits until it has logged something.
func (s *served) wait(text string) {
	s.t.Helper()
	eventually(s.t, text, func() bool { return strings.Contains(s.said(), text) })
}

// stop interrupts it as Kubernetes does: it is to end by itself, and well.
func (s *served) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("%v\n%s", err, s.said())
		}
	case <-time.After(30 * time.Second):
		s.t.Fatal("it does not end")
	}
}

// finding is one of /api/v1/findings.
type finding struct {
	posture.Finding
	Rule string `json:"rule"`
}

// findings are those that are open.
func (s *served) findings() (all []finding) {
	s.t.Helper()
	for {
		var page struct {
			Items []finding `json:"items"`
			Total int       `json:"total"`
		}
		parse(s.t, get(s.t, fmt.Sprintf("%s/api/v1/findings?limit=500&offset=%d", s.pages, len(all))), &page)
		all = append(all, page.Items...)
		if len(page.Items) == 0 || len(all) >= page.Total {
			return all
		}
	}
}

// clusters are the problems of clusters, by name.
func (s *served) clusters() map[string]string {
	s.t.Helper()
	var page struct {
		Items []struct{ Name, Problem string } `json:"items"`
	}
	parse(s.t, get(s.t, s.pages+"/api/v1/clusters"), &page)
	problems := map[string]string{}
	for _, c := range page.Items {
		problems[c.Name] = c.Problem
	}
	return problems
}

// sameAsCheck compares what is open with what check finds. What waits for its
// turn is waited for.
func (s *served) sameAsCheck(c *testcluster.Cluster) {
	s.t.Helper()
	var want, got []string
	for range 60 {
		want, got = nil, nil
		e := kspm(s.t, "check", "-o", "json", "--kubeconfig", c.AdminKubeconfig)
		var r posture.Report
		parse(s.t, e.stdout, &r)
		for _, rule := range r.Rules {
			for _, f := range rule.Findings {
				if f.Exempt == "" {
					want = append(want, f.Fingerprint)
				}
			}
		}
		for _, f := range s.findings() {
			got = append(got, f.Fingerprint)
		}
		slices.Sort(want)
		slices.Sort(got)
		if len(want) > 0 && slices.Equal(want, got) {
			return
		}
		time.Sleep(time.Second)
	}
	s.t.Errorf("%d findings are open, check finds %d", len(got), len(want))
}

func get(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s %v", address, resp.StatusCode, body, err)
	}
	return string(body)
}

func parse(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("did not come: %s", what)
}

// hook is a webhook that remembers what it was told.
type hook struct {
	*httptest.Server
	mu      sync.Mutex
	notices []string
}

func newHook(t *testing.T) *hook {
	h := &hook{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		h.mu.Lock()
		defer h.mu.Unlock()
		h.notices = append(h.notices, string(body))
	}))
	t.Cleanup(h.Close)
	return h
}

// told reports whether it was told that something happened to a finding.
func (h *hook) told(rule, change, name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, text := range h.notices {
		var n struct {
			Rule     *struct{ ID string }
			Findings []struct{ Change, Name string }
		}
		if json.Unmarshal([]byte(text), &n) != nil || n.Rule == nil || n.Rule.ID != rule {
			continue
		}
		for _, f := range n.Findings {
			if f.Change == change && f.Name == name {
				return true
			}
		}
	}
	return false
}
