package tables

import (
	"strings"

	coordinationv1 "k8s.io/api/coordination/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

type eventRow struct {
	*Object
	e *eventsv1.Event
}

// K8sEvents has one row per Event.
var K8sEvents = define(spec[eventRow]{
	Name: "k8s_events",
	Row:  "event",
	Doc:  "Every Event that the API server still keeps, one hour by default. Events that repeat are counted in one.",
	Examples: []string{
		"SELECT namespace, involved_kind, involved_name, reason, message, count FROM k8s_events WHERE type = 'Warning' ORDER BY last_seen DESC LIMIT 20",
		"SELECT reason, sum(count) AS times FROM k8s_events WHERE type = 'Warning' GROUP BY reason ORDER BY times DESC",
		"SELECT namespace, involved_name, message FROM k8s_events WHERE reason IN ('FailedCreate', 'PolicyViolation')",
	},
	Columns: [][]column[eventRow]{
		common[eventRow](),
		{
			text("type", "Normal or Warning", func(r eventRow) Value { return Str(r.e.Type) }),
			text("reason", "reason, in one word", func(r eventRow) Value { return Str(r.e.Reason) }),
			text("message", "note: the event in words", func(r eventRow) Value { return Str(r.e.Note) }),
			text("action", "action: what was done or failed", func(r eventRow) Value { return Str(r.e.Action) }),
			text("involved_kind", "kind of the object it is about", func(r eventRow) Value { return Str(r.e.Regarding.Kind) }),
			text("involved_namespace", "namespace of that object", func(r eventRow) Value { return Str(r.e.Regarding.Namespace) }).key(),
			text("involved_name", "name of that object", func(r eventRow) Value { return Str(r.e.Regarding.Name) }).key(),
			text("involved_uid", "uid of that object", func(r eventRow) Value { return Str(r.e.Regarding.UID) }).key(),
			text("involved_field", "part of that object: spec.containers{app}", func(r eventRow) Value { return Str(r.e.Regarding.FieldPath) }),
			text("source", "who reported it: kubelet, default-scheduler …", func(r eventRow) Value {
				if r.e.ReportingController != "" {
					return Str(r.e.ReportingController)
				}
				return Str(r.e.DeprecatedSource.Component)
			}),
			text("source_host", "node or instance that reported it", func(r eventRow) Value {
				if r.e.DeprecatedSource.Host != "" {
					return Str(r.e.DeprecatedSource.Host)
				}
				return Str(r.e.ReportingInstance)
			}),
			integer("count", "how often it happened", func(r eventRow) Value {
				switch {
				case r.e.Series != nil:
					return Int(r.e.Series.Count)
				case r.e.DeprecatedCount > 0:
					return Int(r.e.DeprecatedCount)
				}
				return Int(1)
			}),
			integer("first_seen", "when it first happened, Unix seconds", func(r eventRow) Value {
				return firstTime(r.e.DeprecatedFirstTimestamp, metav1.Time(r.e.EventTime), r.e.CreationTimestamp)
			}),
			integer("last_seen", "when it last happened, Unix seconds", func(r eventRow) Value {
				if r.e.Series != nil {
					return Time(metav1.Time(r.e.Series.LastObservedTime))
				}
				return firstTime(r.e.DeprecatedLastTimestamp, metav1.Time(r.e.EventTime), r.e.CreationTimestamp)
			}),
		},
		where[eventRow](),
	},
	Sources: []source[eventRow]{from(Events, func(o *Object, v *eventsv1.Event, emit func(eventRow)) {
		emit(eventRow{o, v})
	})},
})

// firstTime is the first of some times that is set.
func firstTime(times ...metav1.Time) Value {
	for _, t := range times {
		if !t.IsZero() {
			return Time(t)
		}
	}
	return Null
}

type leaseRow struct {
	*Object
	l *coordinationv1.Lease
}

// K8sLeases has one row per Lease.
var K8sLeases = define(spec[leaseRow]{
	Name: "k8s_leases",
	Row:  "lease",
	Doc:  "Every Lease: the heartbeats of nodes, the API servers that there are, and who leads among the replicas of a controller.",
	Examples: []string{
		"SELECT name, holder, datetime(renew_time, 'unixepoch') AS renewed FROM k8s_leases WHERE note = 'node heartbeat' AND expires < unixepoch()",
		"SELECT holder FROM k8s_leases WHERE note = 'API server'",
		"SELECT namespace, name, holder, transitions FROM k8s_leases WHERE note = 'leader election' ORDER BY transitions DESC",
	},
	Columns: [][]column[leaseRow]{
		common[leaseRow](),
		{
			text("holder", "spec.holderIdentity", func(r leaseRow) Value { return StrPtr(r.l.Spec.HolderIdentity) }).key(),
			integer("acquire_time", "spec.acquireTime, Unix seconds", func(r leaseRow) Value { return microTime(r.l.Spec.AcquireTime) }),
			integer("renew_time", "spec.renewTime, Unix seconds", func(r leaseRow) Value { return microTime(r.l.Spec.RenewTime) }),
			integer("duration", "spec.leaseDurationSeconds", func(r leaseRow) Value { return IntPtr(r.l.Spec.LeaseDurationSeconds) }),
			integer("expires", "when it ends unless renewed, Unix seconds", func(r leaseRow) Value {
				if r.l.Spec.RenewTime.IsZero() || r.l.Spec.LeaseDurationSeconds == nil {
					return Null
				}
				return Int(r.l.Spec.RenewTime.Unix() + int64(*r.l.Spec.LeaseDurationSeconds))
			}),
			integer("transitions", "spec.leaseTransitions: how often the holder changed", func(r leaseRow) Value { return IntPtr(r.l.Spec.LeaseTransitions) }),
			text("note", "what it is for: node heartbeat, API server, or leader election", func(r leaseRow) Value { return Str(leaseNote(r.l)) }),
			text("exempt", "system for the cluster's own parts", func(r leaseRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[leaseRow](),
	},
	Sources: []source[leaseRow]{from(Leases, func(o *Object, v *coordinationv1.Lease, emit func(leaseRow)) {
		emit(leaseRow{o, v})
	})},
})

func microTime(t *metav1.MicroTime) Value {
	if t == nil {
		return Null
	}
	return unix(t.Time)
}

func leaseNote(l *coordinationv1.Lease) string {
	switch {
	case l.Namespace == "kube-node-lease":
		return "node heartbeat"
	case strings.HasPrefix(l.Labels["apiserver.kubernetes.io/identity"], "kube-apiserver"), strings.HasPrefix(l.Name, "apiserver-") && l.Namespace == "kube-system":
		return "API server"
	}
	return "leader election"
}
