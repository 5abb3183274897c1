// Package posture is the domain: rules' results, assets, findings, and the
// report that every format, the store and the pages are made from. It imports
// the standard library only.
package posture

import (
	"fmt"
	"strings"
)

// Status is what is known of a rule.
type Status string

// The statuses of a rule. Only Pass says that something is as it should be;
// absence of data never does.
const (
	Pass          Status = "pass"
	Fail          Status = "fail"
	Review        Status = "review"         // evidence that a human must judge
	Manual        Status = "manual"         // no query can decide it
	NotApplicable Status = "not_applicable" // nothing of the kind is there
	NotAssessed   Status = "not_assessed"   // what it needs could not be read
	Error         Status = "error"          // the rule itself broke
)

// Statuses lists every status, worst first.
var Statuses = []Status{Fail, Error, NotAssessed, Review, Manual, Pass, NotApplicable}

// Judged reports whether the rule came to a verdict on what it looked at.
func (s Status) Judged() bool { return s == Pass || s == Fail || s == Review }

// Incomplete reports whether a rule that was asked for could not be judged.
func (s Status) Incomplete() bool { return s == NotAssessed || s == Error }

// Severity is how bad a failure is. Greater is worse.
type Severity int

// The severities.
const (
	Info Severity = iota
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"info", "low", "medium", "high", "critical"}

// String is the severity's name.
func (s Severity) String() string { return severityNames[s] }

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *Severity) UnmarshalText(text []byte) error {
	parsed, err := ParseSeverity(string(text))
	*s = parsed
	return err
}

// ParseSeverity reads a severity's name.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if strings.EqualFold(name, n) {
			return Severity(i), nil
		}
	}
	return Info, fmt.Errorf("%q is not a severity: want critical, high, medium, low or info", name)
}
