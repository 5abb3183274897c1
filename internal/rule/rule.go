// Package rule reads rules, one SQL file each, and runs them: the rows that a
// rule's query returns are the evidence of failure.
package rule

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// Rule is one rule file.
type Rule struct {
	Header
	// SQL is the query; empty for manual rules without one.
	SQL string
	// File is where the rule was read from.
	File string
	// text is the whole file, for the digest.
	text string
	// severity is Header.Severity, parsed, unless it is overridden, for each
	// row as well.
	severity   posture.Severity
	overridden bool
}

// Header is the metadata at the top of a rule file, as YAML in SQL comments.
type Header struct {
	ID       string `yaml:"id"`
	Title    string `yaml:"title"`
	Section  string `yaml:"section"`
	Severity string `yaml:"severity"`
	// Verdict is what a row means: fail (the default), review for heuristics
	// whose evidence a human must judge, info for rows that never fail, manual
	// for what no query can decide.
	Verdict string `yaml:"verdict"`
	// Assets is a query for what is judged: kind, namespace, name, and
	// optionally labels, and the reason why an asset is not counted (exempt),
	// cannot be judged (not_assessed) or is none of this rule's
	// (not_applicable).
	Assets string `yaml:"assets"`
	// Scope is what a change can touch: object, namespace or cluster.
	Scope string `yaml:"scope"`
	Why   string `yaml:"why"`
	// Fix is a text/template over the columns of a row of evidence.
	Fix string `yaml:"fix"`
	// Patch, Manifest and Command say the same to a machine; package remedy
	// reads them.
	Patch    Patch  `yaml:"patch"`
	Manifest []any  `yaml:"manifest"`
	Command  string `yaml:"command"`
	// Consults are tables of the query that say more of a finding, and decide
	// none: where one cannot be read the rule is judged as if it had no rows.
	Consults []string `yaml:"consults"`
	// Parameters are what kspm.yaml can tell the rule.
	Parameters []*Parameter `yaml:"parameters"`
	// Query names an equal rule, whose body serves this one too.
	Query      string   `yaml:"query"`
	References []string `yaml:"references"`
	// Aliases are the ids other tools and guides know the rule by.
	Aliases []string `yaml:"aliases"`
	// What the rule's benchmark says of it.
	BenchmarkKeys `yaml:",inline"`
	Pass          []Case `yaml:"pass"`
	Fail          []Case `yaml:"fail"`
	// NotAssessed are cases in which nothing fails and something could not be
	// judged.
	NotAssessed []Case `yaml:"not_assessed"`
}

// Patch is a strategic merge patch in parts, merged into the container that a
// row names, into its pod spec, or into the object as a whole. String leaves
// are templates over the row.
type Patch struct {
	Container any `yaml:"container"`
	Pod       any `yaml:"pod"`
	Object    any `yaml:"object"`
	// JSON is a template that gives the operations of a JSON patch (RFC 6902)
	// on the object, for what no merge can say: removing one item of a list,
	// or a field only where it has a certain value. It is made first.
	JSON string `yaml:"json"`
}

// Empty reports whether the patch has no part.
func (p Patch) Empty() bool {
	return p.Container == nil && p.Pod == nil && p.Object == nil && p.JSON == ""
}

// Case is one manifest that the rule must pass or fail: its own test.
type Case struct {
	Name    string `yaml:"name"`
	Objects string `yaml:"objects"`
	// Parameters are set for this case.
	Parameters map[string]any `yaml:"parameters"`
	// Rows are what a failing case must return: each entry's columns must
	// match one row, and there are no more rows than entries. None means at
	// least one row.
	Rows []map[string]any `yaml:"rows"`
	// Unassessed are the assets that the rule must not be able to judge: each
	// entry's kind, namespace, name and reason must match one, and there are no
	// more. Only a case of not_assessed may leave them out.
	Unassessed []map[string]any `yaml:"unassessed"`
}

// Override gives the rule another severity, and with it all that it finds.
func (r *Rule) Override(s posture.Severity) {
	r.severity, r.Severity, r.overridden = s, s.String(), true
}

// SeverityLevel is the parsed severity.
func (r *Rule) SeverityLevel() posture.Severity { return r.severity }

// Load reads every .sql file of a file system, and resolves rules that name an
// equal one.
func Load(files fs.FS) ([]*Rule, error) {
	var rules []*Rule
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		r, err := Parse(file, string(text))
		if err != nil {
			return err
		}
		rules = append(rules, r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rules, Resolve(rules)
}

// Resolve sorts the rules, refuses duplicates, and gives a rule that names an
// equal one its body.
func Resolve(rules []*Rule) error {
	byID := map[string]*Rule{}
	for _, r := range rules {
		if other := byID[r.ID]; other != nil {
			return fmt.Errorf("%s: id %s is taken by %s", r.File, r.ID, other.File)
		}
		byID[r.ID] = r
	}
	for _, r := range rules {
		if r.Query == "" {
			continue
		}
		same := byID[r.Query]
		if same == nil || same.Query != "" {
			return fmt.Errorf("%s: query: %s is not a rule with a query of its own", r.File, r.Query)
		}
		r.SQL, r.Assets, r.Verdict, r.Scope, r.Consults = same.SQL, same.Assets, same.Verdict, same.Scope, same.Consults
		r.Parameters = same.Parameters // the very same: they are read by the other's id
		r.Patch, r.Manifest, r.Command = same.Patch, same.Manifest, same.Command
		r.Why, r.Fix = cmp.Or(r.Why, same.Why), cmp.Or(r.Fix, same.Fix)
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return posture.CompareIDs(a.ID, b.ID) })
	return nil
}

// Digest identifies a set of rules by their text, and what they were told if
// anything: two reports with the same digest were judged alike.
func Digest(rules []*Rule, settings ...string) string {
	h := sha256.New()
	for _, r := range rules {
		fmt.Fprintf(h, "%s\x00%d\x00%s", r.ID, len(r.text), r.text)
	}
	for _, s := range settings {
		if s != "" {
			fmt.Fprintf(h, "settings\x00%s", s)
		}
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// CountAndDigest counts the rules of a file system and identifies them as
// Digest does, without reading more of a header than its id: a tenth of the
// cost of Load.
func CountAndDigest(files fs.FS) (int, string, error) {
	var rules []*Rule
	err := fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".sql" {
			return err
		}
		text, err := fs.ReadFile(files, file)
		_, id, _ := strings.Cut(string(text), "-- id:")
		id, _, _ = strings.Cut(id, "\n")
		rules = append(rules, &Rule{Header: Header{ID: strings.TrimSpace(id)}, text: string(text)})
		return err
	})
	slices.SortFunc(rules, func(a, b *Rule) int { return posture.CompareIDs(a.ID, b.ID) })
	return len(rules), Digest(rules), err
}
