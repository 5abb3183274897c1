package render

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/kubectl-kspm/kubectl-kspm/internal/manifest"
)

// originKey is the annotation in which kustomize says where an object is from.
const originKey = "config.kubernetes.io/origin"

// Kustomize renders a kustomization, by $KUBECTL, kubectl or kustomize. The
// kustomization is the one resource of another, in a folder that is removed
// again, which asks for origins.
func Kustomize(ctx context.Context, dir string) (*Result, error) {
	if err := isFolder("-k", dir); err != nil {
		return nil, err
	}
	path, name, err := kustomizer()
	if err != nil {
		return nil, err
	}
	top, err := os.MkdirTemp("", "kspm-kustomize-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(top)
	// kustomize follows links before it says where an object is from.
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return nil, err
	}
	real, err := realPath(dir)
	if err != nil {
		return nil, err
	}
	resource, err := filepath.Rel(top, real)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(map[string][]string{"resources": {filepath.ToSlash(resource)}, "buildMetadata": {"originAnnotations"}})
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(top, "kustomization.yaml"), text, 0o600); err != nil {
		return nil, err
	}
	_, verb, _ := strings.Cut(name, " ")
	out, words, err := newProgram(path, verb, top).run(ctx, name)
	if err != nil {
		return nil, err
	}
	k := kustomization{dir: dir, real: real, top: top}
	r := &Result{Words: words}
	for _, doc := range documents(out) {
		r.Objects = append(r.Objects, k.object(doc))
	}
	return r, nil
}

// kustomizer finds the program, and what to call it: its name and verb.
func kustomizer() (path, name string, err error) {
	if own := os.Getenv("KUBECTL"); own != "" {
		path, err = exec.LookPath(own)
		if err != nil {
			return "", "", fmt.Errorf("$KUBECTL: %s is no program", own)
		}
		return path, "kubectl kustomize", nil
	}
	if path, err = exec.LookPath("kubectl"); err == nil {
		return path, "kubectl kustomize", nil
	}
	if path, err = exec.LookPath("kustomize"); err == nil {
		return path, "kustomize build", nil
	}
	return "", "", errors.New("-k needs kubectl (or kustomize) on PATH, or at $KUBECTL; where there is neither, pipe what it renders: kubectl kustomize DIR | kubectl kspm check -f -")
}

// kustomization is a folder as the user named it and as it is called in full,
// and the folder that origins are relative to.
type kustomization struct{ dir, real, top string }

// object takes the origin out of a document. What cannot be understood is left
// for the reader of manifests to refuse.
func (k kustomization) object(doc []byte) manifest.Rendered {
	whole := manifest.Rendered{File: k.dir, Text: doc}
	var object, meta map[string]json.RawMessage
	var annotations map[string]string
	text, err := yaml.YAMLToJSON(doc)
	if err != nil || json.Unmarshal(text, &object) != nil || json.Unmarshal(object["metadata"], &meta) != nil ||
		json.Unmarshal(meta["annotations"], &annotations) != nil {
		return whole
	}
	origin, ok := annotations[originKey]
	if !ok {
		return whole
	}
	delete(annotations, originKey)
	delete(meta, "annotations")
	if len(annotations) > 0 {
		meta["annotations"], err = json.Marshal(annotations)
	}
	if err == nil {
		object["metadata"], err = json.Marshal(meta)
	}
	if err == nil {
		text, err = json.Marshal(object)
	}
	if err != nil {
		return whole
	}
	return manifest.Rendered{File: k.file(origin), Text: text}
}

// file is the file of an origin: the one that holds the object, or else the
// kustomization that generates it. What is fetched is nothing to edit here.
func (k kustomization) file(origin string) string {
	var o struct{ Repo, Path, ConfiguredIn string }
	if err := yaml.Unmarshal([]byte(origin), &o); err != nil || o.Repo != "" {
		return k.dir
	}
	path := o.Path
	if path == "" {
		path = o.ConfiguredIn
	}
	if path == "" || strings.Contains(path, "://") {
		return k.dir
	}
	full := filepath.Join(k.top, filepath.FromSlash(path))
	if rel, err := filepath.Rel(k.real, full); err == nil {
		return filepath.Join(k.dir, rel)
	}
	return full
}

func realPath(path string) (string, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(full)
}

// isFolder refuses what is no folder here, before a program looks for it
// elsewhere.
func isFolder(flag, dir string) error {
	if strings.Contains(dir, "://") {
		return fmt.Errorf("%s %s: not read from the network: download it first", flag, dir)
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s %s: no such folder", flag, dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s %s: not a folder", flag, dir)
	}
	return nil
}
