package cli

import "testing"

// TestAutoloaded: osquery gives what it starts another first argument than the
// path.
func TestAutoloaded(t *testing.T) {
	for name, want := range map[string]bool{
		"osquery extension: kspm.ext":    true,
		"/usr/lib/osquery/kspm.ext":      true,
		`C:\osquery\kspm.ext.exe`:        true,
		"/usr/local/bin/kubectl-kspm":    false,
		"kubectl-kspm":                   false,
		"/srv/kspm.ext/bin/kubectl-kspm": false,
	} {
		if got := autoloaded([]string{name}); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if autoloaded(nil) {
		t.Error("no arguments at all")
	}
}
