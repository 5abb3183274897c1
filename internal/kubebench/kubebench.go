// Package kubebench reads the JSON that kube-bench prints, so that what it saw
// on nodes can stand beside what we judged.
package kubebench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxReport = 32 << 20
	maxChecks = 20_000
)

// Status is what kube-bench says of a check.
type Status string

// The statuses. Warn is a check that a human must make, or that failed and is
// not scored; Info is one that was skipped.
const (
	Pass Status = "PASS"
	Fail Status = "FAIL"
	Warn Status = "WARN"
	Info Status = "INFO"
)

// Check is one check as kube-bench made it.
type Check struct {
	// ID is that of the recommendation in our version of the benchmark: 1.1.1.
	ID string
	// Theirs is the id in theirs.
	Theirs, Title, NodeType  string
	Status                   Status
	Actual, Expected, Reason string
}

// Report is what was read.
type Report struct {
	// Benchmark is what kube-bench calls it: cis-1.11.
	Benchmark string
	Checks    []Check
	// Unknown are ids that our version of the benchmark does not have.
	Unknown []string
}

type controls struct {
	ID       string  `json:"id"`
	Version  string  `json:"version"`
	NodeType string  `json:"node_type"`
	Tests    []group `json:"tests"`
}

type group struct {
	Section string   `json:"section"`
	Results []result `json:"results"`
}

type result struct {
	Number   string `json:"test_number"`
	Title    string `json:"test_desc"`
	Status   Status `json:"status"`
	Actual   string `json:"actual_value"`
	Expected string `json:"expected_result"`
	Reason   string `json:"reason"`
}

// Read reads one report: what `kube-bench run --json` prints, in the form that
// it has had since 0.3, or the bare controls of before.
func Read(r io.Reader) (*Report, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxReport+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxReport {
		return nil, fmt.Errorf("larger than %d MiB", maxReport>>20)
	}
	all, err := parse(text)
	if err != nil {
		return nil, err
	}
	out := &Report{}
	for _, c := range all {
		if c.Version == "" {
			return nil, fmt.Errorf("controls %q do not say which benchmark they are of", c.ID)
		}
		if out.Benchmark != "" && c.Version != out.Benchmark {
			return nil, fmt.Errorf("two benchmarks in one report: %s and %s", out.Benchmark, c.Version)
		}
		out.Benchmark = c.Version
		if err := out.add(c); err != nil {
			return nil, err
		}
	}
	if len(out.Checks) == 0 {
		return nil, errors.New("no check in it; kube-bench --json, without --noresults, prints them")
	}
	return out, nil
}

// parse takes {"Controls": […]}, […] and a single one.
func parse(text []byte) ([]controls, error) {
	var err error
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("[")) {
		var all []controls
		err = strict(text, &all)
		return all, err
	}
	var wrapped struct {
		Controls *[]controls `json:"Controls"`
	}
	if err = strict(text, &wrapped); err != nil {
		return nil, err
	}
	if wrapped.Controls != nil {
		return *wrapped.Controls, nil
	}
	var one controls
	if err = strict(text, &one); err != nil {
		return nil, err
	}
	if one.Tests == nil {
		return nil, errors.New("no report of kube-bench: it has neither Controls nor tests")
	}
	return []controls{one}, nil
}

// strict reads one JSON value and nothing after it. Fields that we do not need
// may be there: the format is another's, and grows.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("no report of kube-bench: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more text after the report; give one report at a time")
	}
	return nil
}

var number = regexp.MustCompile(`^\d{1,3}(\.\d{1,3}){1,3}$`)

func (r *Report) add(c controls) error {
	for _, g := range c.Tests {
		for _, t := range g.Results {
			if !number.MatchString(t.Number) {
				return fmt.Errorf("test_number %q is no number of a recommendation", t.Number)
			}
			switch t.Status {
			case Pass, Fail, Warn, Info:
			default:
				return fmt.Errorf("%s: status %q: want PASS, FAIL, WARN or INFO", t.Number, t.Status)
			}
			if len(r.Checks) == maxChecks {
				return fmt.Errorf("more than %d checks", maxChecks)
			}
			id, ok, err := ours(c.Version, t.Number)
			if err != nil {
				return err
			}
			if !ok {
				if !slices.Contains(r.Unknown, t.Number) {
					r.Unknown = append(r.Unknown, t.Number)
				}
				continue
			}
			r.Checks = append(r.Checks, Check{
				ID: id, Theirs: t.Number, Title: t.Title, NodeType: c.NodeType, Status: t.Status,
				Actual: t.Actual, Expected: t.Expected, Reason: t.Reason,
			})
		}
	}
	return nil
}

// ours translates an id to that of CIS v1.12 and v2.0, which have the same.
// v1.11 had one recommendation more in 5.2 and in 4.2, and v1.10 had section
// 5.6 as 5.7. Older ones are too far away to be compared.
func ours(benchmark, id string) (string, bool, error) {
	switch benchmark {
	case "cis-1.12", "cis-2.0":
		return id, true, nil
	case "cis-1.10", "cis-1.11":
	default:
		return "", false, fmt.Errorf("made by benchmark %q, whose ids are not those of CIS v1.12 and v2.0: want a report of cis-1.10, cis-1.11, cis-1.12 or cis-2.0", benchmark)
	}
	if rest, ok := strings.CutPrefix(id, "5.7."); ok && benchmark == "cis-1.10" {
		return "5.6." + rest, true, nil
	}
	if rest, ok := strings.CutPrefix(id, "5.2."); ok {
		switch n, _ := strconv.Atoi(rest); {
		case n == 9:
			return "", false, nil
		case n > 9:
			return "5.2." + strconv.Itoa(n-1), true, nil
		}
	}
	return id, id != "4.2.15", nil
}
