package tables

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// specRecord is what must be remembered of a pod spec to fold the pods of a
// workload into it.
type specRecord struct {
	id                    string
	uid                   types.UID
	kind, namespace, name string
	controller            ownerRef
	print                 uint64
	isPod, idle           bool
	// The results.
	top    ownerRef
	judged bool
	pods   int
}

// specIndex knows every pod spec by its object's ID.
type specIndex struct {
	byID    map[string]*specRecord
	records []*specRecord
}

// specs decides which pod specs are judged, and what for: the template of a
// workload for its pods, a Pod that nobody owns for itself, and of the Pods
// that differ from their template (an injected sidecar, an ephemeral
// container, a default written in by a LimitRange) one of each kind.
var specs = fact("specs", podSpecResources(),
	func(index *specIndex, o *Object) {
		for _, s := range specRows {
			if s.resource == o.Resource {
				s.rows(o, func(p podSpecRow) { index.records = append(index.records, newSpecRecord(p)) })
			}
		}
	},
	func(into, from *specIndex) { into.records = append(into.records, from.records...) },
	(*specIndex).finish).local()

var specRows = podSpecSources(func(p podSpecRow, emit func(podSpecRow)) { emit(p) })

func newSpecRecord(p podSpecRow) *specRecord {
	r := &specRecord{
		id: p.ID(), uid: p.Meta.UID, kind: p.Resource.Kind, namespace: p.Meta.Namespace, name: p.Meta.Name,
		print: fingerprint(p), isPod: p.pod != nil, idle: p.terminated() || p.Resource == ReplicaSets && p.replicas == 0,
	}
	if ref := p.controller(); ref != nil && ref.Kind != "Node" {
		r.controller = ownerRef{ref.Kind, ref.Name, ref.UID}
	}
	return r
}

func (index *specIndex) finish() {
	index.byID = make(map[string]*specRecord, len(index.records))
	byUID := make(map[types.UID]*specRecord, len(index.records))
	for _, r := range index.records {
		index.byID[r.id] = r
		if r.uid != "" {
			byUID[r.uid] = r
		}
	}
	type drift struct {
		top   ownerRef
		ns    string
		print uint64
	}
	drifted := map[drift][]*specRecord{}
	for _, r := range index.records {
		template := r.climb(byUID)
		switch {
		case r.controller.kind == "":
			r.judged = !r.idle
		case !r.isPod:
			// A ReplicaSet of a Deployment, a Job of a CronJob: its template
			// is a copy of its owner's, older perhaps. Where the owner holds
			// no template we know, the copy is all there is.
			r.judged = template == nil && !r.idle
		case r.idle:
		default:
			if template != nil {
				template.pods++
			}
			if template == nil || template.print != r.print {
				key := drift{r.top, r.namespace, r.print}
				drifted[key] = append(drifted[key], r)
			}
		}
		if r.isPod && r.judged {
			r.pods = 1
		}
	}
	for _, pods := range drifted {
		first := slices.MinFunc(pods, func(a, b *specRecord) int { return cmp.Compare(a.name, b.name) })
		first.judged, first.pods = true, len(pods)
	}
}

// climb finds the top controller, and the highest object on the way to it
// whose template stands for r; nil when none is known.
func (r *specRecord) climb(byUID map[types.UID]*specRecord) (template *specRecord) {
	r.top = r.controller
	if r.top.kind == "" {
		r.top = ownerRef{r.kind, r.name, r.uid}
		return nil
	}
	for range 10 {
		owner := byUID[r.top.uid]
		if owner == nil || r.top.uid == "" {
			return template
		}
		template = owner
		if owner.controller.kind == "" {
			return template
		}
		r.top = owner.controller
	}
	return template
}

// fingerprint hashes what a Pod and its template have in common when nothing
// was changed on the way from one to the other: what the scheduler, the
// service account admission and the controllers write into every pod is left
// out.
func fingerprint(p podSpecRow) uint64 {
	s := *p.spec
	s.NodeName, s.Hostname, s.Subdomain, s.SchedulerName = "", "", "", ""
	s.NodeSelector, s.Affinity, s.Tolerations, s.TopologySpreadConstraints = nil, nil, nil, nil
	s.Priority, s.PreemptionPolicy, s.PriorityClassName = nil, nil, ""
	s.DNSPolicy, s.DNSConfig, s.RestartPolicy, s.EnableServiceLinks = "", nil, "", nil
	s.TerminationGracePeriodSeconds, s.ActiveDeadlineSeconds = nil, nil
	s.ImagePullSecrets, s.DeprecatedServiceAccount, s.ReadinessGates, s.SchedulingGates, s.Overhead = nil, "", nil, nil, nil
	s.ServiceAccountName = cmp.Or(p.serviceAccount(), "default")
	if s.SecurityContext == nil {
		s.SecurityContext = &corev1.PodSecurityContext{}
	}
	s.Volumes = slices.DeleteFunc(slices.Clone(s.Volumes), func(v corev1.Volume) bool {
		return v.PersistentVolumeClaim != nil || isTokenVolume(v)
	})
	s.Containers = withoutTokenMounts(s.Containers)
	s.InitContainers = withoutTokenMounts(s.InitContainers)
	data, err := s.Marshal()
	if err != nil {
		return 0
	}
	return maphash.Bytes(printSeed, data)
}

// printSeed makes fingerprints comparable within one process, which is all
// they are for.
var printSeed = maphash.MakeSeed()

const (
	tokenVolumePrefix = "kube-api-access-"
	tokenMountPath    = "/var/run/secrets/kubernetes.io/serviceaccount"
)

// isTokenVolume recognises the projected volume that service account admission
// adds to a pod.
func isTokenVolume(v corev1.Volume) bool {
	return v.Projected != nil && strings.HasPrefix(v.Name, tokenVolumePrefix)
}

func withoutTokenMounts(containers []corev1.Container) []corev1.Container {
	containers = slices.Clone(containers)
	for i, c := range containers {
		if slices.ContainsFunc(c.VolumeMounts, isTokenMount) {
			containers[i].VolumeMounts = slices.DeleteFunc(slices.Clone(c.VolumeMounts), isTokenMount)
		}
		containers[i].TerminationMessagePath, containers[i].TerminationMessagePolicy = "", ""
	}
	return containers
}

func isTokenMount(m corev1.VolumeMount) bool { return m.MountPath == tokenMountPath }
