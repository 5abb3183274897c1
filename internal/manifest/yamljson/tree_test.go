package yamljson

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var tree = flag.String("tree", "", "folder of YAML to compare as well, such as the module cache")

// TestTree compares all the YAML of a folder.
func TestTree(t *testing.T) {
	if *tree == "" {
		t.Skip("no -tree")
	}
	sep := regexp.MustCompile(`(?m)^---(\s|$)`)
	docs, converted := 0, 0
	err := filepath.WalkDir(*tree, func(path string, d fs.DirEntry, err error) error {
		if ext := filepath.Ext(path); err != nil || d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for _, doc := range sep.Split(string(b), -1) {
			docs++
			if same(t, doc) {
				converted++
			} else {
				var c Converter
				_, _, err := c.Convert([]byte(doc))
				t.Logf("%s: %v at line %d of %.40q", path, err, c.Reached(), doc)
			}
		}
		return nil
	})
	t.Logf("%d of %d documents converted", converted, docs)
	if err != nil {
		t.Error(err)
	}
}
