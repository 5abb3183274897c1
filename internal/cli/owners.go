package cli

import (
	"strings"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/owner"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// own loads the file of owners, if there is one: before anything else is read,
// so that a mistake in it is said first.
func (o *checkOptions) own() (err error) {
	o.ownersFile = owner.New()
	if o.owners != "" {
		o.ownersFile, err = owner.Load(o.owners)
	}
	return err
}

// withOwners has a run notice which team objects name, and set that of
// findings. Commands that show no teams have loaded no owners.
func (o *checkOptions) withOwners(opts assess.Options) assess.Options {
	if o.ownersFile == nil {
		return opts
	}
	owned := o.ownersFile.Fresh()
	o.owned = owned
	notice, waive := opts.Notice, opts.Waive
	opts.Notice = func(obj *tables.Object) {
		owned.Notice(ownedObject(obj))
		if notice != nil {
			notice(obj)
		}
	}
	opts.Waive = func(rule string, f *posture.Finding) {
		f.Team = teamOf(owned, f.Asset)
		if waive != nil {
			waive(rule, f)
		}
	}
	return opts
}

// withTeams has findings name the teams that objects and namespaces name.
func withTeams(opts assess.Options) (assess.Options, error) {
	return (&checkOptions{ownersFile: owner.New()}).withOwners(opts), nil
}

// team is that of an asset in the last run.
func (o *checkOptions) team(a posture.Asset) string { return teamOf(o.owned, a) }

// teamOf is the team of an asset, clean as rows are.
func teamOf(owned *owner.Owners, a posture.Asset) string {
	return strings.ReplaceAll(tables.Clean(owned.Team(a)), "\n", " ")
}

// ownedObject is what of an object says whose it is, clean as rows are.
func ownedObject(obj *tables.Object) owner.Object {
	out := owner.Object{
		Asset: posture.Asset{Kind: obj.Resource.Kind, Namespace: tables.Clean(obj.Meta.Namespace), Name: tables.Clean(obj.Meta.Name)},
		Said:  owner.Said{Labels: obj.Meta.Labels, Annotations: obj.Meta.Annotations},
	}
	if pods := tables.TemplateMeta(obj); pods != nil {
		out.Pods = owner.Said{Labels: pods.Labels, Annotations: pods.Annotations}
	}
	return out
}
