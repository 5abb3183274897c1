package tables

import corev1 "k8s.io/api/core/v1"

var noSecurity corev1.SecurityContext

func (r containerRow) own() *corev1.SecurityContext {
	return orEmpty(r.c.SecurityContext, &noSecurity)
}

func (r containerRow) ownWindows() *corev1.WindowsSecurityContextOptions {
	return orEmpty(r.own().WindowsOptions, &noWindows)
}

// inherit is the container's value, else the pod's, and where it was set:
// container, pod or none.
func inherit[T any](container, pod *T) (value *T, source Value) {
	switch {
	case container != nil:
		return container, Str("container")
	case pod != nil:
		return pod, Str("pod")
	}
	return nil, Str("none")
}

func sourceOf[T any](container, pod *T) Value {
	_, source := inherit(container, pod)
	return source
}

func effective[T any](container, pod *T) *T {
	value, _ := inherit(container, pod)
	return value
}

// inherited declares the pair of columns of a field that a container takes
// from its pod when it does not set it.
func inherited[T any](name, doc string, typ Type, value func(*T) Value, container func(containerRow) *T, pod func(podSpecRow) *T) []column[containerRow] {
	return []column[containerRow]{
		{Column{Name: name + "_effective", Doc: doc + ", the container's own or else its pod's", Type: typ}, func(r containerRow) Value {
			return value(effective(container(r), pod(r.podSpecRow)))
		}},
		text(name+"_source", "where "+name+"_effective is set: container, pod or none", func(r containerRow) Value {
			return sourceOf(container(r), pod(r.podSpecRow))
		}),
	}
}

func containerSecurity() []column[containerRow] {
	columns := []column[containerRow]{
		integer("privileged", "securityContext.privileged", func(r containerRow) Value { return BoolPtr(r.own().Privileged) }),
		integer("allow_privilege_escalation", "securityContext.allowPrivilegeEscalation", func(r containerRow) Value { return BoolPtr(r.own().AllowPrivilegeEscalation) }),
		integer("read_only_root_filesystem", "securityContext.readOnlyRootFilesystem", func(r containerRow) Value { return BoolPtr(r.own().ReadOnlyRootFilesystem) }),
		text("proc_mount", "securityContext.procMount", func(r containerRow) Value { return StrPtr(r.own().ProcMount) }),
		jsonCol("capabilities_add", "securityContext.capabilities.add", func(r containerRow) Value { return JSON(r.capabilities().Add) }),
		jsonCol("capabilities_drop", "securityContext.capabilities.drop", func(r containerRow) Value { return JSON(r.capabilities().Drop) }),
		jsonCol("security_context", "securityContext, as written", func(r containerRow) Value { return JSON(r.c.SecurityContext) }),
		text("apparmor_annotation", "the container's container.apparmor.security.beta.kubernetes.io annotation (before Kubernetes 1.30)", func(r containerRow) Value {
			return Str(r.meta.Annotations[corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix+r.c.Name])
		}),
	}
	columns = append(columns, inherited("run_as_user", "user id the container runs as", TypeInteger, IntPtr[int64],
		func(r containerRow) *int64 { return r.own().RunAsUser }, func(p podSpecRow) *int64 { return p.security().RunAsUser })...)
	columns = append(columns, inherited("run_as_group", "group id the container runs as", TypeInteger, IntPtr[int64],
		func(r containerRow) *int64 { return r.own().RunAsGroup }, func(p podSpecRow) *int64 { return p.security().RunAsGroup })...)
	columns = append(columns, inherited("run_as_non_root", "whether the kubelet refuses to start the container as root", TypeInteger, BoolPtr,
		func(r containerRow) *bool { return r.own().RunAsNonRoot }, func(p podSpecRow) *bool { return p.security().RunAsNonRoot })...)
	columns = append(columns, inherited("seccomp_type", "seccompProfile.type", TypeText, seccompType,
		func(r containerRow) *corev1.SeccompProfile { return r.own().SeccompProfile }, func(p podSpecRow) *corev1.SeccompProfile { return p.security().SeccompProfile })...)
	columns = append(columns, column[containerRow]{
		Column{Name: "seccomp_localhost_profile_effective", Doc: "seccompProfile.localhostProfile of the profile that seccomp_type_effective is of", Type: TypeText},
		func(r containerRow) Value {
			return StrPtr(orEmpty(effective(r.own().SeccompProfile, r.security().SeccompProfile), &corev1.SeccompProfile{}).LocalhostProfile)
		},
	})
	columns = append(columns, inherited("apparmor_type", "appArmorProfile.type", TypeText, apparmorType,
		func(r containerRow) *corev1.AppArmorProfile { return r.own().AppArmorProfile }, func(p podSpecRow) *corev1.AppArmorProfile { return p.security().AppArmorProfile })...)
	columns = append(columns, inherited("selinux", "seLinuxOptions, as JSON", TypeJSON, func(o *corev1.SELinuxOptions) Value { return JSON(o) },
		func(r containerRow) *corev1.SELinuxOptions { return r.own().SELinuxOptions }, func(p podSpecRow) *corev1.SELinuxOptions { return p.security().SELinuxOptions })...)
	columns = append(columns, inherited("windows_host_process", "windowsOptions.hostProcess", TypeInteger, BoolPtr,
		func(r containerRow) *bool { return r.ownWindows().HostProcess }, func(p podSpecRow) *bool { return p.windowsOptions().HostProcess })...)
	columns = append(columns, inherited("windows_run_as_user", "windowsOptions.runAsUserName", TypeText, StrPtr[string],
		func(r containerRow) *string { return r.ownWindows().RunAsUserName }, func(p podSpecRow) *string { return p.windowsOptions().RunAsUserName })...)
	return columns
}

func (r containerRow) capabilities() *corev1.Capabilities {
	return orEmpty(r.own().Capabilities, &corev1.Capabilities{})
}

func seccompType(p *corev1.SeccompProfile) Value {
	if p == nil {
		return Null
	}
	return Str(p.Type)
}

func apparmorType(p *corev1.AppArmorProfile) Value {
	if p == nil {
		return Null
	}
	return Str(p.Type)
}
