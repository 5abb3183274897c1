package tables

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TemplateMeta is the metadata of the pods that an object makes; nil where it
// makes none.
func TemplateMeta(o *Object) *metav1.ObjectMeta {
	switch v := o.Value.(type) {
	case *appsv1.Deployment:
		return &v.Spec.Template.ObjectMeta
	case *appsv1.StatefulSet:
		return &v.Spec.Template.ObjectMeta
	case *appsv1.DaemonSet:
		return &v.Spec.Template.ObjectMeta
	case *appsv1.ReplicaSet:
		return &v.Spec.Template.ObjectMeta
	case *batchv1.CronJob:
		return &v.Spec.JobTemplate.Spec.Template.ObjectMeta
	case *batchv1.Job:
		return &v.Spec.Template.ObjectMeta
	case *corev1.ReplicationController:
		if v.Spec.Template != nil {
			return &v.Spec.Template.ObjectMeta
		}
	}
	return nil
}
