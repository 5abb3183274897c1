package tables

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// workloadRow is a controller: what it wants, and how far it is.
type workloadRow struct {
	podSpecRow
	// Numbers are NULL before a controller has written a status, as in manifests.
	desired, ready, updated Value
	selector                *metav1.LabelSelector
	strategy                string
	paused                  bool
	schedule                string
	suspend                 *bool
}

func workloadColumns() [][]column[workloadRow] {
	return [][]column[workloadRow]{
		common[workloadRow](), asset[workloadRow](),
		{
			integer("replicas", "pods asked for: spec.replicas, a DaemonSet's status.desiredNumberScheduled, a Job's spec.parallelism", func(r workloadRow) Value { return r.desired }),
			integer("ready", "pods that are ready, or for a Job active; NULL without a status, as in manifests, and for a CronJob", func(r workloadRow) Value { return r.ready }),
			integer("updated", "pods of the current template, or for a Job succeeded; NULL likewise", func(r workloadRow) Value { return r.updated }),
			jsonCol("selector", "spec.selector", func(r workloadRow) Value { return JSON(r.selector) }),
			text("strategy", "update strategy, or a CronJob's concurrencyPolicy", func(r workloadRow) Value { return Str(r.strategy) }),
			integer("paused", "spec.paused; NULL unless true", func(r workloadRow) Value { return True(r.paused) }),
			text("schedule", "spec.schedule of a CronJob", func(r workloadRow) Value { return Str(r.schedule) }),
			integer("suspend", "spec.suspend of a Job or CronJob", func(r workloadRow) Value { return BoolPtr(r.suspend) }),
			jsonCol("template_labels", "labels of the pods", func(r workloadRow) Value { return JSON(r.meta.Labels) }),
			jsonCol("images", "images of all containers, sorted", func(r workloadRow) Value { return JSON(r.images()) }),
		},
		podSecurity[workloadRow](), where[workloadRow](),
	}
}

// K8sWorkloads has one row per controller of pods.
var K8sWorkloads = define(spec[workloadRow]{
	Name: "k8s_workloads",
	Row:  "Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob",
	Doc:  "Everything that makes pods. Each kind has a table of its own with the same columns.",
	Examples: []string{
		"SELECT kind, namespace, name, replicas, ready FROM k8s_workloads WHERE owner_kind IS NULL AND ready < replicas",
		"SELECT namespace, name, schedule FROM k8s_workloads WHERE kind = 'CronJob'",
		"SELECT kind, count(*) AS workloads FROM k8s_workloads WHERE owner_kind IS NULL GROUP BY kind",
	},
	Columns: workloadColumns(),
	Sources: workloadSources(),
})

func workloadSources() []source[workloadRow] {
	return []source[workloadRow]{
		from(Deployments, func(o *Object, v *appsv1.Deployment, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.Template, "spec.template.spec"), desired: IntPtr(v.Spec.Replicas), ready: observed(v.Status.ObservedGeneration, v.Status.ReadyReplicas),
				updated: observed(v.Status.ObservedGeneration, v.Status.UpdatedReplicas), selector: v.Spec.Selector, strategy: string(v.Spec.Strategy.Type), paused: v.Spec.Paused,
			})
		}),
		from(StatefulSets, func(o *Object, v *appsv1.StatefulSet, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.Template, "spec.template.spec"), desired: IntPtr(v.Spec.Replicas), ready: observed(v.Status.ObservedGeneration, v.Status.ReadyReplicas),
				updated: observed(v.Status.ObservedGeneration, v.Status.UpdatedReplicas), selector: v.Spec.Selector, strategy: string(v.Spec.UpdateStrategy.Type),
			})
		}),
		from(DaemonSets, func(o *Object, v *appsv1.DaemonSet, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.Template, "spec.template.spec"), desired: observed(v.Status.ObservedGeneration, v.Status.DesiredNumberScheduled), ready: observed(v.Status.ObservedGeneration, v.Status.NumberReady),
				updated: observed(v.Status.ObservedGeneration, v.Status.UpdatedNumberScheduled), selector: v.Spec.Selector, strategy: string(v.Spec.UpdateStrategy.Type),
			})
		}),
		from(CronJobs, func(o *Object, v *batchv1.CronJob, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.JobTemplate.Spec.Template, "spec.jobTemplate.spec.template.spec"),
				desired:    IntPtr(v.Spec.JobTemplate.Spec.Parallelism), schedule: v.Spec.Schedule, suspend: v.Spec.Suspend, strategy: string(v.Spec.ConcurrencyPolicy),
			})
		}),
		from(Jobs, func(o *Object, v *batchv1.Job, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.Template, "spec.template.spec"), desired: IntPtr(v.Spec.Parallelism),
				ready: started(v, v.Status.Active), updated: started(v, v.Status.Succeeded), selector: v.Spec.Selector, suspend: v.Spec.Suspend,
			})
		}),
		from(ReplicaSets, func(o *Object, v *appsv1.ReplicaSet, emit func(workloadRow)) {
			emit(workloadRow{
				podSpecRow: template(o, &v.Spec.Template, "spec.template.spec"), desired: IntPtr(v.Spec.Replicas),
				ready: observed(v.Status.ObservedGeneration, v.Status.ReadyReplicas), updated: observed(v.Status.ObservedGeneration, v.Status.FullyLabeledReplicas), selector: v.Spec.Selector,
			})
		}),
		from(ReplicationControllers, func(o *Object, v *corev1.ReplicationController, emit func(workloadRow)) {
			if v.Spec.Template == nil {
				return
			}
			emit(workloadRow{
				podSpecRow: template(o, v.Spec.Template, "spec.template.spec"), desired: IntPtr(v.Spec.Replicas),
				ready: observed(v.Status.ObservedGeneration, v.Status.ReadyReplicas), updated: observed(v.Status.ObservedGeneration, v.Status.FullyLabeledReplicas), selector: &metav1.LabelSelector{MatchLabels: v.Spec.Selector},
			})
		}),
	}
}

func template(o *Object, t *corev1.PodTemplateSpec, path string) podSpecRow {
	return podSpecRow{Object: o, meta: &t.ObjectMeta, spec: &t.Spec, path: path, replicas: -1}
}
