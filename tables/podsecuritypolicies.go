package tables

// PodSecurityPolicies are gone since Kubernetes 1.25.
var PodSecurityPolicies = addon("policy", "v1beta1", "podsecuritypolicies", "PodSecurityPolicy", false)

type pspRow struct {
	*Object
	v map[string]any
}

func (r pspRow) flag(path string) Value {
	b, ok := dig(r.v, path).(bool)
	if !ok {
		return Null
	}
	return Bool(b)
}

// K8sPodSecurityPolicies has one row per PodSecurityPolicy.
var K8sPodSecurityPolicies = define(spec[pspRow]{
	Name: "k8s_pod_security_policies",
	Row:  "pod security policy",
	Doc: `PodSecurityPolicies (policy/v1beta1), which Kubernetes has no more since 1.25: a
newer cluster has no rows, and in manifests they are without effect.`,
	Examples: []string{
		"SELECT name, privileged, host_network FROM k8s_pod_security_policies",
		"SELECT name FROM k8s_pod_security_policies WHERE run_as_user_rule = 'RunAsAny'",
		"SELECT name, v.value AS volume FROM k8s_pod_security_policies, json_each(volumes) v WHERE v.value IN ('*', 'hostPath')",
	},
	Columns: [][]column[pspRow]{
		common[pspRow](),
		{
			integer("privileged", "spec.privileged", func(r pspRow) Value { return r.flag("spec.privileged") }),
			integer("host_pid", "spec.hostPID", func(r pspRow) Value { return r.flag("spec.hostPID") }),
			integer("host_ipc", "spec.hostIPC", func(r pspRow) Value { return r.flag("spec.hostIPC") }),
			integer("host_network", "spec.hostNetwork", func(r pspRow) Value { return r.flag("spec.hostNetwork") }),
			integer("allow_privilege_escalation", "spec.allowPrivilegeEscalation", func(r pspRow) Value { return r.flag("spec.allowPrivilegeEscalation") }),
			integer("read_only_root_filesystem", "spec.readOnlyRootFilesystem", func(r pspRow) Value { return r.flag("spec.readOnlyRootFilesystem") }),
			text("run_as_user_rule", "spec.runAsUser.rule", func(r pspRow) Value { return digText(r.v, "spec.runAsUser.rule") }),
			jsonCol("allowed_capabilities", "spec.allowedCapabilities", func(r pspRow) Value { return JSON(digList(r.v, "spec.allowedCapabilities")) }),
			jsonCol("required_drop_capabilities", "spec.requiredDropCapabilities", func(r pspRow) Value { return JSON(digList(r.v, "spec.requiredDropCapabilities")) }),
			jsonCol("volumes", "spec.volumes: the kinds allowed", func(r pspRow) Value { return JSON(digList(r.v, "spec.volumes")) }),
			jsonCol("spec", "spec", func(r pspRow) Value { return JSON(dig(r.v, "spec")) }),
		},
		where[pspRow](),
	},
	Sources: []source[pspRow]{fromAddon(PodSecurityPolicies, func(o *Object, v map[string]any, emit func(pspRow)) { emit(pspRow{o, v}) })},
})
