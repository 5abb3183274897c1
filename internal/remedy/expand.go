package remedy

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// expand copies a YAML value, running the string leaves that are templates. A
// leaf stays one string, whatever the row holds.
func expand(v any, row rule.Row) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			expanded, err := expand(value, row)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			out[key] = expanded
		}
		return out, nil
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			expanded, err := expand(value, row)
			if err != nil {
				return nil, err
			}
			out[i] = expanded
		}
		return out, nil
	case string:
		return run(v, row)
	}
	return v, nil
}

func run(text string, row rule.Row) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	t, err := rule.Template(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, row); err != nil {
		return "", err
	}
	return b.String(), nil
}

// command runs a command line's template with every value quoted for a shell.
func command(text string, row rule.Row) (string, error) {
	quoted := make(rule.Row, len(row))
	for key, value := range row {
		if s, ok := value.(string); ok {
			value = quote(s)
		}
		quoted[key] = value
	}
	out, err := run(text, quoted)
	return strings.TrimSpace(out), err
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]*$`)

// quote makes a word safe for a POSIX shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
