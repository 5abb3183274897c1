package posture

import (
	"slices"
	"testing"
)

func TestCompareIDs(t *testing.T) {
	ordered := []string{"", "9", "10", "ACME", "ACME-1", "ACME-1a", "CIS-1.2", "CIS-1.2.3", "CIS-5.2.2", "CIS-5.2.10", "CIS-5.10.1", "CIS-EKS-3.1", "NSA", "NSA-1", "NSA-02", "NSA-9", "NSA-10", "NSA-99999999999999999999", "NSA-100000000000000000000"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := sign(CompareIDs(a, b)), sign(i-j); got != want {
				t.Errorf("CompareIDs(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
	if CompareIDs("NSA-07", "NSA-7") != -CompareIDs("NSA-7", "NSA-07") {
		t.Error("order depends on what comes first")
	}
}

func sign(n int) int { return min(1, max(-1, n)) }

func FuzzCompareIDs(f *testing.F) {
	f.Add("NSA-9", "NSA-10", "NSA-09")
	f.Add("a", "1", "a1")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if sign(CompareIDs(a, b)) != -sign(CompareIDs(b, a)) {
			t.Errorf("%q and %q are each before the other", a, b)
		}
		three := []string{a, b, c}
		slices.SortFunc(three, CompareIDs)
		if CompareIDs(three[0], three[2]) > 0 {
			t.Errorf("no order among %q", three)
		}
	})
}

func TestSeverities(t *testing.T) {
	for _, s := range []Severity{Info, Low, Medium, High, Critical} {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Severity
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%s comes back as %s: %v", s, back, err)
		}
	}
	if s, err := ParseSeverity("HIGH"); err != nil || s != High || !(s > Medium && Critical > s) {
		t.Errorf("%s, %v", s, err)
	}
	if _, err := ParseSeverity("grave"); err == nil || err.Error() != `"grave" is not a severity: want critical, high, medium, low or info` {
		t.Error(err)
	}
}
