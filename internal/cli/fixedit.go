package cli

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
	"github.com/kubectl-kspm/kubectl-kspm/internal/remedy"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// edited is a file, or an object of a cluster, before and after the fix.
type edited struct {
	name          string // as the diff has it
	path          string // of the file; empty for what is no file
	from          string // the template or base of what was rendered
	before, after []byte
	rules         []string
	// documents are those of a file that change, by their offset.
	documents map[int64]*document
}

type document struct{ before, after []byte }

// editor gathers the changes of a plan by file.
type editor struct {
	*fixOptions
	src    assess.Source
	files  *manifest.Files // nil for what has no text to change: clusters, and what was rendered
	edits  []*edited
	byHand []string
}

// editSource makes the plan's changes in the text of the manifests, or in what
// the cluster's objects look like as YAML, shows the difference, and writes
// files when asked to.
func (o *fixOptions) editSource(ctx context.Context, src assess.Source, plan *remedy.Plan) error {
	e := &editor{fixOptions: o, src: src}
	if !o.source.render.asked() {
		e.files, _ = src.Source.(*manifest.Files)
	}
	for _, c := range plan.Patches {
		if err := e.patch(ctx, c); err != nil {
			return err
		}
	}
	for _, c := range plan.Objects {
		if err := e.create(ctx, c); err != nil {
			return err
		}
	}
	if err := e.finish(); err != nil {
		return err
	}
	if !o.write {
		if err := e.show(); err != nil {
			return err
		}
	}
	return e.conclude()
}

// each calls f for every object of a change's name: manifests may have more
// than one.
func (e *editor) each(ctx context.Context, c remedy.Change, f func(*tables.Object) error) error {
	kind, meta := fmt.Sprint(c.Object["kind"]), c.Object["metadata"].(map[string]any)
	ns, _ := meta["namespace"].(string)
	name, _ := meta["name"].(string)
	i := slices.IndexFunc(tables.Resources(), func(r *tables.Resource) bool { return r.Kind == kind })
	if i < 0 {
		return nil
	}
	var inner error
	err := e.src.Each(ctx, tables.Resources()[i], rows.Scope{Namespace: ns, Name: name}, func(o *tables.Object) {
		if inner == nil && o.Meta.Name == name && o.Meta.Namespace == ns && !o.Implied {
			inner = f(o)
		}
	})
	return cmp.Or(inner, err)
}

func (e *editor) patch(ctx context.Context, c remedy.Change) error {
	found := false
	err := e.each(ctx, c, func(o *tables.Object) error {
		found = true
		if e.files != nil {
			return e.inFile(o, c, c.Edit)
		}
		return e.asYAML(o, c)
	})
	if err == nil && !found {
		e.byHand = append(e.byHand, strings.Join(c.Rules, ",")+"  "+c.Asset()+": no such object here")
	}
	return err
}

// create puts an object into a file of its own, or in the place of one of its
// name.
func (e *editor) create(ctx context.Context, c remedy.Change) error {
	found := false
	err := e.each(ctx, c, func(o *tables.Object) error {
		found = true
		if e.files != nil {
			return e.inFile(o, c, c.Replace)
		}
		return nil
	})
	if err != nil || found && e.files != nil {
		return err
	}
	file := &edited{name: c.Name() + ".yaml", after: []byte(remedy.YAML(c.Object)), rules: c.Rules}
	if e.files != nil && e.source.files[0] != "-" {
		dir := e.source.files[0]
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			dir = filepath.Dir(dir)
		}
		file.path = filepath.Join(dir, file.name)
		file.name = filepath.ToSlash(file.path)
	}
	e.edits = append(e.edits, file)
	return nil
}

// inFile changes the document that holds the object. Where that cannot be done
// in place it is for the user to do.
func (e *editor) inFile(o *tables.Object, c remedy.Change, change func([]byte) ([]byte, error)) error {
	doc, ok := e.files.Document(o.File, o.Line)
	if !ok {
		return fmt.Errorf("%s:%d: cannot be read again", o.File, o.Line)
	}
	i := slices.IndexFunc(e.edits, func(have *edited) bool { return have.name == o.File })
	if i < 0 {
		i = len(e.edits)
		e.edits = append(e.edits, &edited{name: o.File, path: doc.Path, documents: map[int64]*document{}})
	}
	file := e.edits[i]
	part := file.documents[doc.Offset]
	if part == nil {
		part = &document{before: doc.Text, after: doc.Text}
		file.documents[doc.Offset] = part
	}
	after, err := change(part.after)
	if err != nil {
		e.byHand = append(e.byHand, fmt.Sprintf("%s:%d  %s, for %s: %v", o.File, o.Line, c.Asset(), strings.Join(c.Rules, ", "), err))
		return nil
	}
	part.after = after
	for _, id := range c.Rules {
		if !slices.Contains(file.rules, id) {
			file.rules = append(file.rules, id)
		}
	}
	return nil
}

