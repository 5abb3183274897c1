package assess_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/assess"
	"github.com/kubectl-kspm/kubectl-kspm/internal/posture"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rule"
)

// canary is a value that looks like a credential, wherever a rule may look for
// one.
const canary = "ghp_c4n4ryc4n4ryc4n4ryc4n4ryc4n4ryc4n4"

// TestNoSecretInEvidence puts a credential into the variables of every
// container, every Secret, every ConfigMap and the annotation of kubectl apply
// of every case of every rule: it is in no report, in no fix, in no reason.
func TestNoSecretInEvidence(t *testing.T) {
	db := openDB(t)
	for _, r := range allRules(t) {
		if r.Verdict == rule.VerdictManual {
			continue
		}
		rules := compile(t, db, r)
		for _, c := range append(append([]rule.Case{}, r.Fail...), r.NotAssessed...) {
			restore, err := r.With(c.Parameters)
			if err != nil {
				t.Fatal(err)
			}
			objects := decode(t, c.Objects)
			put := 0
			for _, o := range objects {
				put += plant(o)
			}
			report, err := assess.Judge(t.Context(), rules, encode(t, objects))
			restore()
			if err != nil {
				t.Fatalf("%s/%s: %v", r.ID, c.Name, err)
			}
			if put == 0 {
				t.Errorf("%s/%s: there was nowhere to put the credential", r.ID, c.Name)
			}
			for _, res := range report.Rules {
				mentions(t, r.ID+"/"+c.Name, res)
			}
		}
	}
}

func mentions(t *testing.T, where string, res posture.RuleResult) {
	t.Helper()
	text, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), canary) || strings.Contains(string(text), canary[4:]) {
		t.Errorf("%s: %s tells the credential:\n%s", where, res.ID, text)
	}
}

// plant puts the canary wherever an object can hold a credential, and counts.
func plant(o map[string]any) (put int) {
	if o["kind"] == "NodeFacts" {
		return 1 // takes no field that it does not know; package node has tests of its own
	}
	if meta, ok := o["metadata"].(map[string]any); ok {
		annotations, _ := meta["annotations"].(map[string]any)
		if annotations == nil {
			annotations = map[string]any{}
			meta["annotations"] = annotations
		}
		annotations["kubectl.kubernetes.io/last-applied-configuration"] = `{"data":{"password":"` + canary + `"}}`
		put++
	}
	switch o["kind"] {
	case "Secret":
		o["stringData"] = map[string]any{"password": canary}
	case "ConfigMap":
		o["data"] = map[string]any{"password": canary, "app.conf": "user: a\npassword: " + canary + "\n"}
	case "KubeletConfiguration":
		o["staticPodURLHeader"] = map[string]any{"Authorization": []any{"Bearer " + canary}}
		put++
	}
	return put + plantEnv(o)
}

func plantEnv(v any) (put int) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			put += plantEnv(item)
		}
	case map[string]any:
		for key, value := range v {
			put += plantEnv(value)
			list, ok := value.([]any)
			if !ok || key != "containers" && key != "initContainers" && key != "ephemeralContainers" {
				continue
			}
			for _, item := range list {
				if c, ok := item.(map[string]any); ok {
					env, _ := c["env"].([]any)
					c["env"] = append(env, map[string]any{"name": "DB_PASSWORD", "value": canary})
					put++
				}
			}
		}
	}
	return put
}
