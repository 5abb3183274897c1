package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

// Releases are built with the flags of 'make build' and named as the archives
// that the krew manifest points to.
func TestGoreleaserAgrees(t *testing.T) {
	var config struct {
		Builds []struct {
			Env, Goos, Goarch, Flags, Ldflags []string
		}
		Archives []struct {
			Name_template    string
			Format_overrides []struct {
				Goos    string
				Formats []string
			}
		}
		Checksum struct{ Name_template string }
	}
	text, err := os.ReadFile("../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	build := config.Builds[0]
	flags := regexp.MustCompile(`(?m)^LDFLAGS := (.*)\$\(VERSION\)$`).FindSubmatch(makefile)
	if flags == nil || build.Ldflags[0] != string(flags[1])+"{{ .Tag }}" {
		t.Errorf("linker flags are %q, in the Makefile %q", build.Ldflags, flags)
	}
	for _, f := range append([]string{"CGO_ENABLED=0"}, build.Flags[0]) {
		if !strings.Contains(string(makefile), f) {
			t.Errorf("the Makefile does not build with %s", f)
		}
	}
	want := []any{[]string{"CGO_ENABLED=0"}, []string{"-trimpath", "-buildvcs=false"}, []string{"linux", "darwin", "windows"}, []string{"amd64", "arm64"}}
	if diff := cmp.Diff(want, []any{build.Env, build.Flags, build.Goos, build.Goarch}); diff != "" {
		t.Error(diff)
	}
	if got := config.Archives[0].Name_template; got != "kubectl-kspm_{{ .Tag }}_{{ .Os }}_{{ .Arch }}" {
		t.Errorf("archives are called %s", got)
	}
	if o := config.Archives[0].Format_overrides; len(o) != 1 || o[0].Goos != "windows" || !slices.Equal(o[0].Formats, []string{"zip"}) {
		t.Errorf("formats: %v", o)
	}
	if config.Checksum.Name_template != checksums {
		t.Errorf("checksums are in %s, krew reads %s", config.Checksum.Name_template, checksums)
	}
}

// An action is named by the commit that was read: a tag can be moved.
func TestActionsArePinned(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yaml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	pinned := regexp.MustCompile(`^\S+@[0-9a-f]{40} # v\d`)
	uses := regexp.MustCompile(`(?m)\buses: *(.*)$`)
	found := 0
	for _, file := range append(files, "../action.yaml") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(text, &map[string]any{}); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if found++; !pinned.MatchString(m[1]) {
				t.Errorf("%s: %s is not pinned to a commit", file, m[1])
			}
		}
	}
	if found < 4 {
		t.Errorf("%d actions found", found)
	}
}
