package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// newRule is the start of a rule file: it works as it is.
const newRule = `-- id: %s
-- title: Containers set a read-only root file system   # what should be so
-- section: Our own rules
-- severity: medium            # critical | high | medium | low | info
-- verdict: fail               # fail | review (a human must judge) | info | manual (no query)
-- scope: object               # what a change can touch: object | namespace | cluster
-- assets: SELECT asset_kind AS kind, namespace, asset_name AS name, exempt FROM k8s_pod_specs WHERE judged
-- why: |
--   Two or three sentences that a developer accepts: what goes wrong, and for whom.
-- fix: |
--   Set securityContext.readOnlyRootFilesystem: true in container {{.container}}.
-- patch:                      # optional: merged into the container, its pod spec, or the object
--   container: {securityContext: {readOnlyRootFilesystem: true}}
-- references: [https://kubernetes.io/docs/tasks/configure-pod-container/security-context/]
-- pass:
--   - name: set
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1", securityContext: {readOnlyRootFilesystem: true}}]
-- fail:
--   - name: not set
--     objects: |
--       apiVersion: v1
--       kind: Pod
--       metadata: {name: web, namespace: shop}
--       spec:
--         containers: [{name: app, image: "registry.example/app:1"}]
--     rows:                     # optional: exactly these rows of evidence
--       - {kind: Pod, namespace: shop, name: web, container: app, actual: unset}
SELECT
  asset_kind AS kind, namespace, asset_name AS name,      -- the asset that fails
  path || '.securityContext.readOnlyRootFilesystem' AS path,
  CASE read_only_root_filesystem WHEN 0 THEN 'false' ELSE 'unset' END AS actual,
  'true' AS expected,
  container, container_type, image, drift, pods, file, line
FROM k8s_containers
WHERE judged AND read_only_root_filesystem IS NOT 1;
`

func (a *app) rulesNewCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "new ID [FILE]",
		Short: "Write a commented rule to start from",
		Example: `  kubectl kspm rules new ACME-01 rules/acme-01.sql
  kubectl kspm rules test rules`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			text := fmt.Sprintf(newRule, args[0])
			if _, err := rule.Parse("new", text); err != nil {
				return usagef("%s", strings.TrimPrefix(err.Error(), "new: "))
			}
			if len(args) == 1 {
				_, err := fmt.Fprint(a.Out, text)
				return err
			}
			f, err := os.OpenFile(args[1], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) // never over a rule that is there
			if err != nil {
				return err
			}
			if _, err := f.WriteString(text); err != nil {
				f.Close()
				return err
			}
			return f.Close()
		},
	}
}
