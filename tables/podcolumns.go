package tables

// podSpecHolder is a row that belongs to a pod spec.
type podSpecHolder interface {
	objectRow
	podSpec() podSpecRow
}

func (p podSpecRow) podSpec() podSpecRow { return p }

// asset are the columns that tie a row to the asset it is judged for.
func asset[R podSpecHolder]() []column[R] {
	id := func(r R) string { return r.object().ID() }
	record := func(w *World, id string) *specRecord { return get[specIndex](w, specs).byID[id] }
	return []column[R]{
		text("kind", "kind of the object that holds the pod spec", func(r R) Value { return Str(r.object().Resource.Kind) }),
		text("spec_id", "key of the pod spec, as in k8s_pod_specs: the object's uid, or kind/namespace/name in manifests", func(r R) Value { return Str(id(r)) }).key(),
		late("asset_kind", TypeText, "kind of the asset the row is judged for: the top controller, or the object itself", id,
			func(w *World, id string) Value { return Str(record(w, id).top.kind) }, specs).by("spec"),
		late("asset_name", TypeText, "name of the asset the row is judged for", id,
			func(w *World, id string) Value { return Str(record(w, id).top.name) }, specs).by("spec"),
		late("judged", TypeInteger, "1 for the rows that rules look at: the template of a workload, a pod nobody owns, and one of each kind of pods that differ from their template; 0 for copies, finished pods and ReplicaSets scaled to zero", id,
			func(w *World, id string) Value { return Bool(record(w, id).judged) }, specs).by("spec"),
		late("pods", TypeInteger, "running pods the row stands for", id,
			func(w *World, id string) Value { return Int(record(w, id).pods) }, specs).by("spec"),
		late("drift", TypeText, "Pod/NAME when the row is that of a running pod that differs from its owner's template; KIND/NAME when the owner's kind has no template that is known", id,
			func(w *World, id string) Value {
				r := record(w, id)
				if !r.judged || r.top.name == r.name && r.top.kind == r.kind {
					return Null
				}
				return Str(r.kind + "/" + r.name)
			}, specs).by("spec"),
		text("exempt", "system for the cluster's own parts, which are shown and not counted", func(r R) Value { return exempt(r.object().Meta.Namespace) }),
		text("spec_path", "path from the object to the pod spec: spec, spec.template.spec …", func(r R) Value { return Str(r.podSpec().path) }),
		text("path", "path from the object to what the row is about", func(r R) Value { return Str(pathOf(r)) }),
	}
}

// pathOf is a row's own path, where it has one, else the pod spec's.
func pathOf[R podSpecHolder](r R) string {
	if p, ok := any(r).(interface{ rowPath() string }); ok {
		return p.rowPath()
	}
	return r.podSpec().path
}

