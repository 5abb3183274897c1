package testcluster

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ModuleFile is a file of a module at a version, such as the CRDs of a project,
// whose content the sum guarantees.
func ModuleFile(module, sum, file string) ([]byte, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GONOSUMDB=*")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w: %s", module, err, out)
	}
	var got struct{ Dir, Sum string }
	if err := json.Unmarshal(out, &got); err != nil {
		return nil, err
	}
	if got.Sum != sum {
		return nil, fmt.Errorf("%s: sum %s, want %s", module, got.Sum, sum)
	}
	return os.ReadFile(filepath.Join(got.Dir, filepath.FromSlash(file)))
}
