package manifest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

func isGlob(p string) bool { return strings.ContainsAny(p, "*?[") }

// glob adds what a pattern matches. Beyond what filepath.Match knows, ** stands
// for any number of folders.
func (f *finder) glob(pattern string) error {
	if _, err := path.Match(filepath.ToSlash(pattern), ""); err != nil {
		return fmt.Errorf("%s: %w", pattern, err)
	}
	matches, err := f.matches(pattern)
	if err != nil {
		return err
	}
	n := 0
	for _, m := range matches {
		info, err := os.Stat(m)
		switch {
		case err != nil:
			f.unreadable(m, err)
		case info.IsDir():
			if err := f.walk(m); err != nil {
				return err
			}
		case !isManifest(m) && path.Ext(pattern) == "":
			continue
		default:
			if err := f.add(m, false, info); err != nil {
				return err
			}
		}
		n++
	}
	if n == 0 {
		return fmt.Errorf("%s: matches no manifests", pattern)
	}
	return nil
}

func (f *finder) matches(pattern string) ([]string, error) {
	before, after, deep := strings.Cut(filepath.ToSlash(pattern), "**/")
	if !deep {
		return filepath.Glob(pattern)
	}
	roots := []string{strings.TrimSuffix(before, "/")}
	if before == "" {
		roots[0] = "."
	} else if isGlob(before) {
		var err error
		if roots, err = filepath.Glob(roots[0]); err != nil {
			return nil, err
		}
	}
	var found []string
	for _, root := range roots {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil //nolint:nilerr // what cannot be listed does not match
			case d.IsDir() && p != root && strings.HasPrefix(d.Name(), "."):
				return filepath.SkipDir
			case d.IsDir():
				m, err := f.matches(filepath.Join(p, after))
				found = append(found, m...)
				return err
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
