package rule

import (
	"fmt"
	"strings"
	"text/template"
)

// Row is one row of evidence by column name; NULL is the empty string, so that
// templates can test for it.
type Row map[string]any

func (r *Rule) fixTemplate() (*template.Template, error) {
	t, err := Template(r.Fix)
	if err != nil {
		return nil, fmt.Errorf("fix: %w", err)
	}
	return t, nil
}

// Template compiles a text/template over a Row. A column that the query does
// not return is an error when the template runs.
func Template(text string) (*template.Template, error) {
	return template.New("").Option("missingkey=error").Parse(text)
}

// FixText is what to change, for one row.
func (r *Rule) FixText(row Row) (string, error) {
	t, err := r.fixTemplate()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, row); err != nil {
		return "", fmt.Errorf("%s: fix: %w", r.ID, err)
	}
	return strings.TrimSpace(b.String()), nil
}
