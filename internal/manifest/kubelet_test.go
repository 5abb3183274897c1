package manifest

import (
	"strings"
	"testing"

	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// A KubeletConfiguration has no name and is an object all the same; what it
// says of credentials is left out.
func TestKubeletConfiguration(t *testing.T) {
	const docs = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 10255
staticPodURL: https://user:hunter2@example.com/pods
staticPodURLHeader: {Authorization: [hunter2]}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: on
`
	files, err := Open(t.Context(), []string{"-"}, strings.NewReader(docs))
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	for _, p := range files.Problems() {
		if p.Fatal {
			problems = append(problems, p.String())
		}
	}
	if len(problems) != 2 || !strings.Contains(problems[0], "ClusterConfiguration has no metadata.name") ||
		!strings.HasSuffix(problems[1], ":10: KubeletConfiguration: readOnlyPort cannot be a bool") {
		t.Errorf("problems %q", problems)
	}
	seen := 0
	err = files.Each(t.Context(), tables.KubeletConfigs, rows.Scope{}, func(o *tables.Object) {
		seen++
		k := o.Value.(*tables.Record[tables.KubeletConfig]).Value
		if o.Meta.Name != "stdin" || o.Line != 4 || k.Status != tables.KubeletOK || !k.Written {
			t.Errorf("%s line %d: %+v", o.Meta.Name, o.Line, k)
		}
		if config := string(k.Config); !strings.Contains(config, `"readOnlyPort":10255`) || strings.Contains(config, "hunter2") {
			t.Errorf("config %s", config)
		}
	})
	if err != nil || seen != 1 {
		t.Errorf("%d configurations, %v", seen, err)
	}
	for _, r := range tables.VirtualResources() {
		if r == tables.KubeletConfigs {
			continue
		}
		if err := files.Each(t.Context(), r, rows.Scope{}, func(*tables.Object) { t.Errorf("manifests have a %s", r) }); err != nil {
			t.Errorf("%s: %v", r, err)
		}
	}
}
