// Command krew writes the krew manifest of a release from the digests of its
// archives, and with --build makes archives first: the same commit gives the
// same bytes. Releases build theirs with goreleaser, by the same flags and
// names (.goreleaser.yaml).
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
)

//go:embed kspm.yaml
var manifest string

const checksums = "checksums.txt"

// archive is what one platform installs.
type archive struct {
	OS, Arch, Name, SHA256 string
}

// Binary is the program's name in the archive.
func (a archive) Binary() string {
	if a.OS == "windows" {
		return "kubectl-kspm.exe"
	}
	return "kubectl-kspm"
}

func main() {
	version := flag.String("version", "", "version of the release, such as v1.2.3 (required)")
	dir := flag.String("dir", "dist", "folder of the archives; checksums.txt and kspm.yaml are written there")
	build := flag.String("build", "", "platforms to build archives of first, as os/arch,os/arch")
	flag.Parse()
	if err := run(*version, *dir, *build); err != nil {
		fmt.Fprintln(os.Stderr, "krew:", err)
		os.Exit(1)
	}
}

var semantic = regexp.MustCompile(`^v\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)

func run(version, dir, platforms string) error {
	if !semantic.MatchString(version) {
		return fmt.Errorf("--version %q: want vMAJOR.MINOR.PATCH, as krew does", version)
	}
	for _, p := range strings.FieldsFunc(platforms, func(r rune) bool { return r == ',' }) {
		goos, arch, ok := strings.Cut(p, "/")
		if !ok {
			return fmt.Errorf("--build %q: want os/arch", p)
		}
		if err := pack(dir, version, goos, arch); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	archives, err := read(filepath.Join(dir, checksums), version)
	if err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, "kspm.yaml"))
	if err != nil {
		return err
	}
	defer file.Close()
	return template.Must(template.New("kspm.yaml").Parse(manifest)).Execute(file, map[string]any{"Version": version, "Archives": archives})
}

// read finds the archives of a version in a file as sha256sum writes it.
func read(path, version string) ([]archive, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := regexp.MustCompile(`^([0-9a-f]{64})  (kubectl-kspm_` + regexp.QuoteMeta(version) + `_([a-z]+)_([a-z0-9]+)\.(tar\.gz|zip))$`)
	var archives []archive
	for line := range strings.Lines(string(text)) {
		if m := name.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			archives = append(archives, archive{SHA256: m[1], Name: m[2], OS: m[3], Arch: m[4]})
		}
	}
	if len(archives) == 0 {
		return nil, fmt.Errorf("%s: no archive of %s", path, version)
	}
	return archives, nil
}

// record puts the digest of an archive in the file of checksums.
func record(path, name, sum string) error {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	lines := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(text)), "\n"), func(line string) bool {
		return line == "" || strings.HasSuffix(line, "  "+name)
	})
	lines = append(lines, sum+"  "+name)
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}
