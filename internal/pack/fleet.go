package pack

import (
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Label is the Fleet label of the hosts that serve a cluster.
const Label = "Kubernetes clusters (kspm)"

// WriteFleet writes a label, and for each rule a policy and a query, as
// `fleetctl apply -f` takes them. A policy passes where it has a row, so that
// what could not be assessed fails it.
func WriteFleet(w io.Writer, rules []Rule, interval time.Duration, platform string) error {
	type m = map[string]any
	docs := []m{{"apiVersion": "v1", "kind": "label", "spec": m{
		"name": Label, "query": Discovery, "label_membership_type": "dynamic",
		"description": "Hosts whose osquery has the extension of kubectl kspm",
	}}}
	for _, r := range rules {
		name := r.ID + " " + r.Title
		docs = append(docs,
			m{"apiVersion": "v1", "kind": "policy", "spec": m{
				"name": name, "platform": platform, "critical": r.Severity == "critical",
				"query":       r.Policy(),
				"description": oneLine(r.Why), "resolution": fmt.Sprintf("The query %q has the evidence; kubectl kspm explain %s has the fix.", name, r.ID),
			}},
			m{"apiVersion": "v1", "kind": "query", "spec": m{
				"name": name, "platform": platform, "interval": int(interval.Seconds()),
				"query": r.Query(), "description": oneLine(r.Why), "logging": "differential", "automations_enabled": true,
			}})
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	for _, doc := range docs {
		if spec := doc["spec"].(m); spec["platform"] == "" {
			delete(spec, "platform")
		}
		if err := enc.Encode(doc); err != nil {
			return err
		}
	}
	return enc.Close()
}

// Policy is a query with a row where the rule passes.
func (r Rule) Policy() string {
	return "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM (\n" + strings.TrimSpace(r.Query()) + "\n) WHERE status IN ('fail', 'not_assessed'))"
}
