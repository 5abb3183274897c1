package cli

import (
	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/owner"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// own loads the file of owners, if there is one.
func (o *checkOptions) own() (err error) {
	o.owned = owner.New()
	if o.owners != "" {
		o.owned, err = owner.Load(o.owners)
	}
	return err
}

// withOwners has a run notice which team objects name, and set that of
// findings.
func (o *checkOptions) withOwners(opts assess.Options) assess.Options {
	notice, waive := opts.Notice, opts.Waive
	opts.Notice = func(obj *tables.Object) {
		o.owned.Notice(posture.Asset{Kind: obj.Resource.Kind, Namespace: obj.Meta.Namespace, Name: obj.Meta.Name}, obj.Meta.Labels, obj.Meta.Annotations)
		notice(obj)
	}
	opts.Waive = func(rule string, f *posture.Finding) {
		f.Team = o.owned.Team(f.Asset)
		waive(rule, f)
	}
	return opts
}
