package cli

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// editsOf finds the lines of a manifest that a finding's fix changes; nil where
// there are no manifests.
func editsOf(src assess.Source, selected []*rule.Rule) func(id string, f posture.Finding) (report.Edit, bool) {
	files, ok := src.Source.(*manifest.Files)
	if !ok {
		return nil
	}
	type key struct{ rule, finding string }
	known := map[key]*report.Edit{}
	return func(id string, f posture.Finding) (report.Edit, bool) {
		edit, seen := known[key{id, f.Fingerprint}]
		if !seen {
			edit = editOf(files, selected, id, f)
			known[key{id, f.Fingerprint}] = edit
		}
		if edit == nil {
			return report.Edit{}, false
		}
		return *edit, true
	}
}

// editOf is nil where the fix is not a change of the finding's own document,
// or not one that can be made in its text.
func editOf(files *manifest.Files, selected []*rule.Rule, id string, f posture.Finding) *report.Edit {
	i := slices.IndexFunc(selected, func(r *rule.Rule) bool { return r.ID == id })
	doc, ok := files.Document(f.File, f.Line)
	if i < 0 || !ok {
		return nil
	}
	plan := &remedy.Plan{}
	if err := plan.Add(selected[i], f); err != nil || len(plan.Patches) != 1 {
		return nil
	}
	after, err := plan.Patches[0].Edit(doc.Text)
	if err != nil {
		return nil
	}
	edit := between(doc.Text, after)
	if edit == nil {
		return nil
	}
	edit.Line += doc.Line - 1
	edit.Description = fmt.Sprintf("Make %s pass %s", f.Asset, id)
	return edit
}

// between is the one run of lines in which two texts differ.
func between(before, after []byte) *report.Edit {
	if bytes.Equal(before, after) {
		return nil
	}
	old, fresh := bytes.SplitAfter(before, []byte("\n")), bytes.SplitAfter(after, []byte("\n"))
	start, end := 0, 0
	for start < len(old) && start < len(fresh) && bytes.Equal(old[start], fresh[start]) {
		start++
	}
	for end < len(old)-start && end < len(fresh)-start && bytes.Equal(old[len(old)-1-end], fresh[len(fresh)-1-end]) {
		end++
	}
	return &report.Edit{Line: start + 1, Lines: len(old) - end - start, Text: string(bytes.Join(fresh[start:len(fresh)-end], nil))}
}
