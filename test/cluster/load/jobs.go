package load

import (
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

func (p *plan) addJob(ns *namespace) {
	a := p.newApp(ns, pick(p.dice, tasks), "", 8080)
	p.workloads = append(p.workloads, p.job(a, a.name, p.taskTemplate(a)))
}

// addCronJob adds a CronJob with the Jobs of its last runs.
func (p *plan) addCronJob(ns *namespace, runs int) {
	a := p.newApp(ns, pick(p.dice, tasks), "", 8080)
	t := p.taskTemplate(a)
	it := &item{status: true, obj: &batchv1.CronJob{
		ObjectMeta: metav1.ObjectMeta{Name: a.name, Namespace: ns.name, Labels: a.labels()},
		Spec: batchv1.CronJobSpec{
			Schedule:          fmt.Sprintf("%d %d * * *", p.IntN(60), p.IntN(24)),
			ConcurrencyPolicy: pick(p.dice, []batchv1.ConcurrencyPolicy{batchv1.AllowConcurrent, batchv1.ForbidConcurrent}),
			Suspend:           ptr.To(p.chance(10)),
			JobTemplate:       batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{Template: t, BackoffLimit: ptr.To[int32](3)}},
		},
		Status: batchv1.CronJobStatus{LastScheduleTime: ptr.To(metav1.NewTime(p.ago(3 * time.Hour))), LastSuccessfulTime: ptr.To(metav1.NewTime(p.ago(2 * time.Hour)))},
	}}
	minutes := 29300000 + p.IntN(100000) // how the controller names runs: minutes since 1970
	for i := range runs {
		it.owned = append(it.owned, p.job(a, fmt.Sprintf("%s-%d", a.name, minutes+i*24*60), t))
	}
	p.workloads = append(p.workloads, it)
}

func (p *plan) taskTemplate(a *app) corev1.PodTemplateSpec {
	t := p.template(a)
	t.Spec.RestartPolicy = pick(p.dice, []corev1.RestartPolicy{corev1.RestartPolicyNever, corev1.RestartPolicyOnFailure})
	c := &t.Spec.Containers[0]
	c.LivenessProbe, c.ReadinessProbe, c.StartupProbe, c.Lifecycle = nil, nil, nil, nil
	return t
}

// job makes a finished Job and its pod, with the labels that the server gives to both.
func (p *plan) job(a *app, name string, t corev1.PodTemplateSpec) *item {
	began := metav1.NewTime(p.ago(2 * time.Hour))
	done := metav1.NewTime(began.Add(time.Minute))
	condition := func(kind batchv1.JobConditionType, reason string) batchv1.JobCondition {
		return batchv1.JobCondition{Type: kind, Status: corev1.ConditionTrue, Reason: reason, LastProbeTime: done, LastTransitionTime: done}
	}
	it := &item{status: true, obj: &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: a.ns.name, Labels: a.labels()},
		Spec:       batchv1.JobSpec{Template: t, BackoffLimit: ptr.To[int32](3)},
		Status: batchv1.JobStatus{
			StartTime: &began, CompletionTime: &done, Succeeded: 1, Ready: ptr.To[int32](0),
			UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{},
			Conditions: []batchv1.JobCondition{
				condition(batchv1.JobSuccessCriteriaMet, "CompletionsReached"),
				condition(batchv1.JobComplete, "CompletionsReached"),
			},
		},
	}}
	t.Labels = with(t.Labels, "batch.kubernetes.io/job-name", name, "job-name", name)
	it.owned = []*item{podItem(p.finish(p.pod(a.ns.name, name+"-"+p.suffix(5), t, p.worker())))}
	return it
}

// addBarePod adds a pod that nothing owns, as people leave behind.
func (p *plan) addBarePod(ns *namespace) {
	a := p.newApp(ns, pick(p.dice, []string{"debug", "shell", "load-test", "psql-client"}), "", 8080)
	pod := p.pod(ns.name, a.name, p.template(a), p.worker())
	p.workloads = append(p.workloads, podItem(p.run(pod)))
}
