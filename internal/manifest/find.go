package manifest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// finder collects the files to read, each once and in the order of the paths.
type finder struct {
	ctx      context.Context
	files    []*file
	problems []Problem
	// seen holds files, and folders as nil, by their real path, so that a link
	// does not lead in circles and no object comes twice.
	seen    map[string]*file
	entries int
	total   int64
}

func find(ctx context.Context, paths []string) ([]*file, []Problem, error) {
	f := &finder{ctx: ctx, seen: map[string]*file{}}
	if len(paths) == 0 {
		return nil, nil, errors.New("no manifests named")
	}
	for _, p := range paths {
		if err := f.path(p); err != nil {
			return nil, nil, err
		}
	}
	return f.files, f.problems, nil
}

func (f *finder) path(p string) error {
	switch {
	case p == "-":
		return f.add(p, true, nil)
	case strings.Contains(p, "://"):
		return fmt.Errorf("%s: not read from the network; download it first: curl -sSfL %s | kubectl kspm check -f -", p, p)
	case p == "":
		return errors.New("empty path of manifests")
	}
	info, err := os.Stat(p)
	switch {
	case err == nil && info.IsDir():
		return f.folder(p)
	case err == nil:
		return f.add(p, true, info)
	case errors.Is(err, fs.ErrNotExist) && isGlob(p):
		return f.glob(p)
	case errors.Is(err, fs.ErrPermission):
		f.unreadable(p, err)
		return nil
	}
	return fmt.Errorf("%s: %w", p, cause(err))
}

// folder adds all manifests below a folder.
func (f *finder) folder(root string) error {
	n := len(f.files)
	problems := len(f.problems)
	if err := f.walk(root); err != nil {
		return err
	}
	if len(f.files) == n && len(f.problems) == problems && !f.covered(root) {
		return fmt.Errorf("%s: no manifests there (files that end in .yaml, .yml or .json)", root)
	}
	return nil
}

// covered reports whether files below root came with an earlier path.
func (f *finder) covered(root string) bool {
	real := realPath(root)
	for path := range f.seen {
		if path != real && strings.HasPrefix(path, real+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

func (f *finder) walk(dir string) error {
	if err := f.ctx.Err(); err != nil {
		return context.Cause(f.ctx)
	}
	real := realPath(dir)
	if _, ok := f.seen[real]; ok {
		return nil
	}
	f.seen[real] = nil
	list, err := os.ReadDir(dir)
	if err != nil {
		f.unreadable(dir, err)
	}
	if f.entries += len(list); f.entries > maxEntries {
		return fmt.Errorf("%s: more than %d files", dir, maxEntries)
	}
	for _, e := range list {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := f.entry(filepath.Join(dir, e.Name()), e); err != nil {
			return err
		}
	}
	return nil
}

func (f *finder) entry(path string, e fs.DirEntry) error {
	if e.IsDir() {
		return f.walk(path)
	}
	if e.Type()&fs.ModeSymlink == 0 && !isManifest(path) {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && isManifest(path):
		f.unreadable(path, err)
		return nil
	case err != nil:
		return nil
	case info.IsDir():
		return f.walk(path)
	case info.Mode().IsRegular() && isManifest(path):
		return f.add(path, false, info)
	}
	return nil
}

func (f *finder) add(path string, named bool, info fs.FileInfo) error {
	x := &file{name: path, path: path, named: named}
	real := path
	if path == "-" {
		x.name, x.stdin = "stdin", true
	} else {
		real = realPath(path)
	}
	if old, ok := f.seen[real]; ok {
		if old != nil {
			old.named = old.named || named
		}
		return nil
	}
	f.seen[real] = x
	if info != nil && info.Mode().IsRegular() {
		if f.total += info.Size(); f.total > maxTotal {
			return fmt.Errorf("%s: more than %d MiB of manifests", path, maxTotal>>20)
		}
	}
	f.files = append(f.files, x)
	return nil
}

func (f *finder) unreadable(path string, err error) {
	f.problems = append(f.problems, Problem{File: path, Msg: "cannot be read: " + cause(err).Error(), Fatal: true})
}

// cause is the error without the path, which is said already.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func isManifest(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// realPath names a file the same way however it was reached.
func realPath(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	if abs, err := filepath.Abs(real); err == nil {
		return abs
	}
	return real
}
