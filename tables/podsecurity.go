package tables

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The empty values stand for parts of a spec that are not set.
var (
	noPodSecurity corev1.PodSecurityContext
	noSeccomp     corev1.SeccompProfile
	noAppArmor    corev1.AppArmorProfile
	noSELinux     corev1.SELinuxOptions
	noWindows     corev1.WindowsSecurityContextOptions
)

func orEmpty[T any](p, empty *T) *T {
	if p == nil {
		return empty
	}
	return p
}

func (p podSpecRow) security() *corev1.PodSecurityContext {
	return orEmpty(p.spec.SecurityContext, &noPodSecurity)
}

func (p podSpecRow) seccomp() *corev1.SeccompProfile {
	return orEmpty(p.security().SeccompProfile, &noSeccomp)
}

func (p podSpecRow) apparmor() *corev1.AppArmorProfile {
	return orEmpty(p.security().AppArmorProfile, &noAppArmor)
}

func (p podSpecRow) selinux() *corev1.SELinuxOptions {
	return orEmpty(p.security().SELinuxOptions, &noSELinux)
}

func (p podSpecRow) windowsOptions() *corev1.WindowsSecurityContextOptions {
	return orEmpty(p.security().WindowsOptions, &noWindows)
}

// limit is a pod-level limit (KEP-2837), nil without one.
func (p podSpecRow) limit(name corev1.ResourceName) *resource.Quantity {
	if p.spec.Resources == nil {
		return nil
	}
	return quantity(p.spec.Resources.Limits, name)
}

func quantity(list corev1.ResourceList, name corev1.ResourceName) *resource.Quantity {
	if q, ok := list[name]; ok {
		return &q
	}
	return nil
}

// tokenMounted looks for what service account admission leaves behind in a
// running pod: the fact rather than the setting.
func (p podSpecRow) tokenMounted() Value {
	if p.pod == nil || p.pod.UID == "" {
		return Null
	}
	for _, containers := range [][]corev1.Container{p.spec.Containers, p.spec.InitContainers} {
		for _, c := range containers {
			for _, m := range c.VolumeMounts {
				if isTokenMount(m) {
					return Bool(true)
				}
			}
		}
	}
	return Bool(false)
}
