package osquery

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// settled is how old a socket must be to be judged: between making one and
// listening on it lies a moment.
const settled = 10 * time.Second

// removeDead removes the sockets of extensions that were killed: each is named
// like osquery's with a number appended, and nobody listens on it any more.
func removeDead(ctx context.Context, socket string) {
	siblings, err := filepath.Glob(escape(socket) + ".*")
	if err != nil {
		return
	}
	for _, path := range siblings {
		if _, err := strconv.ParseUint(strings.TrimPrefix(path, socket+"."), 10, 64); err != nil {
			continue
		}
		info, err := os.Lstat(path)
		if err != nil || info.Mode().Type() != os.ModeSocket || time.Since(info.ModTime()) < settled {
			continue
		}
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
		if err == nil {
			conn.Close()
			continue
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			_ = os.Remove(path)
		}
	}
}

// escape makes a path a pattern that matches it alone.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
