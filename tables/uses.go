package tables

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// useIndex knows who names a ConfigMap, Secret or PersistentVolumeClaim: by
// useKey, the controllers of the pod specs that do, or the objects themselves.
type useIndex map[string]map[ownerRef]bool

func useKey(kind, namespace, name string) string { return kind + "/" + namespace + "/" + name }

func (u *useIndex) add(key string, by ownerRef) {
	if *u == nil {
		*u = useIndex{}
	}
	if (*u)[key] == nil {
		(*u)[strings.Clone(key)] = map[ownerRef]bool{}
	}
	(*u)[key][by] = true
}

func mergeUses(into, from *useIndex) {
	if *into == nil {
		*into = *from
		return
	}
	for key, users := range *from {
		for by := range users {
			into.add(key, by)
		}
	}
}

// usesOf is which objects of a kind pod specs name. Finished pods, and ReplicaSets
// scaled to zero, use nothing.
func usesOf(kind string) *Fact {
	return fact("uses of "+kind+"s by pods", podSpecResources(), func(u *useIndex, o *Object) {
		for _, s := range specRows {
			if s.resource != o.Resource {
				continue
			}
			s.rows(o, func(p podSpecRow) {
				if p.idle() {
					return
				}
				p.references(func(referred, name string) {
					if referred == kind && name != "" {
						u.add(useKey(kind, o.Meta.Namespace, name), p.user())
					}
				})
			})
		}
	}, mergeUses, nil).local()
}

var podConfigMaps, podSecrets, podClaims = usesOf("ConfigMap"), usesOf("Secret"), usesOf("PersistentVolumeClaim")

// secretUses are the other objects that name Secrets.
var secretUses = fact("uses of secrets", []*Resource{Ingresses, ServiceAccounts}, func(u *useIndex, o *Object) {
	add := func(name string) {
		if name != "" {
			u.add(useKey("Secret", o.Meta.Namespace, name), ownerRef{o.Resource.Kind, o.Meta.Name, o.Meta.UID})
		}
	}
	switch v := o.Value.(type) {
	case *networkingv1.Ingress:
		for _, t := range v.Spec.TLS {
			add(t.SecretName)
		}
	case *corev1.ServiceAccount:
		for _, s := range v.ImagePullSecrets {
			add(s.Name)
		}
		for _, s := range v.Secrets {
			add(s.Name)
		}
	}
}, mergeUses, nil).local()

// user is who counts as the user of what the pod spec names: its controller,
// or the object itself.
func (p podSpecRow) user() ownerRef {
	if ref := p.controller(); ref != nil && ref.Kind != "Node" {
		return ownerRef{ref.Kind, ref.Name, ref.UID}
	}
	return ownerRef{p.Resource.Kind, p.Meta.Name, p.Meta.UID}
}

// idle reports whether nothing runs by the pod spec, nor will.
func (p podSpecRow) idle() bool {
	return p.terminated() || p.Resource == ReplicaSets && p.replicas == 0
}

// usedBy are the columns that count and list the users of a row's object.
func usedBy[R objectRow](kind, count string, facts ...*Fact) []column[R] {
	key := func(r R) string { return useKey(kind, r.object().Meta.Namespace, r.object().Meta.Name) }
	users := func(w *World, key string) []string { return usersOf(w, key, facts) }
	facts = append([]*Fact{owners}, facts...)
	return []column[R]{
		late(count, TypeInteger, "how many use it: workloads, and pods that nobody owns, not counting finished pods and ReplicaSets scaled to zero", key,
			func(w *World, key string) Value { return Int(len(users(w, key))) }, facts...),
		late("users", TypeJSON, "who uses it, as kind/name", key,
			func(w *World, key string) Value { return JSON(users(w, key)) }, facts...),
	}
}

// usersOf follows the users of a key up to their top controllers.
func usersOf(w *World, key string, facts []*Fact) []string {
	index := get[ownerIndex](w, owners)
	var names []string
	for _, f := range facts {
		if f == owners {
			continue
		}
		for by := range (*get[useIndex](w, f))[key] {
			top := index.top(by)
			names = append(names, top.kind+"/"+top.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// references calls f with the kind and name of everything in its namespace
// that a pod spec names.
func (p podSpecRow) references(f func(kind, name string)) {
	for i := range p.spec.Volumes {
		p.volumeReferences(&p.spec.Volumes[i], f)
	}
	for _, s := range p.spec.ImagePullSecrets {
		f("Secret", s.Name)
	}
	p.containers(func(r containerRow) {
		for i := range r.c.Env {
			switch v := r.c.Env[i].ValueFrom; {
			case v == nil:
			case v.SecretKeyRef != nil:
				f("Secret", v.SecretKeyRef.Name)
			case v.ConfigMapKeyRef != nil:
				f("ConfigMap", v.ConfigMapKeyRef.Name)
			}
		}
		for _, e := range r.c.EnvFrom {
			if e.SecretRef != nil {
				f("Secret", e.SecretRef.Name)
			}
			if e.ConfigMapRef != nil {
				f("ConfigMap", e.ConfigMapRef.Name)
			}
		}
	})
}

func (p podSpecRow) volumeReferences(v *corev1.Volume, f func(kind, name string)) {
	secret := func(ref *corev1.LocalObjectReference) { f("Secret", orEmpty(ref, &corev1.LocalObjectReference{}).Name) }
	switch s := &v.VolumeSource; {
	case s.ConfigMap != nil:
		f("ConfigMap", s.ConfigMap.Name)
	case s.Secret != nil:
		f("Secret", s.Secret.SecretName)
	case s.PersistentVolumeClaim != nil:
		f("PersistentVolumeClaim", s.PersistentVolumeClaim.ClaimName)
	case s.Ephemeral != nil && p.pod != nil:
		f("PersistentVolumeClaim", p.Meta.Name+"-"+v.Name) // the name that its controller gives it
	case s.Projected != nil:
		for _, source := range s.Projected.Sources {
			if source.ConfigMap != nil {
				f("ConfigMap", source.ConfigMap.Name)
			}
			if source.Secret != nil {
				f("Secret", source.Secret.Name)
			}
		}
	case s.CSI != nil:
		secret(s.CSI.NodePublishSecretRef)
	case s.AzureFile != nil:
		f("Secret", s.AzureFile.SecretName)
	case s.FlexVolume != nil:
		secret(s.FlexVolume.SecretRef)
	case s.ISCSI != nil:
		secret(s.ISCSI.SecretRef)
	case s.CephFS != nil:
		secret(s.CephFS.SecretRef)
	case s.RBD != nil:
		secret(s.RBD.SecretRef)
	case s.ScaleIO != nil:
		secret(s.ScaleIO.SecretRef)
	case s.StorageOS != nil:
		secret(s.StorageOS.SecretRef)
	}
}
