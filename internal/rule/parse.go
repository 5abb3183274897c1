package rule

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// The verdicts.
const (
	VerdictFail   = "fail"
	VerdictReview = "review"
	VerdictInfo   = "info"
	VerdictManual = "manual"
)

// ids look like NSA-23, CIS-5.2.2, ACME-team-7.
var idPattern = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Za-z0-9.]+)+$`)

// Parse reads a rule file: comment lines at its top, which are YAML, then one
// SELECT. Errors name the file and line.
func Parse(file, text string) (*Rule, error) {
	header, body := split(text)
	r := &Rule{File: file, SQL: strings.TrimSpace(body), text: text}
	dec := yaml.NewDecoder(strings.NewReader(header))
	dec.KnownFields(true)
	if err := dec.Decode(&r.Header); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%s:1: no header: want comment lines such as -- id: NSA-23", file)
		}
		return nil, headerError(file, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the header is more than one YAML document", file)
	}
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// split takes the leading comment lines, stripped of their dashes, from the
// query below them. Line numbers of the header are those of the file.
func split(text string) (header, body string) {
	var b bytes.Buffer
	rest := text
	for rest != "" {
		line, after, _ := strings.Cut(rest, "\n")
		comment, ok := strings.CutPrefix(strings.TrimRight(line, " \t\r"), "--")
		if !ok {
			break
		}
		b.WriteString(strings.TrimPrefix(comment, " "))
		b.WriteByte('\n')
		rest = after
	}
	return b.String(), rest
}

// goType is how the YAML parser names a part of a header.
var goType = regexp.MustCompile(`in type rule\.\w+`)

// headerError puts the file before the line that the YAML parser names.
func headerError(file string, err error) error {
	msg := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
	msg = strings.TrimPrefix(msg, "unmarshal errors:")
	msg = strings.TrimSpace(goType.ReplaceAllStringFunc(msg, func(s string) string {
		return "in a rule's " + strings.ToLower(strings.TrimPrefix(s, "in type rule."))
	}))
	if line, rest, ok := strings.Cut(msg, ": "); ok && strings.HasPrefix(line, "line ") {
		return fmt.Errorf("%s:%s: %s", file, strings.TrimPrefix(line, "line "), rest)
	}
	return fmt.Errorf("%s: %s", file, msg)
}

func (r *Rule) check() error {
	if !idPattern.MatchString(r.ID) {
		return fmt.Errorf("id %q: want something like NSA-23", r.ID)
	}
	var missing []string
	need := func(name, value string) {
		if strings.TrimSpace(value) == "" {
			missing = append(missing, name)
		}
	}
	need("title", r.Title)
	need("section", r.Section)
	need("severity", r.Severity)
	if r.Verdict == "" {
		r.Verdict = VerdictFail
	}
	if !slices.Contains([]string{VerdictFail, VerdictReview, VerdictInfo, VerdictManual}, r.Verdict) {
		return fmt.Errorf("verdict %q: want fail, review, info or manual", r.Verdict)
	}
	if r.Query == "" {
		need("why", r.Why)
		need("fix", r.Fix)
		if r.Verdict != VerdictManual {
			need("assets", r.Assets)
			need("a query", r.SQL)
			need("scope", r.Scope)
		}
	} else if r.SQL != "" {
		return fmt.Errorf("query: %s says that the rule has no query of its own, but one follows", r.Query)
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s: missing %s", r.ID, strings.Join(missing, ", "))
	}
	if r.Scope != "" && !slices.Contains([]string{"object", "namespace", "cluster"}, r.Scope) {
		return fmt.Errorf("scope %q: want object, namespace or cluster", r.Scope)
	}
	if err := r.BenchmarkKeys.check(); err != nil {
		return err
	}
	r.SQL = strings.TrimSuffix(r.SQL, ";")
	var err error
	if r.severity, err = posture.ParseSeverity(r.Severity); err != nil {
		return err
	}
	if _, err := r.fixTemplate(); err != nil {
		return err
	}
	return r.checkParameters()
}
