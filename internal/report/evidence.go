package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
)

// summary tells in a few words what is wrong with an asset.
func summary(f posture.Finding) string {
	if len(f.Evidence) == 0 {
		return ""
	}
	e := f.Evidence[0]
	text := describe(e)
	if more := len(f.Evidence) - 1; more > 0 {
		text += fmt.Sprintf(" (+%d)", more)
	}
	return strings.TrimSpace(text + "  " + proposal(f))
}

// proposal says that the object's annotations ask for a waiver, which nobody
// granted.
func proposal(f posture.Finding) string {
	if f.Proposed == nil || f.Waiver != nil {
		return ""
	}
	return oneLine(fmt.Sprintf("(waiver proposed by %s until %s)", shorten(f.Proposed.Owner, 40), f.Proposed.Expires))
}

func describe(e posture.Evidence) string {
	text := Value(e.Actual)
	if field := lastField(e.Path); field != "" {
		text = field + " = " + text
	}
	if c := e.Detail("container"); c != nil {
		text = Value(c) + ": " + text
	}
	return oneLine(shorten(text, 80))
}

// lastField is the end of a path that tells enough: privileged,
// capabilities.drop.
func lastField(path string) string {
	if i := strings.LastIndex(path, "['"); i >= 0 && strings.HasSuffix(path, "']") {
		return path[i+2 : len(path)-2] // a key with dots in it, such as a label's
	}
	parts := strings.Split(path, ".")
	switch n := len(parts); {
	case path == "":
		return ""
	case n >= 2 && (parts[n-2] == "capabilities" || parts[n-2] == "limits" || parts[n-2] == "requests" || parts[n-2] == "seccompProfile"):
		return parts[n-2] + "." + parts[n-1]
	default:
		return parts[n-1]
	}
}

func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// place is file:line for manifests, of the field where that is known, or how
// many running pods are concerned.
func (t *printer) place(f posture.Finding) string {
	switch {
	case f.File != "" && f.Line == 0:
		return f.File // rendered: lines are not those of the file
	case f.File != "" && len(f.Evidence) > 0:
		return fmt.Sprintf("%s:%d", f.File, t.line(f, f.Evidence[0]))
	case f.Pods == 1:
		return "1 pod"
	case f.Pods > 1:
		return strconv.Itoa(f.Pods) + " pods"
	}
	return ""
}

// line is where the field that a row of evidence is about stands.
func (t *printer) line(f posture.Finding, e posture.Evidence) int {
	if e.Line > 0 {
		return e.Line
	}
	if t.style.Locate == nil || e.Path == "" {
		return f.Line
	}
	return t.style.Locate(f.File, f.Line, e.Path)
}

// evidence prints an asset and every row that proves its failure.
func (t *printer) evidence(f posture.Finding) {
	line := "          " + oneLine(f.Asset.String())
	if where := t.place(f); where != "" {
		line += "  " + t.paint.in(dim, where)
	}
	if asked := proposal(f); asked != "" {
		line += "  " + t.paint.in(dim, asked)
	}
	if t.teams {
		line += "  " + t.paint.in(dim, oneLine("team "+teamName(f)))
	}
	t.b.WriteString(line + "\n")
	t.evidenceRows(f, "              ")
}

func (t *printer) evidenceRows(f posture.Finding, indent string) {
	for _, e := range f.Evidence {
		t.b.WriteString(indent)
		if f.Line > 0 && t.style.Locate != nil {
			t.b.WriteString(t.paint.in(dim, fmt.Sprintf("line %d", t.line(f, e))) + "  ")
		}
		fmt.Fprintf(&t.b, "%s  %s, expected %s", t.paint.in(cyan, oneLine(e.Path)), t.paint.in(red, oneLine(Value(e.Actual))), oneLine(Value(e.Expected)))
		if details := Details(e); details != "" {
			fmt.Fprintf(&t.b, "  %s", t.paint.in(dim, details))
		}
		t.b.WriteString("\n")
	}
}

// Details are the further columns of a row of evidence that hold something.
func Details(e posture.Evidence) string {
	var parts []string
	for _, d := range e.Details {
		if d.Value != nil && d.Value != "" && d.Name != "pods" && d.Name != "json_patch" {
			parts = append(parts, d.Name+"="+oneLine(shorten(Value(d.Value), 120)))
		}
	}
	return strings.Join(parts, " ")
}

// Value is a value of evidence as text; NULL is unset.
func Value(v any) string {
	switch v := v.(type) {
	case nil:
		return "unset"
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	}
	return fmt.Sprint(v)
}
