package tables

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// sysctlRow is one sysctl of a pod spec.
type sysctlRow struct {
	podSpecRow
	s     *corev1.Sysctl
	index int
}

func (r sysctlRow) rowPath() string {
	return r.path + ".securityContext.sysctls[" + strconv.Itoa(r.index) + "]"
}

// safeSysctls are those that change nothing outside the pod, and the minor
// version whose Pod Security Standard first lists them:
// k8s.io/pod-security-admission v0.37, policy/check_sysctls.go.
var safeSysctls = map[string]string{
	"kernel.shm_rmid_forced":              "v1.0",
	"net.ipv4.ip_local_port_range":        "v1.0",
	"net.ipv4.tcp_syncookies":             "v1.0",
	"net.ipv4.ping_group_range":           "v1.0",
	"net.ipv4.ip_unprivileged_port_start": "v1.0",
	"net.ipv4.ip_local_reserved_ports":    "v1.27",
	"net.ipv4.tcp_keepalive_time":         "v1.29",
	"net.ipv4.tcp_fin_timeout":            "v1.29",
	"net.ipv4.tcp_keepalive_intvl":        "v1.29",
	"net.ipv4.tcp_keepalive_probes":       "v1.29",
	"net.ipv4.tcp_rmem":                   "v1.32",
	"net.ipv4.tcp_wmem":                   "v1.32",
	"net.ipv4.tcp_slow_start_after_idle":  "v1.37",
	"net.ipv4.tcp_notsent_lowat":          "v1.37",
}

// K8sPodSysctls has every sysctl that pod specs set.
var K8sPodSysctls = define(spec[sysctlRow]{
	Name: "k8s_pod_sysctls",
	Row:  "sysctl that a pod or a pod template sets",
	Doc: `The kernel parameters in spec.securityContext.sysctls. Those that are not safe
can reach beyond the pod, and its node's kubelet must allow them by
--allowed-unsafe-sysctls. safe goes by the list of Kubernetes v1.37 whatever
the cluster's own version; safe_since tells from which version on the standard
has had the name.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, sysctl, value FROM k8s_pod_sysctls WHERE judged AND NOT safe",
		"SELECT sysctl, value, count(*) AS workloads FROM k8s_pod_sysctls WHERE judged GROUP BY sysctl, value",
		"SELECT namespace, asset_name, sysctl FROM k8s_pod_sysctls WHERE judged AND sysctl LIKE 'net.core.%'",
	},
	Columns: [][]column[sysctlRow]{
		common[sysctlRow](), asset[sysctlRow](),
		{
			text("sysctl", "name, with dots: net.ipv4.tcp_syncookies", func(r sysctlRow) Value { return Str(r.s.Name) }).key(),
			text("value", "value", func(r sysctlRow) Value { return StrPtr(&r.s.Value) }),
			integer("safe", "1 when it is on the list of safe sysctls of Kubernetes v1.37", func(r sysctlRow) Value { return Bool(safeSysctls[r.s.Name] != "") }),
			text("safe_since", "version of the Pod Security Standards that first lists it as safe: v1.0, v1.27, v1.29, v1.32 or v1.37; NULL for the others", func(r sysctlRow) Value { return Str(safeSysctls[r.s.Name]) }),
		},
		where[sysctlRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(sysctlRow)) {
		sysctls := p.security().Sysctls
		for i := range sysctls {
			emit(sysctlRow{p, &sysctls[i], i})
		}
	}),
})
