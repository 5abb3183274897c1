package tables_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/pod-security-admission/policy"

	"github.com/kubectl-kspm/kubectl-kspm/internal/engine"
	"github.com/kubectl-kspm/kubectl-kspm/internal/rows"
	"github.com/kubectl-kspm/kubectl-kspm/tables"
)

// podSecurityChecks are the checks of the Pod Security Standards over our
// columns: each selects the names of the pods that it forbids. Those that have
// a {minor} differ between versions of the standard.
var podSecurityChecks = map[policy.CheckID]string{
	"privileged":                 `SELECT name FROM k8s_containers WHERE privileged = 1`,
	"hostPorts":                  `SELECT name FROM k8s_container_ports WHERE host_port IS NOT NULL`,
	"sysctls":                    `SELECT name FROM k8s_pod_sysctls WHERE safe_since IS NULL OR CAST(substr(safe_since, 4) AS INTEGER) > {minor}`,
	"hostPathVolumes":            `SELECT name FROM k8s_pod_volumes WHERE host_path IS NOT NULL`,
	"hostNamespaces":             `SELECT name FROM k8s_pod_specs WHERE host_network = 1 OR host_pid = 1 OR host_ipc = 1`,
	"hostProbesAndHostLifecycle": `SELECT name FROM k8s_container_probes WHERE host IS NOT NULL`,
	"windowsHostProcess": `SELECT name FROM k8s_containers WHERE pod_windows_host_process = 1
		OR windows_host_process_source = 'container' AND windows_host_process_effective = 1`,
	"capabilities_baseline": `SELECT name FROM k8s_containers, json_each(capabilities_add) c WHERE c.value NOT IN ('AUDIT_WRITE', 'CHOWN',
		'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT')`,
	"seLinuxOptions": `SELECT name FROM k8s_containers WHERE pod_selinux_user IS NOT NULL OR pod_selinux_role IS NOT NULL
		OR pod_selinux_type NOT IN (SELECT type FROM types)
		OR selinux_source = 'container' AND (selinux_effective->>'$.user' IS NOT NULL OR selinux_effective->>'$.role' IS NOT NULL
			OR selinux_effective->>'$.type' NOT IN (SELECT type FROM types))`,
	"appArmorProfile": `SELECT name FROM k8s_containers WHERE pod_apparmor_type NOT IN ('RuntimeDefault', 'Localhost')
		OR apparmor_type_source = 'container' AND apparmor_type_effective NOT IN ('RuntimeDefault', 'Localhost')
		OR apparmor_annotation <> 'runtime/default' AND apparmor_annotation NOT LIKE 'localhost/%'`,
	"procMount":            `SELECT name FROM k8s_containers WHERE proc_mount <> 'Default' AND NOT ({minor} >= 35 AND host_users IS 0)`,
	"procMount_restricted": `SELECT name FROM k8s_containers WHERE proc_mount <> 'Default'`,
	"seccompProfile_baseline": `SELECT name FROM k8s_containers WHERE pod_seccomp_type NOT IN ('RuntimeDefault', 'Localhost')
		OR seccomp_type_source = 'container' AND seccomp_type_effective NOT IN ('RuntimeDefault', 'Localhost')`,
	"seccompProfile_restricted": `SELECT name FROM k8s_containers WHERE NOT ({minor} >= 25 AND os IS 'windows') AND (
		pod_seccomp_type NOT IN ('RuntimeDefault', 'Localhost') OR seccomp_type_effective IS NULL
		OR seccomp_type_effective NOT IN ('RuntimeDefault', 'Localhost'))`,
	"allowPrivilegeEscalation": `SELECT name FROM k8s_containers WHERE NOT ({minor} >= 25 AND os IS 'windows') AND allow_privilege_escalation IS NOT 0`,
	"capabilities_restricted": `SELECT name FROM k8s_containers WHERE NOT ({minor} >= 25 AND os IS 'windows') AND (
		NOT EXISTS (SELECT 1 FROM json_each(capabilities_drop) d WHERE d.value = 'ALL')
		OR EXISTS (SELECT 1 FROM json_each(capabilities_add) a WHERE a.value <> 'NET_BIND_SERVICE'))`,
	"restrictedVolumes": `SELECT name FROM k8s_pod_volumes WHERE volume_type NOT IN ('configMap', 'csi', 'downwardAPI', 'emptyDir',
		'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret')`,
	"runAsNonRoot": `SELECT name FROM k8s_containers WHERE NOT ({minor} >= 35 AND host_users IS 0)
		AND (pod_run_as_non_root = 0 OR run_as_non_root_effective IS NOT 1)`,
	"runAsUser": `SELECT name FROM k8s_containers WHERE NOT ({minor} >= 35 AND host_users IS 0)
		AND (pod_run_as_user = 0 OR run_as_user_source = 'container' AND run_as_user_effective = 0)`,
}