// asYAML shows an object as YAML, without what the server alone writes.
func (e *editor) asYAML(o *tables.Object, c remedy.Change) error {
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o.Value)
	if err != nil {
		return err
	}
	object["apiVersion"], object["kind"] = o.Resource.GVK().GroupVersion().String(), o.Resource.Kind
	delete(object, "status")
	if meta, ok := object["metadata"].(map[string]any); ok {
		for _, field := range []string{"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"} {
			delete(meta, field)
		}
		if annotations, ok := meta["annotations"].(map[string]any); ok {
			delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
		}
	}
	before := remedy.YAML(object)
	after, err := c.Apply(object)
	if err != nil {
		return err
	}
	e.edits = append(e.edits, &edited{name: c.Name() + ".yaml", before: []byte(before), after: []byte(remedy.YAML(after)), rules: c.Rules, from: o.File})
	return nil
}

// finish puts the changed documents into the text of their files.
func (e *editor) finish() error {
	for _, file := range e.edits {
		if file.documents == nil {
			continue
		}
		if file.path == "" { // stdin is gone: its documents alone are shown
			for _, offset := range offsets(file.documents) {
				file.before = append(file.before, file.documents[offset].before...)
				file.after = append(file.after, file.documents[offset].after...)
			}
			continue
		}
		text, err := os.ReadFile(file.path)
		if err != nil {
			return err
		}
		file.before, file.after = text, bytes.Clone(text)
		for _, offset := range slices.Backward(offsets(file.documents)) {
			part, end := file.documents[offset], int(offset)+len(file.documents[offset].before)
			if end > len(text) || !bytes.Equal(text[offset:end], part.before) {
				return fmt.Errorf("%s changed while it was looked at: try again", file.path)
			}
			file.after = slices.Concat(file.after[:offset], part.after, file.after[end:])
		}
	}
	e.edits = slices.DeleteFunc(e.edits, func(file *edited) bool { return bytes.Equal(file.before, file.after) })
	slices.SortStableFunc(e.edits, func(a, b *edited) int { return cmp.Compare(a.name, b.name) })
	return nil
}

func offsets(documents map[int64]*document) []int64 {
	var out []int64
	for offset := range documents {
		out = append(out, offset)
	}
	slices.Sort(out)
	return out
}

// show prints the difference, without what must not be shown.
func (e *editor) show() error {
	for _, file := range e.edits {
		before, after := "a/"+file.name, "b/"+file.name
		if file.before == nil {
			before = "/dev/null"
		}
		text := diff.Diff(before, remedy.Mask(file.before), after, remedy.Mask(file.after))
		_, text, _ = bytes.Cut(text, []byte("\n")) // the line that names the command
		heading := strings.Join(file.rules, ", ")
		if file.from != "" {
			heading += ", from " + strings.ReplaceAll(file.from, "\n", " ")
		}
		if err := e.showLines(fmt.Sprintf("# %s\n%s", heading, text)); err != nil {
			return err
		}
	}
	return nil
}

var lineColors = map[string]string{"+": "\x1b[32m", "-": "\x1b[31m", "@": "\x1b[36m", "#": "\x1b[2m"}

func (e *editor) showLines(text string) error {
	colored := e.colored(e.Out)
	for line := range strings.Lines(tables.Clean(text)) {
		if color := lineColors[line[:1]]; colored && color != "" {
			line = color + strings.TrimSuffix(line, "\n") + "\x1b[0m\n"
		}
		if _, err := fmt.Fprint(e.Out, line); err != nil {
			return err
		}
	}
	return nil
}

// conclude writes files when asked to, and says what was done and what was not.
func (e *editor) conclude() error {
	slices.Sort(e.byHand)
	if len(e.byHand) > 0 {
		e.note("not changed, do it yourself (--patches prints how):\n  %s", strings.Join(e.byHand, "\n  "))
	}
	if !e.write {
		if len(e.edits) == 0 {
			e.note("nothing to change")
		} else if e.source.render.asked() {
			e.note("this is of what %s renders: change the file that each diff is from, or take -o DIR, a kustomize component to put on top", e.source.render.flag())
		} else if e.files != nil && e.source.files[0] != "-" {
			e.note("%d files would change: --write does it", len(e.edits))
		}
		return nil
	}
	for _, file := range e.edits {
		if err := writeFile(file); err != nil {
			return err
		}
		e.note("%s: changed for %s", file.name, strings.Join(file.rules, ", "))
	}
	e.note("%d files changed", len(e.edits))
	if len(e.byHand) > 0 {
		return &codeError{code: exitError}
	}
	return nil
}

// writeFile replaces a file as a whole; a new one must not be there.
func writeFile(file *edited) error {
	if file.before == nil {
		f, err := os.OpenFile(file.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(file.after)
		return errors.Join(err, f.Close())
	}
	info, err := os.Stat(file.path)
	if err != nil {
		return err
	}
	path, err := filepath.EvalSymlinks(file.path)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".kspm-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(file.after)
	if err := errors.Join(err, tmp.Chmod(info.Mode()&fs.ModePerm), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
