package tables

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// kindTable declares the table of one kind of workload: the columns of
// k8s_workloads, and those of its own.
func kindTable(r *Resource, name, row, doc string, own []column[workloadRow], examples ...string) *Table {
	columns := workloadColumns()
	at := slices.IndexFunc(columns, func(group []column[workloadRow]) bool { return group[0].Name == "replicas" }) + 1
	return define(spec[workloadRow]{
		Name: name, Row: row, Doc: doc, Examples: examples,
		Columns: slices.Insert(columns, at, own),
		Sources: slices.DeleteFunc(workloadSources(), func(s source[workloadRow]) bool { return s.resource != r }),
	})
}

// of makes an accessor of a field of the workload's own type.
func of[T any](value func(T) Value) func(workloadRow) Value {
	return func(r workloadRow) Value {
		if v, ok := r.Value.(T); ok {
			return value(v)
		}
		return Null
	}
}

// The tables of workloads, kind by kind.
var (
	K8sDeployments = kindTable(Deployments, "k8s_deployments", "Deployment",
		"Every Deployment: the columns of k8s_workloads, and the state of its rollout.",
		[]column[workloadRow]{
			integer("available", "status.availableReplicas", of(func(v *appsv1.Deployment) Value {
				return observed(v.Status.ObservedGeneration, v.Status.AvailableReplicas)
			})),
			integer("unavailable", "status.unavailableReplicas", of(func(v *appsv1.Deployment) Value {
				return observed(v.Status.ObservedGeneration, v.Status.UnavailableReplicas)
			})),
			integer("generation", "metadata.generation", of(func(v *appsv1.Deployment) Value { return observed(v.Generation, v.Generation) })),
			integer("observed_generation", "status.observedGeneration: less than generation while a change is not seen yet", of(func(v *appsv1.Deployment) Value {
				return observed(v.Status.ObservedGeneration, v.Status.ObservedGeneration)
			})),
			text("revision", "annotation deployment.kubernetes.io/revision", of(func(v *appsv1.Deployment) Value { return Str(v.Annotations["deployment.kubernetes.io/revision"]) })),
			integer("revision_history_limit", "spec.revisionHistoryLimit", of(func(v *appsv1.Deployment) Value { return IntPtr(v.Spec.RevisionHistoryLimit) })),
			integer("progress_deadline", "spec.progressDeadlineSeconds", of(func(v *appsv1.Deployment) Value { return IntPtr(v.Spec.ProgressDeadlineSeconds) })),
			text("max_surge", "spec.strategy.rollingUpdate.maxSurge", of(func(v *appsv1.Deployment) Value {
				return intOrString(orEmpty(v.Spec.Strategy.RollingUpdate, &appsv1.RollingUpdateDeployment{}).MaxSurge)
			})),
			text("max_unavailable", "spec.strategy.rollingUpdate.maxUnavailable", of(func(v *appsv1.Deployment) Value {
				return intOrString(orEmpty(v.Spec.Strategy.RollingUpdate, &appsv1.RollingUpdateDeployment{}).MaxUnavailable)
			})),
			jsonCol("conditions", "status.conditions", of(func(v *appsv1.Deployment) Value { return JSON(v.Status.Conditions) })),
		},
		"SELECT namespace, name, replicas, available FROM k8s_deployments WHERE available < replicas",
		"SELECT namespace, name, c.value->>'$.message' AS message FROM k8s_deployments, json_each(conditions) c WHERE c.value->>'$.reason' = 'ProgressDeadlineExceeded'",
		"SELECT namespace, name FROM k8s_deployments WHERE replicas = 1 AND exempt IS NULL")

	K8sStatefulSets = kindTable(StatefulSets, "k8s_stateful_sets", "StatefulSet",
		"Every StatefulSet: the columns of k8s_workloads, its claims and the state of its rollout.",
		[]column[workloadRow]{
			integer("available", "status.availableReplicas", of(func(v *appsv1.StatefulSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.AvailableReplicas)
			})),
			integer("current", "status.currentReplicas: pods of the revision before an update", of(func(v *appsv1.StatefulSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.CurrentReplicas)
			})),
			text("service_name", "spec.serviceName", of(func(v *appsv1.StatefulSet) Value { return Str(v.Spec.ServiceName) })).key(),
			text("pod_management_policy", "spec.podManagementPolicy", of(func(v *appsv1.StatefulSet) Value { return Str(v.Spec.PodManagementPolicy) })),
			jsonCol("volume_claims", "names of spec.volumeClaimTemplates", of(func(v *appsv1.StatefulSet) Value {
				var names []string
				for _, c := range v.Spec.VolumeClaimTemplates {
					names = append(names, c.Name)
				}
				return JSON(names)
			})),
			jsonCol("volume_claim_retention", "spec.persistentVolumeClaimRetentionPolicy", of(func(v *appsv1.StatefulSet) Value { return JSON(v.Spec.PersistentVolumeClaimRetentionPolicy) })),
		},
		"SELECT namespace, name, replicas, ready FROM k8s_stateful_sets WHERE ready < replicas",
		"SELECT namespace, name, c.value AS claim FROM k8s_stateful_sets, json_each(volume_claims) c",
		"SELECT s.namespace, s.name, s.service_name FROM k8s_stateful_sets s LEFT JOIN k8s_services v ON v.namespace = s.namespace AND v.name = s.service_name WHERE v.name IS NULL")

	K8sDaemonSets = kindTable(DaemonSets, "k8s_daemon_sets", "DaemonSet",
		"Every DaemonSet: the columns of k8s_workloads, and on how many nodes it runs.",
		[]column[workloadRow]{
			integer("desired_nodes", "status.desiredNumberScheduled", of(func(v *appsv1.DaemonSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.DesiredNumberScheduled)
			})),
			integer("current", "status.currentNumberScheduled", of(func(v *appsv1.DaemonSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.CurrentNumberScheduled)
			})),
			integer("available", "status.numberAvailable", of(func(v *appsv1.DaemonSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.NumberAvailable)
			})),
			integer("unavailable", "status.numberUnavailable", of(func(v *appsv1.DaemonSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.NumberUnavailable)
			})),
			integer("misscheduled", "status.numberMisscheduled", of(func(v *appsv1.DaemonSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.NumberMisscheduled)
			})),
		},
		"SELECT namespace, name, desired_nodes, ready FROM k8s_daemon_sets WHERE ready < desired_nodes",
		"SELECT namespace, name, images FROM k8s_daemon_sets WHERE host_network = 1 OR host_pid = 1",
		"SELECT namespace, name, tolerations FROM k8s_daemon_sets WHERE tolerations LIKE '%control-plane%'")

	K8sReplicaSets = kindTable(ReplicaSets, "k8s_replica_sets", "ReplicaSet",
		"Every ReplicaSet, those of a Deployment's earlier revisions included: the columns of k8s_workloads.",
		[]column[workloadRow]{
			integer("available", "status.availableReplicas", of(func(v *appsv1.ReplicaSet) Value {
				return observed(v.Status.ObservedGeneration, v.Status.AvailableReplicas)
			})),
			integer("current", "status.replicas", of(func(v *appsv1.ReplicaSet) Value { return observed(v.Status.ObservedGeneration, v.Status.Replicas) })),
			text("revision", "annotation deployment.kubernetes.io/revision", of(func(v *appsv1.ReplicaSet) Value { return Str(v.Annotations["deployment.kubernetes.io/revision"]) })),
		},
		"SELECT namespace, name, images FROM k8s_replica_sets WHERE owner_kind IS NULL",
		"SELECT namespace, owner_name AS deployment, count(*) AS revisions FROM k8s_replica_sets WHERE owner_kind = 'Deployment' GROUP BY namespace, owner_name ORDER BY revisions DESC",
		"SELECT namespace, owner_name, revision, images, created FROM k8s_replica_sets ORDER BY created DESC LIMIT 10")

	K8sJobs = kindTable(Jobs, "k8s_jobs", "Job",
		"Every Job: the columns of k8s_workloads, and how far it is. ready is the number of pods that run, updated of those that succeeded.",
		[]column[workloadRow]{
			integer("active", "status.active", of(func(v *batchv1.Job) Value { return started(v, v.Status.Active) })),
			integer("succeeded", "status.succeeded", of(func(v *batchv1.Job) Value { return started(v, v.Status.Succeeded) })),
			integer("failed", "status.failed", of(func(v *batchv1.Job) Value { return started(v, v.Status.Failed) })),
			text("state", "condition that holds: Complete, Failed or Suspended; NULL while it runs", of(jobState)),
			integer("completions", "spec.completions", of(func(v *batchv1.Job) Value { return IntPtr(v.Spec.Completions) })),
			integer("backoff_limit", "spec.backoffLimit", of(func(v *batchv1.Job) Value { return IntPtr(v.Spec.BackoffLimit) })),
			integer("active_deadline", "spec.activeDeadlineSeconds", of(func(v *batchv1.Job) Value { return IntPtr(v.Spec.ActiveDeadlineSeconds) })),
			integer("ttl_after_finished", "spec.ttlSecondsAfterFinished", of(func(v *batchv1.Job) Value { return IntPtr(v.Spec.TTLSecondsAfterFinished) })),
			integer("start_time", "status.startTime, Unix seconds", of(func(v *batchv1.Job) Value { return TimePtr(v.Status.StartTime) })),
			integer("completion_time", "status.completionTime, Unix seconds", of(func(v *batchv1.Job) Value { return TimePtr(v.Status.CompletionTime) })),
		},
		"SELECT namespace, name, failed, owner_name AS cron_job FROM k8s_jobs WHERE state = 'Failed'",
		"SELECT namespace, name, completion_time - start_time AS seconds FROM k8s_jobs WHERE state = 'Complete' ORDER BY seconds DESC LIMIT 10",
		"SELECT namespace, count(*) AS finished FROM k8s_jobs WHERE state IN ('Complete', 'Failed') AND ttl_after_finished IS NULL AND owner_kind IS NULL GROUP BY namespace")

	K8sCronJobs = kindTable(CronJobs, "k8s_cron_jobs", "CronJob",
		"Every CronJob: the columns of k8s_workloads, its schedule and when it last ran. replicas is its jobs' parallelism.",
		[]column[workloadRow]{
			integer("active", "jobs in status.active", of(func(v *batchv1.CronJob) Value {
				if v.UID == "" && len(v.Status.Active) == 0 {
					return Null // of manifests
				}
				return Int(len(v.Status.Active))
			})),
			integer("last_schedule", "status.lastScheduleTime, Unix seconds", of(func(v *batchv1.CronJob) Value { return TimePtr(v.Status.LastScheduleTime) })),
			integer("last_success", "status.lastSuccessfulTime, Unix seconds", of(func(v *batchv1.CronJob) Value { return TimePtr(v.Status.LastSuccessfulTime) })),
			text("time_zone", "spec.timeZone", of(func(v *batchv1.CronJob) Value { return StrPtr(v.Spec.TimeZone) })),
			integer("starting_deadline", "spec.startingDeadlineSeconds", of(func(v *batchv1.CronJob) Value { return IntPtr(v.Spec.StartingDeadlineSeconds) })),
			integer("successful_history", "spec.successfulJobsHistoryLimit", of(func(v *batchv1.CronJob) Value { return IntPtr(v.Spec.SuccessfulJobsHistoryLimit) })),
			integer("failed_history", "spec.failedJobsHistoryLimit", of(func(v *batchv1.CronJob) Value { return IntPtr(v.Spec.FailedJobsHistoryLimit) })),
		},
		"SELECT namespace, name, schedule, datetime(last_success, 'unixepoch') AS last_success FROM k8s_cron_jobs ORDER BY last_success",
		"SELECT namespace, name FROM k8s_cron_jobs WHERE suspend = 1",
		"SELECT namespace, name, service_account_name FROM k8s_cron_jobs WHERE service_account_name IS NOT NULL")

	K8sReplicationControllers = kindTable(ReplicationControllers, "k8s_replication_controllers", "ReplicationController",
		"Every ReplicationController, the ancestor of ReplicaSets: the columns of k8s_workloads.",
		[]column[workloadRow]{
			integer("available", "status.availableReplicas", of(func(v *corev1.ReplicationController) Value {
				return observed(v.Status.ObservedGeneration, v.Status.AvailableReplicas)
			})),
			integer("current", "status.replicas", of(func(v *corev1.ReplicationController) Value {
				return observed(v.Status.ObservedGeneration, v.Status.Replicas)
			})),
		},
		"SELECT namespace, name, replicas, images FROM k8s_replication_controllers",
		"SELECT namespace, name FROM k8s_replication_controllers WHERE available < replicas",
		"SELECT namespace, count(*) AS controllers FROM k8s_replication_controllers GROUP BY namespace")
)

// observed is a number of a status; NULL before a controller has written one,
// as in manifests.
func observed[I ~int32 | ~int64](generation int64, n I) Value {
	if generation == 0 && n == 0 {
		return Null
	}
	return Int(n)
}

// started is a number of a Job's status; NULL before it has one.
func started(v *batchv1.Job, n int32) Value {
	if v.Status.StartTime == nil && len(v.Status.Conditions) == 0 && n == 0 {
		return Null
	}
	return Int(n)
}

func jobState(v *batchv1.Job) Value {
	for _, c := range v.Status.Conditions {
		switch {
		case c.Status != corev1.ConditionTrue:
		case c.Type == batchv1.JobComplete, c.Type == batchv1.JobFailed, c.Type == batchv1.JobSuspended:
			return Str(c.Type)
		}
	}
	return Null
}

// intOrString is a number or a percentage as text; nil is NULL.
func intOrString(v *intstr.IntOrString) Value {
	if v == nil {
		return Null
	}
	return Str(v.String())
}
