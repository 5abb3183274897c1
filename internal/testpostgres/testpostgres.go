// Package testpostgres gives tests a real PostgreSQL: Debian's, or whatever is
// installed. It runs for as long as the test binary does.
package testpostgres

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // pgx
)

// DSN is the address of a new and empty database. A test is skipped where there
// is no PostgreSQL, unless KSPM_POSTGRES is required.
func DSN(t testing.TB) string {
	t.Helper()
	pg, err := server()
	if errors.Is(err, errMissing) && os.Getenv("KSPM_POSTGRES") != "required" {
		t.Skip("there is no PostgreSQL: make test-postgres installs it where it may")
	}
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test%d", databases.Add(1))
	db, err := sql.Open("pgx", pg.address+"/postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db, err := sql.Open("pgx", pg.address+"/postgres")
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return pg.address + "/" + name
}

var (
	databases  atomic.Int64
	errMissing = errors.New("there is no PostgreSQL")
	server     = sync.OnceValues(start)
)

// instance is a server, which ends with its standard input: that is held here.
type instance struct {
	address string
	stdin   io.Closer
}

// run ends the server, and removes what it wrote, when its standard input ends:
// with the test binary, however that ends.
const run = `cd "$1" && "$2/initdb" -D data -U kspm --auth=trust -E UTF8 >initdb.log 2>&1 || { cat initdb.log; exit 1; }
"$2/postgres" -D data -k "$1" -c listen_addresses=127.0.0.1 -c port="$3" >postgres.log 2>&1 &
pid=$!
echo started
read -r _
kill -INT $pid
wait $pid
cd / && rm -rf "$1"`

func start() (*instance, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "kspm-postgres-")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("sh", "-c", run, "sh", dir, bin, port)
	if os.Getuid() == 0 { // as which PostgreSQL does not run
		owner, err := somebody()
		if err != nil {
			return nil, err
		}
		if out, err := exec.Command("chown", owner, dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("chown: %w: %s", err, out)
		}
		cmd = exec.Command("su", owner, "-s", "/bin/sh", "-c", run, "sh", dir, bin, port)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "started\n" {
		return nil, fmt.Errorf("initdb: %s", strings.TrimSpace(line))
	}
	address := "postgres://kspm@127.0.0.1:" + port
	db, err := sql.Open("pgx", address+"/postgres")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := db.PingContext(context.Background())
		if err == nil {
			return &instance{address, stdin}, nil
		}
		if time.Since(began) > time.Minute {
			return nil, fmt.Errorf("PostgreSQL does not start, see %s/postgres.log: %w", dir, err)
		}
	}
}

// binaries is the folder of initdb and postgres, of the newest version.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	slices.SortFunc(found, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(b, a)
	})
	if len(found) > 0 {
		return filepath.Dir(found[0]), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "", errMissing
}

// somebody is a user that is not root.
func somebody() (string, error) {
	for _, name := range []string{"postgres", "nobody"} {
		if _, err := user.Lookup(name); err == nil {
			return name, nil
		}
	}
	return "", errors.New("there is neither a user postgres nor a user nobody to run PostgreSQL as")
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
