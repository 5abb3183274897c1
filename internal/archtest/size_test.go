package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	root     = "../.."
	maxFile  = 400 // lines of any Go file that a person writes
	maxMain  = 40  // lines of cmd/kubectl-kspm in all
	mainPath = "cmd/kubectl-kspm"
)

// https://go.dev/s/generatedcode
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func TestFilesAreShort(t *testing.T) {
	files, inMain := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "bin", "testdata", "node_modules":
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || generated.Match(text) {
			return err
		}
		files++
		lines := bytes.Count(text, []byte("\n"))
		if lines > maxFile {
			t.Errorf("%s has %d lines; the most is %d", path, lines, maxFile)
		}
		if filepath.Dir(path) == filepath.Join(root, mainPath) && !strings.HasSuffix(path, "_test.go") {
			inMain += lines
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("found no Go file")
	}
	if inMain > maxMain {
		t.Errorf("%s has %d lines; the most is %d", mainPath, inMain, maxMain)
	}
}
