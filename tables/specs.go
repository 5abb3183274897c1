package tables

import (
	"cmp"
	"slices"

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
	printer printer
	// seen has, of the pods that a controller made alike, the first by name.
	seen map[replica]string
	// known are the records of other resources, by uid, as far as those were
	// read before.
	known map[types.UID]*specRecord
}

// replica is what pods that differ in nothing have in common.
type replica struct {
	namespace  string
	controller ownerRef
	print      uint64
}

// specs decides which pod specs are judged, and what for: the template of a
// workload for its pods, a Pod that nobody owns for itself, and of the Pods
// that differ from their template (an injected sidecar, an ephemeral
// container, a default written in by a LimitRange) one of each kind.
var specs = judging(fact("specs", podSpecResources(),
	func(index *specIndex, o *Object) {
		for _, s := range specRows {
			if s.resource == o.Resource {
				s.rows(o, func(p podSpecRow) { index.records = append(index.records, index.record(p)) })
			}
		}
	},
	func(into, from *specIndex) { into.records = append(into.records, from.records...) },
	(*specIndex).finish).local(),
	func(index *specIndex) bool {
		return len(index.records) > 0 && index.repeats(index.records[len(index.records)-1])
	}, templatesOf, (*specIndex).know)

// templatesOf are the resources that may hold what an object of r is a copy of.
func templatesOf(r *Resource) []*Resource {
	switch r {
	case Pods:
		return []*Resource{Deployments, StatefulSets, DaemonSets, CronJobs, ReplicationControllers, ReplicaSets, Jobs}
	case ReplicaSets, Jobs:
		return []*Resource{Deployments, StatefulSets, DaemonSets, CronJobs, ReplicationControllers}
	}
	return nil
}

func (index *specIndex) know(earlier *specIndex) {
	if index.known == nil {
		index.known = map[types.UID]*specRecord{}
	}
	for _, r := range earlier.records {
		if r.uid != "" {
			index.known[r.uid] = r
		}
	}
}

var specRows = podSpecSources(func(p podSpecRow, emit func(podSpecRow)) { emit(p) })

func (index *specIndex) record(p podSpecRow) *specRecord {
	r := &specRecord{
		id: p.ID(), uid: p.Meta.UID, kind: p.Resource.Kind, namespace: p.Meta.Namespace, name: p.Meta.Name,
		isPod: p.pod != nil, idle: p.terminated() || p.Resource == ReplicaSets && p.replicas == 0,
	}
	if !r.isPod || !r.idle { // nobody compares finished pods
		r.print = index.printer.fingerprint(p)
	}
	if ref := p.controller(); ref != nil && ref.Kind != "Node" {
		r.controller = ownerRef{ref.Kind, ref.Name, ref.UID}
	}
	return r
}

// Concerns reports whether rules look at the rows of a pod spec, given the key
// of their judged column. Some look at the cluster's own parts as they are, and
// at DaemonSets, whoever owns them.
func (w *World) Concerns(id string) bool {
	r := get[specIndex](w, specs).byID[id]
	return r == nil || r.judged || IsSystemNamespace(r.namespace) || !r.copies()
}

// copies reports whether objects of the kind are most often made from the
// template of another one.
func (r *specRecord) copies() bool {
	return r.isPod || r.kind == ReplicaSets.Kind || r.kind == Jobs.Kind
}

// repeats reports whether rules will not look at r, which was recorded last: it
// is idle, a copy of a template that is known, or a pod like one before it. finish
// judges one of those at most, the first by name.
func (index *specIndex) repeats(r *specRecord) bool {
	if IsSystemNamespace(r.namespace) || !r.copies() {
		return false
	}
	if r.idle || r.controller.kind == "" {
		return r.idle
	}
	template := r.climb(index.known)
	if !r.isPod {
		return template != nil
	}
	// Above a Pod that controls others there may be other templates.
	if template != nil && template.print == r.print && r.top.kind != Pods.Kind {
		return true
	}
	key := replica{r.namespace, r.controller, r.print}
	if first, ok := index.seen[key]; ok && r.name > first {
		return true
	}
	if index.seen == nil {
		index.seen = map[replica]string{}
	}
	index.seen[key] = r.name
	return false
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
		if owner == nil || r.top.uid == "" || owner.kind != r.top.kind {
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
