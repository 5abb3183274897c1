// Package remedy turns a finding into what to change: in words, as a patch of
// the very object, as objects to create, as a command.
package remedy

import (
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// Fix is what to change for one finding.
type Fix struct {
	// Text says it in words.
	Text []string
	// Patch is a strategic merge patch of the asset's object, with its
	// apiVersion, kind and name, as kustomize wants it; nil without one.
	Patch map[string]any
	// JSON are the operations of a JSON patch (RFC 6902) of the asset's
	// object, which comes before the merge.
	JSON []any
	// Objects are to be created.
	Objects []map[string]any
	// Commands do the same by kubectl.
	Commands []string

	// target is what JSON changes, by name.
	target map[string]any
}

// For works out the fix for a finding of a rule. Evidence of running pods
// that differ from their template changes nothing in the asset's object: what
// made them differ has to change.
func For(r *rule.Rule, f posture.Finding) (*Fix, error) {
	fix := &Fix{}
	for _, e := range f.Evidence {
		row := Row(f, e)
		text, err := r.FixText(flat(row))
		if err != nil {
			return nil, err
		}
		if drift := e.Detail("drift"); drift != nil {
			text = fmt.Sprintf("%s\n%s", oneLine(elsewhere(f.Asset, drift)), text)
		}
		for line := range strings.Lines(text) {
			fix.Text = appendNew(fix.Text, strings.TrimRight(line, "\n"))
		}
		if e.Detail("drift") == nil {
			if err := fix.addPatch(r, f.Asset, row); err != nil {
				return nil, fmt.Errorf("%s: patch: %w", r.ID, err)
			}
		}
		if err := fix.addObjects(r, row); err != nil {
			return nil, fmt.Errorf("%s: manifest: %w", r.ID, err)
		}
		if r.Command != "" && e.Detail("drift") == nil {
			command, err := command(r.Command, row)
			if err != nil {
				return nil, fmt.Errorf("%s: command: %w", r.ID, err)
			}
			if command != "" {
				fix.Commands = appendNew(fix.Commands, command)
			}
		}
	}
	return fix, nil
}

// elsewhere says where the change is to be made when the evidence is of an
// object that the asset only leads to.
func elsewhere(asset posture.Asset, drift any) string {
	if specPaths[asset.Kind] == "" {
		return fmt.Sprintf("This is in %v: change it where %s says what to run.", drift, asset)
	}
	return fmt.Sprintf("%v differs from its template: look for what changed it on admission, such as a sidecar injector.", drift)
}

// Row is a row of evidence as templates see it.
func Row(f posture.Finding, e posture.Evidence) rule.Row {
	row := rule.Row{
		"kind": f.Kind, "namespace": f.Namespace, "name": f.Name, "file": f.File, "line": f.Line,
		"severity": f.Severity.String(), "path": e.Path, "actual": orEmpty(e.Actual), "expected": orEmpty(e.Expected),
	}
	for _, d := range e.Details {
		row[d.Name] = orEmpty(d.Value)
	}
	return row
}

// flat is a row for words: no value breaks the line, so that none can pose as
// the YAML below.
func flat(row rule.Row) rule.Row {
	out := make(rule.Row, len(row))
	for key, value := range row {
		if s, ok := value.(string); ok {
			value = oneLine(s)
		}
		out[key] = value
	}
	return out
}

func oneLine(s string) string { return strings.ReplaceAll(s, "\n", `\n`) }

func orEmpty(v any) any {
	if v == nil {
		return ""
	}
	return v
}

func (f *Fix) addObjects(r *rule.Rule, row rule.Row) error {
	for _, m := range r.Manifest {
		v, err := expand(m, row)
		if err != nil {
			return err
		}
		object, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("want a list of objects")
		}
		if !contains(f.Objects, object) {
			f.Objects = append(f.Objects, object)
		}
	}
	return nil
}

// String renders the fix for people: words, then YAML, then commands.
func (f *Fix) String() string {
	var b strings.Builder
	b.WriteString(strings.Join(f.Text, "\n"))
	if f.JSON != nil {
		how := howToPatch(f.target, fmt.Sprintf(" --type=json -p=%s", quote(flow(f.JSON))))
		if isPod(f.target) { // nothing to run: the operations as YAML
			how = "# " + how + "\n" + YAML(f.JSON)
		}
		fmt.Fprintf(&b, "\n\n%s", strings.TrimRight(how, "\n"))
	}
	if f.Patch != nil {
		fmt.Fprintf(&b, "\n\n# %s\n%s", oneLine(howToPatch(f.Patch, " --patch-file FILE")), YAML(f.Patch))
	}
	for i, o := range f.Objects {
		if i == 0 {
			b.WriteString("\n\n# kubectl apply -f FILE\n")
		} else {
			b.WriteString("---\n")
		}
		b.WriteString(YAML(o))
	}
	if len(f.Commands) > 0 {
		fmt.Fprintf(&b, "\n\n%s", strings.Join(f.Commands, "\n"))
	}
	return strings.TrimRight(b.String(), "\n")
}

// howToPatch is the command that makes a patch. kubectl takes KIND/NAME too,
// which keeps a name that begins with a dash from being a flag.
func howToPatch(target map[string]any, flags string) string {
	if isPod(target) {
		return "most of a Pod cannot be changed while it runs: change its manifest so, and create it anew"
	}
	meta, _ := target["metadata"].(map[string]any)
	command := "kubectl patch " + quote(fmt.Sprintf("%s/%s", strings.ToLower(fmt.Sprint(target["kind"])), meta["name"]))
	if ns, ok := meta["namespace"].(string); ok {
		command += " -n " + quote(ns)
	}
	return command + flags
}

func isPod(target map[string]any) bool { return target["kind"] == "Pod" }

// YAML encodes an object. It is an encoder that writes it, never a template,
// so that no name in a cluster can add a field.
func YAML(object any) string {
	out, err := yaml.Marshal(object)
	if err != nil {
		return fmt.Sprintf("# %v\n", err)
	}
	return string(out)
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func contains(list []map[string]any, object map[string]any) bool {
	text := YAML(object)
	for _, have := range list {
		if YAML(have) == text {
			return true
		}
	}
	return false
}