// podSecurity are the pod-level columns that security depends on.
func podSecurity[R podSpecHolder]() []column[R] {
	spec := func(r R) podSpecRow { return r.podSpec() }
	return []column[R]{
		text("os", "windows or linux, by spec.os, node selector or required node affinity; NULL when none says", func(r R) Value { return Str(spec(r).os()) }),
		integer("host_pid", "spec.hostPID; NULL unless true, since the API does not keep false apart from unset", func(r R) Value { return True(spec(r).spec.HostPID) }),
		integer("host_ipc", "spec.hostIPC; NULL unless true", func(r R) Value { return True(spec(r).spec.HostIPC) }),
		integer("host_network", "spec.hostNetwork; NULL unless true", func(r R) Value { return True(spec(r).spec.HostNetwork) }),
		integer("host_users", "spec.hostUsers; 0 means a user namespace of the pod's own", func(r R) Value { return BoolPtr(spec(r).spec.HostUsers) }),
		integer("share_process_namespace", "spec.shareProcessNamespace", func(r R) Value { return BoolPtr(spec(r).spec.ShareProcessNamespace) }),
		integer("pod_run_as_user", "spec.securityContext.runAsUser", func(r R) Value { return IntPtr(spec(r).security().RunAsUser) }),
		integer("pod_run_as_group", "spec.securityContext.runAsGroup", func(r R) Value { return IntPtr(spec(r).security().RunAsGroup) }),
		integer("pod_run_as_non_root", "spec.securityContext.runAsNonRoot", func(r R) Value { return BoolPtr(spec(r).security().RunAsNonRoot) }),
		jsonCol("supplemental_groups", "spec.securityContext.supplementalGroups", func(r R) Value { return JSON(spec(r).security().SupplementalGroups) }),
		integer("fs_group", "spec.securityContext.fsGroup", func(r R) Value { return IntPtr(spec(r).security().FSGroup) }),
		text("pod_seccomp_type", "spec.securityContext.seccompProfile.type", func(r R) Value { return Str(spec(r).seccomp().Type) }),
		text("pod_seccomp_localhost_profile", "spec.securityContext.seccompProfile.localhostProfile", func(r R) Value { return StrPtr(spec(r).seccomp().LocalhostProfile) }),
		text("pod_apparmor_type", "spec.securityContext.appArmorProfile.type", func(r R) Value { return Str(spec(r).apparmor().Type) }),
		text("pod_selinux_type", "spec.securityContext.seLinuxOptions.type", func(r R) Value { return Str(spec(r).selinux().Type) }),
		text("pod_selinux_user", "spec.securityContext.seLinuxOptions.user", func(r R) Value { return Str(spec(r).selinux().User) }),
		text("pod_selinux_role", "spec.securityContext.seLinuxOptions.role", func(r R) Value { return Str(spec(r).selinux().Role) }),
		text("pod_selinux_level", "spec.securityContext.seLinuxOptions.level", func(r R) Value { return Str(spec(r).selinux().Level) }),
		integer("pod_windows_host_process", "spec.securityContext.windowsOptions.hostProcess", func(r R) Value { return BoolPtr(spec(r).windowsOptions().HostProcess) }),
		text("pod_windows_run_as_user", "spec.securityContext.windowsOptions.runAsUserName", func(r R) Value { return StrPtr(spec(r).windowsOptions().RunAsUserName) }),
		text("service_account_name", "spec.serviceAccountName, or the deprecated spec.serviceAccount", func(r R) Value { return Str(spec(r).serviceAccount()) }),
		integer("automount_sa_token", "spec.automountServiceAccountToken", func(r R) Value { return BoolPtr(spec(r).spec.AutomountServiceAccountToken) }),
		integer("sa_token_mounted", "1 when service account admission mounted a token into this pod; NULL for templates", func(r R) Value { return spec(r).tokenMounted() }),
		text("priority_class", "spec.priorityClassName", func(r R) Value { return Str(spec(r).spec.PriorityClassName) }),
		text("runtime_class", "spec.runtimeClassName", func(r R) Value { return StrPtr(spec(r).spec.RuntimeClassName) }),
		text("restart_policy", "spec.restartPolicy", func(r R) Value { return Str(spec(r).spec.RestartPolicy) }),
		realCol("pod_cpu_limit", "spec.resources.limits.cpu, in cores: a limit for the pod as a whole", func(r R) Value { return Cores(spec(r).limit("cpu")) }),
		integer("pod_memory_limit", "spec.resources.limits.memory, in bytes", func(r R) Value { return Bytes(spec(r).limit("memory")) }),
		jsonCol("image_pull_secrets", "spec.imagePullSecrets", func(r R) Value { return JSON(spec(r).spec.ImagePullSecrets) }),
		jsonCol("node_selector", "spec.nodeSelector", func(r R) Value { return JSON(spec(r).spec.NodeSelector) }),
		jsonCol("tolerations", "spec.tolerations", func(r R) Value { return JSON(spec(r).spec.Tolerations) }),
	}
}