// seccompBefore is left out: before 1.19 seccomp was annotations, which the API
// server has not read since 1.27.
const seccompBefore = 19

// TestPodSecurity compares each check with k8s.io/pod-security-admission over
// random pods: no difference, but for those that asWeSeeIt states.
func TestPodSecurity(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(1, 2))}
	pods := make(podSource, 4000)
	for i := range pods {
		pods[i] = d.pod(i)
		pods[i].UID = types.UID(fmt.Sprint("uid-", i))
	}
	db, err := engine.Open(tables.All())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, check := range policy.DefaultChecks() {
		query, ok := podSecurityChecks[check.ID]
		if !ok {
			t.Errorf("%s is a check that our columns are not tested with", check.ID)
			continue
		}
		for _, version := range check.Versions {
			minor := version.MinimumVersion.Minor()
			if check.ID == "seccompProfile_baseline" && minor < seccompBefore {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", check.ID, minor), func(t *testing.T) {
				forbidden := pods.query(t, db, forVersion(query, minor))
				wrong := 0
				for _, pod := range pods {
					seen := asWeSeeIt(pod)
					result := version.CheckPod(&seen.ObjectMeta, &seen.Spec)
					if forbidden[pod.Name] == result.Allowed && wrong < 3 {
						wrong++
						t.Errorf("%s: our columns say forbidden %v, the library %v: %s", pod.Name, forbidden[pod.Name], !result.Allowed, result.ForbiddenDetail)
					}
				}
				if len(forbidden) < 50 || len(forbidden) > len(pods)-50 {
					t.Errorf("%d of %d pods are forbidden: that tells little", len(forbidden), len(pods))
				}
			})
		}
	}
}

func forVersion(query string, minor int) string {
	types := "('container_t'), ('container_init_t'), ('container_kvm_t')"
	if minor >= 31 {
		types += ", ('container_engine_t')"
	}
	query = "WITH types (type) AS (VALUES " + types + ") " + query
	return strings.ReplaceAll(query, "{minor}", fmt.Sprint(minor))
}

// asWeSeeIt is the pod with the differences made explicit: a volume without a
// source is an emptyDir, as the API server makes of it; a pod that only selects
// Windows nodes is a Windows pod without saying so in spec.os.
func asWeSeeIt(pod *corev1.Pod) *corev1.Pod {
	pod = pod.DeepCopy()
	for i, v := range pod.Spec.Volumes {
		if v.VolumeSource == (corev1.VolumeSource{}) {
			pod.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	if pod.Spec.OS == nil && pod.Spec.NodeSelector[corev1.LabelOSStable] == "windows" {
		pod.Spec.OS = &corev1.PodOS{Name: corev1.Windows}
	}
	return pod
}

// podSource is a source of pods.
type podSource []*corev1.Pod

func (s podSource) Each(_ context.Context, r *tables.Resource, _ rows.Scope, f func(*tables.Object)) error {
	if r == tables.Pods {
		for _, pod := range s {
			f(&tables.Object{Resource: r, Value: pod, Meta: &pod.ObjectMeta})
		}
	}
	return nil
}

func (s podSource) query(t *testing.T, db *engine.DB, query string) map[string]bool {
	t.Helper()
	stmt, err := db.Prepare(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := rows.Load(t.Context(), s, stmt.Reads, rows.Scope{}, rows.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	if _, err := db.Query(t.Context(), engine.Snapshot(set), query, nil, func(row []any) error {
		names[row[0].(string)] = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return names
}

// Every check is of a kind that the library has.
func TestPodSecurityChecksExist(t *testing.T) {
	known := map[policy.CheckID]bool{}
	for _, check := range policy.DefaultChecks() {
		known[check.ID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(podSecurityChecks)) {
		if !known[id] {
			t.Errorf("%s is no check of the library", id)
		}
	}
}
