package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
	"github.com/kubectl-kspm/kubectl-kspm/internal/waiver"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

func (a *app) waiversCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "waivers",
		Short: "Look after accepted findings",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.waiversAuditCommand())
	return cmd
}

type auditOptions struct {
	checkOptions
	format string
}

func (a *app) waiversAuditCommand() *cobra.Command {
	o := &auditOptions{checkOptions: checkOptions{app: a, severity: "info"}}
	cmd := &cobra.Command{
		Use:   "audit [--waivers FILE]",
		Short: "List waivers that are proposed, expired, match nothing, or are too broad",
		Long: `Judges the cluster, or manifests with -f, and lists the waivers that need a look:
expired or about to, matching no finding, naming rules that do not exist, or so
broad that they cover every namespace; and those that annotations of objects propose
(kspm.io/waive), which nobody has granted. Exits with 1 when there is one.`,
		Example: "  kubectl kspm waivers audit --waivers waivers.yaml",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.source.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.waivers, "waivers", "", "file of waivers; by default that of kspm.yaml")
	f.BoolVar(&o.trust, "trust-annotations", false, "take what annotations propose as granted")
	o.benchmarkFlags.add(cmd)
	o.config.add(cmd)
	f.StringSliceVar(&o.ruleDirs, "rules", nil, "folders with rules of your own")
	f.StringVarP(&o.format, "output", "o", "table", "table or json")
	return cmd
}

func (o *auditOptions) run(ctx context.Context) error {
	if o.format != "table" && o.format != "json" {
		return usagef("-o %q: want table or json", o.format)
	}
	if err := o.complete(); err != nil {
		return err
	}
	all, _, err := loadRules(o.ruleDirs)
	if err != nil {
		return err
	}
	selected, err := o.selectRules()
	if err != nil {
		return err
	}
	src, err := o.source.open(ctx, o.app)
	if err != nil {
		return err
	}
	r, err := o.assess(ctx, src, selected)
	if err != nil {
		return err
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	remarks := o.granted.Audit(time.Now(), ids)
	if err := o.printRemarks(remarks); err != nil {
		return err
	}
	switch {
	case r.Incomplete():
		return &codeError{exitIncomplete, "not everything could be assessed: a waiver may seem unused that is not"}
	case len(remarks) > 0:
		return &codeError{code: exitFindings}
	}
	return nil
}

func (o *auditOptions) printRemarks(remarks []waiver.Remark) error {
	if o.format == "json" {
		return o.json(append([]waiver.Remark{}, remarks...))
	}
	if len(remarks) == 0 {
		o.note("every waiver is in order")
		return nil
	}
	var lines [][]any
	for _, r := range remarks {
		where := r.File
		if r.Line > 0 {
			where = fmt.Sprintf("%s:%d", r.File, r.Line)
		}
		lines = append(lines, []any{where, r.Problem, r.Rules, r.Owner, r.Expires, r.Detail})
	}
	return report.Rows(o.Out, []string{"waiver", "problem", "rules", "owner", "expires", "detail"}, lines)
}

// waive loads the file of waivers, if there is one. Waivers that have expired
// are said so on stderr.
func (o *checkOptions) waive() error {
	var err error
	if o.granted, err = o.loadWaivers(); err != nil {
		return err
	}
	now := time.Now()
	for _, w := range o.granted.Waivers {
		if w.Expired(now) {
			o.note("%s:%d: the waiver of %s expired on %s and has stopped working", o.waivers, w.Line, w.Owner, w.Expires)
		}
	}
	return nil
}

func (o *checkOptions) loadWaivers() (*waiver.File, error) {
	file := waiver.New()
	if o.waivers != "" {
		var err error
		if file, err = waiver.Load(o.waivers); err != nil {
			return nil, err
		}
	}
	file.TrustAnnotations = o.trust
	return file, nil
}

// withWaivers has a run notice what objects propose, and grant waivers.
func (o *checkOptions) withWaivers(opts assess.Options, cluster string) assess.Options {
	opts.Notice = func(obj *tables.Object) {
		if len(obj.Meta.Annotations) == 0 && len(obj.Meta.Labels) == 0 {
			return
		}
		found := waiver.Object{
			Asset:  posture.Asset{Kind: obj.Resource.Kind, Namespace: obj.Meta.Namespace, Name: obj.Meta.Name},
			Labels: obj.Meta.Labels, File: obj.File, Line: obj.Line,
		}
		if _, ok := obj.Meta.Annotations[waiver.Annotation]; ok {
			found.Annotations = map[string]string{}
			for key, value := range obj.Meta.Annotations {
				found.Annotations[key] = strings.ReplaceAll(tables.Clean(value), "\n", " ")
			}
		}
		o.granted.Notice(found)
	}
	opts.Waive = func(rule string, f *posture.Finding) { o.granted.Grant(cluster, rule, f, time.Now()) }
	return opts
}

// noteProposals says how many findings have a waiver that nobody granted.
func (o *checkOptions) noteProposals() {
	if n := o.granted.Proposed(); n > 0 {
		o.note("waivers proposed by annotations and not granted: %d ('%s waivers audit' lists them)", n, o.name)
	}
}
