package cli

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
	"github.com/kubectl-kspm/kubectl-kspm/queries"
)

// version is set by the linker for releases.
var version = ""

type versionInfo struct {
	Version    string `json:"version"`
	GoVersion  string `json:"goVersion"`
	Platform   string `json:"platform"`
	Rules      int    `json:"rules"`
	RuleDigest string `json:"ruleDigest"`
}

func (a *app) versionCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version of the tool and of its rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rules, digest, err := rule.CountAndDigest(queries.Files)
			if err != nil {
				return err
			}
			info := versionInfo{clientVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, rules, digest}
			switch format {
			case "json":
				return a.json(info)
			case "":
				_, err := fmt.Fprintf(a.Out, "kubectl-kspm %s (%s, %s), %d rules, %s\n", info.Version, info.Platform, info.GoVersion, info.Rules, info.RuleDigest[:19])
				return err
			}
			return usagef("-o %q: want json, or nothing", format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "", "json, or nothing for one line")
	return cmd
}

func clientVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// json writes a value as indented JSON.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
