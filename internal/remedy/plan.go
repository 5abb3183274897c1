package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// Plan is what to change for many findings: one patch for each asset, however
// many rules it fails, and the objects to create.
type Plan struct {
	Patches []Change
	Objects []Change
	// ByHand are findings whose fix is words: a choice that is not ours.
	ByHand []string
}

// Change is one object of a plan, to be created or merged into the one of its
// name, and the rules that ask for it. JSON are operations that come before the
// merge; where there are only these, Object is a name.
type Change struct {
	Object map[string]any
	JSON   []any
	Rules  []string
}

// Merges reports whether Object says more than what it is called.
func (c Change) Merges() bool {
	meta, _ := c.Object["metadata"].(map[string]any)
	for key := range meta {
		if key != "name" && key != "namespace" {
			return true
		}
	}
	return len(c.Object) > 3
}

// Name is a file name for the change, without its ending: deployment-shop-web.
func (c Change) Name() string {
	meta, _ := c.Object["metadata"].(map[string]any)
	parts := []string{fmt.Sprint(c.Object["kind"])}
	if ns, ok := meta["namespace"].(string); ok {
		parts = append(parts, ns)
	}
	parts = append(parts, fmt.Sprint(meta["name"]))
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(strings.Join(parts, "-")))
}

// Add works the fix of a finding into the plan. Findings that do not count are
// left as they are.
func (p *Plan) Add(r *rule.Rule, f posture.Finding) error {
	if !f.Counts() {
		return nil
	}
	fix, err := For(r, f)
	if err != nil {
		return err
	}
	if !fix.Changes() {
		p.ByHand = append(p.ByHand, r.ID+"  "+f.Asset.String())
		return nil
	}
	if fix.JSON != nil {
		p.Patches = addChange(p.Patches, fix.target, fix.JSON, r.ID)
	}
	if fix.Patch != nil {
		p.Patches = addChange(p.Patches, fix.Patch, nil, r.ID)
	}
	for _, o := range fix.Objects {
		p.Objects = addChange(p.Objects, o, nil, r.ID)
	}
	return nil
}

func addChange(changes []Change, object map[string]any, operations []any, id string) []Change {
	i := slices.IndexFunc(changes, func(c Change) bool { return identity(c.Object) == identity(object) })
	if i < 0 {
		fresh := map[string]any{}
		merge(fresh, object)
		changes = append(changes, Change{Object: fresh, JSON: operations, Rules: []string{id}})
		slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Name(), b.Name()) })
		return changes
	}
	merge(changes[i].Object, object)
	changes[i].JSON = addOperations(changes[i].JSON, operations)
	if !slices.Contains(changes[i].Rules, id) {
		changes[i].Rules = append(changes[i].Rules, id)
	}
	return changes
}

// Asset is what the change is of, as reports name it.
func (c Change) Asset() string {
	meta, _ := c.Object["metadata"].(map[string]any)
	ns, _ := meta["namespace"].(string)
	return posture.Asset{Kind: fmt.Sprint(c.Object["kind"]), Namespace: ns, Name: fmt.Sprint(meta["name"])}.String()
}

// Command is the kubectl command that makes the JSON part of the change.
func (c Change) Command() string {
	return oneLine(howToPatch(c.Object, " --type=json -p="+quote(flow(c.JSON))))
}

// Target selects the object in a kustomization.
func (c Change) Target() map[string]any {
	meta, _ := c.Object["metadata"].(map[string]any)
	group, version, ok := strings.Cut(fmt.Sprint(c.Object["apiVersion"]), "/")
	if !ok {
		group, version = "", group
	}
	target := map[string]any{"version": version, "kind": c.Object["kind"], "name": meta["name"]}
	if group != "" {
		target["group"] = group
	}
	if ns, ok := meta["namespace"]; ok {
		target["namespace"] = ns
	}
	return target
}
