//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// A user at a terminal: what is typed goes to the shell, and what the shell
// shows is seen.
type user struct {
	*testing.T
	cmd     *exec.Cmd
	control *os.File
	mu      sync.Mutex
	shown   strings.Builder
	seen    int // how much of shown, without escapes, the test has looked at
	ended   chan struct{}
}

// sits starts a command with a terminal of its own, 120 by 40.
func sits(t *testing.T, home string, args ...string) *user {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var number, unlock uint32
	size := [2]uint32{40 | 120<<16}
	for request, arg := range map[uintptr]*uint32{syscall.TIOCGPTN: &number, syscall.TIOCSPTLCK: &unlock, syscall.TIOCSWINSZ: &size[0]} {
		if err := ioctl(control, request, arg); err != nil {
			t.Fatal(err)
		}
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	u := &user{T: t, cmd: command(t, args...), control: control, ended: make(chan struct{})}
	u.cmd.Stdin, u.cmd.Stdout, u.cmd.Stderr = tty, tty, tty
	u.cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "PAGER=sed s/^/paged:/"}
	u.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := u.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { control.Close(); tty.Close() })
	go func() {
		buf := make([]byte, 1<<14)
		for {
			n, err := control.Read(buf)
			u.mu.Lock()
			u.shown.Write(buf[:n])
			u.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() { _ = u.cmd.Wait(); close(u.ended) }()
	return u
}

func (u *user) types(keys string) {
	u.Helper()
	if _, err := u.control.WriteString(keys); err != nil {
		u.Fatal(err)
	}
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]|\r`)

// sees waits until a text is shown after what was seen before.
func (u *user) sees(text string) {
	u.Helper()
	fresh := ""
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		u.mu.Lock()
		clean := escapes.ReplaceAllString(u.shown.String(), "")
		u.mu.Unlock()
		fresh = clean[min(u.seen, len(clean)):]
		if i := strings.Index(fresh, text); i >= 0 {
			u.seen += i + len(text)
			return
		}
	}
	u.Fatalf("does not see %q but\n%s", text, fresh)
}

// asks types a line and waits for what it brings, and then for the prompt.
func (u *user) asks(line, answer string) {
	u.Helper()
	u.types(line + "\r")
	u.sees(answer)
	u.sees("kspm> ")
}

func (u *user) leaves(code int) {
	u.Helper()
	select {
	case <-u.ended:
	case <-time.After(10 * time.Second):
		u.Fatal("the shell does not end")
	}
	if got := u.cmd.ProcessState.ExitCode(); got != code {
		u.Errorf("exit code %d, want %d\n%s", got, code, u.shown.String())
	}
	var mode syscall.Termios
	if err := ioctl(u.control, syscall.TCGETS, (*uint32)(unsafe.Pointer(&mode))); err != nil {
		u.Fatal(err)
	}
	if want := uint32(syscall.ICANON | syscall.ECHO | syscall.ISIG); mode.Lflag&want != want {
		u.Errorf("the terminal is left in mode %o", mode.Lflag)
	}
}

const (
	tab   = "\t"
	ctrlC = "\x03"
	ctrlD = "\x04"
	up    = "\x1b[A"
)

// TestShell is one session of a user with manifests.
func TestShell(t *testing.T) {
	home := t.TempDir()
	u := sits(t, home, "sql", "-f", "../../examples")
	u.sees("Statements end with ;")
	u.sees("kspm> ")

	// A statement over several lines, with a string and a comment that are not
	// closed.
	u.types("SELECT 'a -- b' AS x, count(*) > 3 AS many -- ; not yet\r")
	u.sees("  ... ")
	u.types("FROM k8s_namespaces /* ;\r")
	u.sees("  /*> ")
	u.types("*/ WHERE name <> ';\r")
	u.sees("   '> ")
	u.asks("';", "X       MANY\na -- b  1\n")

	// Completion: keywords, tables, columns, namespaces; several that may be.
	u.types("sel" + tab)
	u.sees("select ")
	u.types("service_acc" + tab)
	u.sees("service_account")
	u.types("\x15select phas")
	u.types(" from k8s_pods" + strings.Repeat("\x1b[D", len(" from k8s_pods")) + tab)
	u.sees("select phase from k8s_pods")
	u.types(ctrlC)
	u.sees("kspm> ")
	u.types("SELECT count(*) AS pods FROM k8s_pod_sp" + tab + tab)
	u.sees("k8s_pod_specs")
	u.types(" WHERE namespace = 'pay" + tab)
	u.sees("'payments'")
	u.asks(";", "PODS\n")
	u.types("SELECT * FROM k8s_pod_" + tab + tab)
	u.sees("k8s_pod_templates")
	u.types(ctrlC)
	u.types(".sch" + tab)
	u.sees(".schema")
	u.types(ctrlC)

	// An error, with a mark under the word that is wrong.
	u.asks("SELECT nme FROM k8s_pods;", "error: no such column: nme (did you mean name?) (line 1, column 8)\nSELECT nme FROM k8s_pods\n       ^^^\n")
	u.asks("SELECT name FROM k8s_podz;", "\n                 ^^^^^^^^")
	u.asks("DELETE FROM k8s_pods;", "only SELECT is allowed")

	// Ctrl-C stops the query, and what was typed, and not the shell.
	u.types(endless + ";\r")
	u.sees("FROM n;")
	time.Sleep(500 * time.Millisecond)
	began := time.Now()
	u.types(ctrlC)
	u.sees("stopped")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %s to stop", took)
	}
	u.asks("SELECT 'alive' AS still;", "STILL\nalive\n")
	u.types("SELECT 1,\r")
	u.sees("  ... ")
	u.types("2" + ctrlC)
	u.sees("kspm> ")
	u.asks("SELECT 3 AS n;", "N\n3\n")

	// Long results go through the pager, and few wide rows are turned.
	u.asks(".schema k8s_containers", "paged:k8s_containers: one row per container")
	u.asks("SELECT name FROM k8s_namespaces, json_each('["+strings.Repeat("0,", 50)+"0]') LIMIT 50;", "paged:NAME\npaged:")
	u.asks("SELECT * FROM k8s_namespaces WHERE name = 'shop';", "COLUMN               ROW 1\n")

	// Commands.
	u.asks(".tables pod_sp", "k8s_pod_specs")
	u.asks(".output csv", "")
	u.asks("SELECT 1 AS a, 2 AS b;", "a,b\n1,2\n")
	u.asks(".output table", "")
	u.asks(".timing on", "")
	u.asks(".explain on", "")
	u.asks("SELECT count(*) AS n FROM k8s_namespaces;", "read namespaces for k8s_namespaces: what is at hand is read whole")
	u.asks(".rule NSA-07", "FROM k8s_containers")
	u.asks(".rule NSA-999", "error: no rule \"NSA-999\"")
	u.asks(".nonsense", "error: no command .nonsense: .help lists them")
	u.types(".quit\r")
	u.leaves(0)

	// The next session remembers.
	u = sits(t, home, "sql", "-f", "../../examples")
	u.sees("kspm> ")
	u.types(up + up)
	u.sees(".nonsense")
	u.types(ctrlC)
	u.sees("kspm> ")
	u.types("\x12x, coun") // Ctrl-R
	u.sees("SELECT 'a -- b' AS x, count(*) > 3 AS many FROM k8s_namespaces WHERE name <> '; ';")
	u.types(ctrlC)
	u.sees("kspm> ")
	u.types(ctrlD)
	u.leaves(0)
	history, err := os.ReadFile(filepath.Join(home, ".local", "state", "kubectl-kspm", "history"))
	if err != nil || !strings.Contains(string(history), "SELECT nme FROM k8s_pods;\n") {
		t.Errorf("%v: %s", err, history)
	}
}

// A shell that is told to end does, and leaves the terminal as it was.
func TestShellTerminated(t *testing.T) {
	for name, busy := range map[string]string{"at the prompt": "SELECT 1", "in a query": endless + ";\r"} {
		t.Run(name, func(t *testing.T) {
			u := sits(t, t.TempDir(), "sql", "-f", "../../examples")
			u.sees("kspm> ")
			u.types(busy)
			u.sees("SELECT")
			time.Sleep(300 * time.Millisecond)
			if err := u.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			u.leaves(130)
		})
	}
}
