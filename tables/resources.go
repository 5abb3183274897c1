package tables

import (
	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// The resources of the API that tables read by type.
var (
	Pods                     = typed[corev1.Pod]("", "v1", "pods", "Pod", true, "po")
	PodTemplates             = typed[corev1.PodTemplate]("", "v1", "podtemplates", "PodTemplate", true)
	ReplicationControllers   = typed[corev1.ReplicationController]("", "v1", "replicationcontrollers", "ReplicationController", true, "rc")
	Deployments              = typed[appsv1.Deployment]("apps", "v1", "deployments", "Deployment", true, "deploy")
	StatefulSets             = typed[appsv1.StatefulSet]("apps", "v1", "statefulsets", "StatefulSet", true, "sts")
	DaemonSets               = typed[appsv1.DaemonSet]("apps", "v1", "daemonsets", "DaemonSet", true, "ds")
	ReplicaSets              = typed[appsv1.ReplicaSet]("apps", "v1", "replicasets", "ReplicaSet", true, "rs")
	Jobs                     = typed[batchv1.Job]("batch", "v1", "jobs", "Job", true)
	CronJobs                 = typed[batchv1.CronJob]("batch", "v1", "cronjobs", "CronJob", true, "cj")
	HorizontalPodAutoscalers = typed[autoscalingv2.HorizontalPodAutoscaler]("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true, "hpa")
	PodDisruptionBudgets     = typed[policyv1.PodDisruptionBudget]("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true, "pdb")
	RuntimeClasses           = typed[nodev1.RuntimeClass]("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false)
	PriorityClasses          = typed[schedulingv1.PriorityClass]("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false, "pc")

	Namespaces      = typed[corev1.Namespace]("", "v1", "namespaces", "Namespace", false, "ns")
	LimitRanges     = typed[corev1.LimitRange]("", "v1", "limitranges", "LimitRange", true, "limits")
	ResourceQuotas  = typed[corev1.ResourceQuota]("", "v1", "resourcequotas", "ResourceQuota", true, "quota")
	ConfigMaps      = typed[corev1.ConfigMap]("", "v1", "configmaps", "ConfigMap", true, "cm")
	Secrets         = typed[corev1.Secret]("", "v1", "secrets", "Secret", true).sensitive()
	ServiceAccounts = typed[corev1.ServiceAccount]("", "v1", "serviceaccounts", "ServiceAccount", true, "sa")
	Events          = typed[eventsv1.Event]("events.k8s.io", "v1", "events", "Event", true, "ev")
	Leases          = typed[coordinationv1.Lease]("coordination.k8s.io", "v1", "leases", "Lease", true)

	Services        = typed[corev1.Service]("", "v1", "services", "Service", true, "svc")
	EndpointSlices  = typed[discoveryv1.EndpointSlice]("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true)
	Ingresses       = typed[networkingv1.Ingress]("networking.k8s.io", "v1", "ingresses", "Ingress", true, "ing")
	IngressClasses  = typed[networkingv1.IngressClass]("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false)
	NetworkPolicies = typed[networkingv1.NetworkPolicy]("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true, "netpol")

	Roles               = typed[rbacv1.Role]("rbac.authorization.k8s.io", "v1", "roles", "Role", true)
	ClusterRoles        = typed[rbacv1.ClusterRole]("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false)
	RoleBindings        = typed[rbacv1.RoleBinding]("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true)
	ClusterRoleBindings = typed[rbacv1.ClusterRoleBinding]("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false)

	Nodes                      = typed[corev1.Node]("", "v1", "nodes", "Node", false, "no")
	CertificateSigningRequests = typed[certificatesv1.CertificateSigningRequest]("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false, "csr")

	ValidatingWebhookConfigurations   = typed[admissionv1.ValidatingWebhookConfiguration]("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false)
	MutatingWebhookConfigurations     = typed[admissionv1.MutatingWebhookConfiguration]("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false)
	ValidatingAdmissionPolicies       = typed[admissionv1.ValidatingAdmissionPolicy]("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false).optional()
	ValidatingAdmissionPolicyBindings = typed[admissionv1.ValidatingAdmissionPolicyBinding]("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false).optional()
	MutatingAdmissionPolicies         = typed[admissionv1.MutatingAdmissionPolicy]("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false).optional()
	MutatingAdmissionPolicyBindings   = typed[admissionv1.MutatingAdmissionPolicyBinding]("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false).optional()

	PersistentVolumes      = typed[corev1.PersistentVolume]("", "v1", "persistentvolumes", "PersistentVolume", false, "pv")
	PersistentVolumeClaims = typed[corev1.PersistentVolumeClaim]("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true, "pvc")
	StorageClasses         = typed[storagev1.StorageClass]("storage.k8s.io", "v1", "storageclasses", "StorageClass", false, "sc")
	CSIDrivers             = typed[storagev1.CSIDriver]("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false)
	VolumeAttachments      = typed[storagev1.VolumeAttachment]("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", false)
)
