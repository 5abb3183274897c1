// Package node looks at a host: at the files that the CIS benchmark asks about,
// and at its kubelet. It only reads, follows no link out of the root it is
// given, and opens no private key and no kubeconfig.
package node

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

const (
	maxLinks = 40      // as Linux has it
	maxRead  = 4 << 20 // of one file
)

// host is a folder that is the root of a host's files.
type host struct {
	root  *os.Root
	owner Owner
	users map[int64]string
	group map[int64]string
}

// Owner tells who owns a file; false where the system has no such thing.
type Owner func(path string, info fs.FileInfo) (uid, gid int64, ok bool)

func open(dir string, owner Owner) (*host, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	h := &host{root: root, owner: owner}
	if info, err := h.root.Stat("etc"); err != nil || !info.IsDir() {
		root.Close() // nothing would be found, and that would look as if nothing were wrong
		return nil, fmt.Errorf("%s is no host's root: it has no folder etc", dir)
	}
	h.users, h.group = h.names("/etc/passwd"), h.names("/etc/group")
	return h, nil
}

func (h *host) Close() error { return h.root.Close() }

// relative makes of a path on the host one within the root.
func relative(p string) string {
	if p = strings.TrimPrefix(path.Clean("/"+p), "/"); p == "" {
		return "."
	}
	return p
}

// resolve follows symbolic links as the host itself does, to which this root is
// /: absolute ones begin at it, and none leads above it. What it returns has no
// links, and os.Root refuses one that appears meanwhile and leads out.
func (h *host) resolve(p string) (string, error) {
	done, left := "/", strings.Split(relative(p), "/")
	for links := 0; len(left) > 0; {
		name := left[0]
		left = left[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, name)
		info, err := h.root.Lstat(relative(next))
		if err != nil {
			return next, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = next
			continue
		}
		if links++; links > maxLinks {
			return next, errors.New("too many symbolic links")
		}
		target, err := h.root.Readlink(relative(next))
		if err != nil {
			return next, err
		}
		if path.IsAbs(target) {
			done = "/"
		}
		left = slices.Concat(strings.Split(target, "/"), left)
	}
	return done, nil
}

// missing tells what is not there from what could not be looked at.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// look says how a file is protected.
func (h *host) look(role tables.NodeRole, p string) tables.NodeFile {
	f := tables.NodeFile{Path: path.Clean("/" + p), Role: role}
	real, err := h.resolve(p)
	var info fs.FileInfo
	if err == nil {
		info, err = h.root.Lstat(relative(real))
	}
	if missing(err) {
		return f
	}
	f.Exists = true
	if real != f.Path && err == nil {
		f.Target = real
	}
	if err != nil {
		f.Problem = plain(err)
		return f
	}
	uid, gid, ok := h.owner(real, info)
	if !ok {
		f.Problem = "this system does not tell who owns it"
		return f
	}
	f.UID, f.GID, f.Owner, f.Group = &uid, &gid, h.users[uid], h.group[gid]
	f.Mode = fmt.Sprintf("%04o", bits(info.Mode()))
	switch {
	case info.IsDir():
		f.Type = tables.EntityDirectory
	case info.Mode().IsRegular():
		f.Type = tables.EntityFile
		size := info.Size()
		f.Size = &size
	default:
		f.Type = tables.EntityOther
	}
	return f
}

// bits are the permissions with setuid, setgid and the sticky bit, as chmod has
// them.
func bits(m fs.FileMode) uint32 {
	b := uint32(m.Perm())
	for i, special := range []fs.FileMode{fs.ModeSticky, fs.ModeSetgid, fs.ModeSetuid} {
		if m&special != 0 {
			b |= 0o1000 << i
		}
	}
	return b
}

var errLarge = fmt.Errorf("larger than %d MiB", maxRead>>20)

// read returns what is in a regular file. Others are not opened: a pipe would
// keep us waiting.
func (h *host) read(p string) ([]byte, error) {
	real, err := h.resolve(p)
	if err != nil {
		return nil, err
	}
	info, err := h.root.Lstat(relative(real))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := h.root.OpenFile(relative(real), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRead+1)) // files of /proc say that they are empty
	if err == nil && len(text) > maxRead {
		err = errLarge
	}
	return text, err
}

// list returns the names in a folder, sorted.
func (h *host) list(dir string, most int) ([]fs.DirEntry, error) {
	real, err := h.resolve(dir)
	if err != nil {
		return nil, err
	}
	f, err := h.root.Open(relative(real))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(most + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(entries) > most {
		return nil, fmt.Errorf("more than %d entries", most)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// plain is an error without the path, which is said beside it.
func plain(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return err.Error()
}
