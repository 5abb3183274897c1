package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/testcluster"
)

const testVersion = "v0.0.1-test"

// The archive that we make is one that krew installs and kubectl runs and
// completes: the real ones, without a network.
func TestKrewInstalls(t *testing.T) {
	if testing.Short() {
		t.Skip("builds an archive")
	}
	dist := buildArchive(t, "..")
	kubectl, err := testcluster.Kubectl()
	if err != nil {
		t.Fatal(err)
	}
	krew, err := filepath.Abs("../bin/krew")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("make", "-C", "..", "bin/krew").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	home := t.TempDir()
	run := func(program string, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = home
		cmd.Env = []string{
			"HOME=" + home, "KREW_ROOT=" + home, "KREW_NO_UPGRADE_CHECK=1", "KUBECONFIG=" + filepath.Join(home, "none"),
			"PATH=" + strings.Join([]string{filepath.Join(home, "bin"), filepath.Dir(kubectl), os.Getenv("PATH")}, ":"),
		}
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, errs.String())
		}
		return string(out)
	}
	archive := filepath.Join(dist, "kubectl-kspm_"+testVersion+"_"+runtime.GOOS+"_"+runtime.GOARCH+".tar.gz")
	run(krew, "install", "--manifest", filepath.Join(dist, "kspm.yaml"), "--archive", archive)
	if out := run(kubectl, "kspm", "version"); !strings.HasPrefix(out, "kubectl-kspm "+testVersion+" ") {
		t.Errorf("kubectl kspm version: %s", out)
	}
	run(kubectl, "kspm", "completion", "install")
	if out := run(kubectl, "__complete", "kspm", "explain", "NSA-07"); !strings.Contains(out, "NSA-07\tPrivileged containers\n") {
		t.Errorf("kubectl completes to %q", out)
	}
	if _, err := os.Stat(filepath.Join(home, "store", "kspm", testVersion, "LICENSE")); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(home, "store", "kspm", testVersion, "kubectl-kspm"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 60<<20 {
		t.Errorf("the program has %d bytes, more than 60 MB", info.Size())
	}
}

// The same sources in another folder give the same archive.
func TestArchiveIsReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("builds archives")
	}
	copied := t.TempDir()
	for _, name := range []string{"cmd", "internal", "tables", "queries", "krew", "go.mod", "go.sum", "Makefile", "LICENSE"} {
		copyTo(t, filepath.Join("..", name), filepath.Join(copied, name))
	}
	var sums []string
	for _, dir := range []string{"..", copied} {
		text, err := os.ReadFile(filepath.Join(buildArchive(t, dir), checksums))
		if err != nil {
			t.Fatal(err)
		}
		sums = append(sums, string(text))
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds, two archives:\n%s%s", sums[0], sums[1])
	}
}

func copyTo(t *testing.T, from, to string) {
	t.Helper()
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	if info.IsDir() {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func buildArchive(t *testing.T, repo string) (dist string) {
	t.Helper()
	dist = t.TempDir()
	cmd := exec.Command("go", "run", "./krew", "--version", testVersion, "--dir", dist, "--build", runtime.GOOS+"/"+runtime.GOARCH)
	cmd.Dir = repo
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dist
}

// A manifest has an archive for each platform, and none is another's.
func TestManifest(t *testing.T) {
	dir := t.TempDir()
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, name := range []string{
		"linux_amd64.tar.gz", "linux_arm64.tar.gz", "darwin_amd64.tar.gz", "darwin_arm64.tar.gz",
		"windows_amd64.zip", "windows_arm64.zip", "linux_amd64.tar.gz",
	} {
		if err := record(filepath.Join(dir, checksums), "kubectl-kspm_v1.2.3_"+name, sum); err != nil {
			t.Fatal(err)
		}
	}
	if err := record(filepath.Join(dir, checksums), "kubectl-kspm_v1.2.2_linux_amd64.tar.gz", sum); err != nil {
		t.Fatal(err)
	}
	if err := run("v1.2.3", dir, ""); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "kspm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for want, times := range map[string]int{
		"- selector:": 6, "v1.2.2": 0, "os: windows": 2, "bin: kubectl-kspm.exe": 2, "version: v1.2.3": 1, "sha256: " + sum: 6,
	} {
		if got := strings.Count(string(text), want); got != times {
			t.Errorf("%q is there %d times, want %d:\n%s", want, got, times, text)
		}
	}
	for _, bad := range []string{"", "1.2.3", "v1.2", "v1.2.3 "} {
		if err := run(bad, dir, ""); err == nil {
			t.Errorf("%q was taken for a version", bad)
		}
	}
	if err := run("v9.9.9", dir, ""); err == nil || !strings.Contains(err.Error(), "no archive of v9.9.9") {
		t.Error(err)
	}
}
