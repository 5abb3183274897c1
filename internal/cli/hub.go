package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/fleet"
	"github.com/kubectl-kspm/kubectl-kspm/internal/store"
)

type hubOptions struct {
	*app
	store     string
	authority string
	cluster   string
	life      time.Duration
}

func (a *app) hubCommand() *cobra.Command {
	o := &hubOptions{app: a}
	cmd := &cobra.Command{
		Use:   "hub",
		Short: "Admit agents to a hub, and end their admission",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	token := &cobra.Command{
		Use:   "token",
		Short: "Make a token with which one agent enrols, once",
		Long: `Prints a token for 'serve --agent --token-file'. It works once, for a cluster that
has no agent yet; with --for, for that cluster alone, also if it has one.`,
		Example: `  kubectl kspm hub token --store kspm.db
  kubectl kspm hub token --store postgres://kspm@db/kspm --authority ./authority --for 5b0a7c1e-…`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.token(cmd.Context()) },
	}
	revoke := &cobra.Command{
		Use:     "revoke CLUSTER",
		Short:   "Refuse the agents of a cluster from now on",
		Long:    `Ends the certificates of a cluster's agents. What they pushed stays.`,
		Example: `  kubectl kspm hub revoke 5b0a7c1e-… --store kspm.db`,
		Args:    oneCluster,
		RunE:    func(cmd *cobra.Command, args []string) error { return o.revoke(cmd.Context(), args[0]) },
	}
	for _, c := range []*cobra.Command{token, revoke} {
		c.Flags().StringVar(&o.store, "store", "kspm.db", "the hub's store: a file (SQLite), or postgres://…")
		cmd.AddCommand(c)
	}
	token.Flags().StringVar(&o.authority, "authority", "kspm-authority", "the hub's folder with ca.crt and ca.key")
	token.Flags().StringVar(&o.cluster, "for", "", "UID or name of the cluster that the token is for")
	token.Flags().DurationVar(&o.life, "ttl", 24*time.Hour, "how long the token can be used")
	return cmd
}

func oneCluster(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usagef("want the UID or the name of one cluster")
	}
	return nil
}

func (o *hubOptions) token(ctx context.Context) error {
	if o.life <= 0 {
		return usagef("--ttl %s: want a time ahead, such as 1h", o.life)
	}
	history, err := store.Open(ctx, o.store)
	if err != nil {
		return err
	}
	defer history.Close()
	if o.cluster != "" {
		if o.cluster, err = clusterUID(ctx, history, o.cluster); err != nil {
			return err
		}
	}
	authority, err := fleet.OpenAuthority(o.authority)
	if err != nil {
		return fmt.Errorf("--authority: %w", err)
	}
	token, err := fleet.NewToken(ctx, authority, history, o.cluster, o.life)
	if err != nil {
		return err
	}
	o.note("It works once, until %s.", time.Now().Add(o.life).Format(time.RFC3339))
	_, err = fmt.Fprintln(o.Out, token)
	return err
}

func (o *hubOptions) revoke(ctx context.Context, cluster string) error {
	history, err := store.OpenExisting(ctx, o.store)
	if err != nil {
		return err
	}
	defer history.Close()
	if cluster, err = clusterUID(ctx, history, cluster); err != nil {
		return err
	}
	n, err := history.Revoke(ctx, cluster)
	if err != nil {
		return err
	}
	if n == 0 {
		return &codeError{exitError, "cluster " + cluster + " has no agent"}
	}
	o.note("%d certificates of cluster %s are good no more", n, cluster)
	return nil
}

// clusterUID is the UID of a cluster of the store that is named. One that the
// store does not know is taken for a UID.
func clusterUID(ctx context.Context, history store.Store, named string) (string, error) {
	found, err := history.Clusters(ctx, store.Filter{Clusters: []string{named}})
	switch {
	case err != nil:
		return "", err
	case len(found) > 1:
		return "", usagef("%d clusters are called %s: say the UID of one", len(found), named)
	case len(found) == 1:
		return found[0].UID, nil
	}
	return named, nil
}
