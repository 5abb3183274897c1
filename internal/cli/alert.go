package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/alert"
	"github.com/kubectl-kspm/kubectl-kspm/internal/report"
)

func (a *app) alertCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "alert",
		Short: "Look after alerts of findings that come and go",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.alertTestCommand())
	return cmd
}

type alertTestOptions struct {
	*app
	config, receiver, url string
}

func (a *app) alertTestCommand() *cobra.Command {
	o := &alertTestOptions{app: a}
	cmd := &cobra.Command{
		Use:   "test --config FILE",
		Short: "Send a test message to every receiver, and say what came back",
		Long: `Reads a file of receivers and routes, says what is wrong with it, and sends each
receiver a message that says that it is a test. Exits with 1 when one does not take
it. Addresses that are secrets, tokens and passwords are not printed.`,
		Example: `  kubectl kspm alert test --config alerts.yaml
  kubectl kspm alert test --config alerts.yaml --receiver oncall`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&o.config, "config", "alerts.yaml", "file of receivers and routes")
	f.StringVar(&o.receiver, "receiver", "", "this one alone")
	f.StringVar(&o.url, "external-url", "", "where people find the dashboard, for the link in the message")
	return cmd
}

func (o *alertTestOptions) run(ctx context.Context) error {
	config, err := alert.Load(o.config)
	if err != nil {
		return err
	}
	receivers := config.Receivers
	if o.receiver != "" {
		r := config.Receiver(o.receiver)
		if r == nil {
			return usagef("%s: there is no receiver %q", o.config, o.receiver)
		}
		receivers = []*alert.Receiver{r}
	}
	failed := 0
	var lines [][]any
	for _, r := range receivers {
		said, err := r.Test(ctx, o.url)
		result := "taken"
		if err != nil {
			failed, result, said = failed+1, "failed", err.Error()
		}
		lines = append(lines, []any{r.Name, r.Type(), result, said})
	}
	if err := report.Rows(o.Out, []string{"receiver", "type", "result", "answer"}, lines); err != nil {
		return err
	}
	if failed > 0 {
		return &codeError{exitFindings, fmt.Sprintf("%d of %d receivers did not take it", failed, len(receivers))}
	}
	return nil
}
