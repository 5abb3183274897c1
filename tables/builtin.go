package tables

import "strings"

// The roles and bindings that kube-apiserver v1.37 creates when it starts, as
// namespace/name: read off a new API server by their label
// kubernetes.io/bootstrapping=rbac-defaults. The label alone proves nothing,
// since anyone who may write roles can set it.
var (
	builtinRoles = nameSet(`
		/admin
		/cluster-admin
		/edit
		/system:aggregate-to-admin
		/system:aggregate-to-edit
		/system:aggregate-to-view
		/system:auth-delegator
		/system:basic-user
		/system:certificates.k8s.io:certificatesigningrequests:nodeclient
		/system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
		/system:certificates.k8s.io:kube-apiserver-client-approver
		/system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
		/system:certificates.k8s.io:kubelet-serving-approver
		/system:certificates.k8s.io:legacy-unknown-approver
		/system:cluster-trust-bundle-discovery
		/system:controller:attachdetach-controller
		/system:controller:certificate-controller
		/system:controller:clusterrole-aggregation-controller
		/system:controller:cronjob-controller
		/system:controller:daemon-set-controller
		/system:controller:deployment-controller
		/system:controller:device-taint-eviction-controller
		/system:controller:disruption-controller
		/system:controller:endpoint-controller
		/system:controller:endpointslice-controller
		/system:controller:endpointslicemirroring-controller
		/system:controller:ephemeral-volume-controller
		/system:controller:expand-controller
		/system:controller:generic-garbage-collector
		/system:controller:horizontal-pod-autoscaler
		/system:controller:job-controller
		/system:controller:kube-apiserver-serving-clustertrustbundle-publisher
		/system:controller:legacy-service-account-token-cleaner
		/system:controller:namespace-controller
		/system:controller:node-controller
		/system:controller:persistent-volume-binder
		/system:controller:pod-garbage-collector
		/system:controller:podcertificaterequestcleaner
		/system:controller:pv-protection-controller
		/system:controller:pvc-protection-controller
		/system:controller:replicaset-controller
		/system:controller:replication-controller
		/system:controller:resource-claim-controller
		/system:controller:resourcequota-controller
		/system:controller:root-ca-cert-publisher
		/system:controller:route-controller
		/system:controller:selinux-warning-controller
		/system:controller:service-account-controller
		/system:controller:service-cidrs-controller
		/system:controller:service-controller
		/system:controller:statefulset-controller
		/system:controller:storage-version-migrator-controller
		/system:controller:ttl-after-finished-controller
		/system:controller:ttl-controller
		/system:controller:validatingadmissionpolicy-status-controller
		/system:controller:volumeattributesclass-protection-controller
		/system:discovery
		/system:heapster
		/system:kube-aggregator
		/system:kube-controller-manager
		/system:kube-dns
		/system:kube-scheduler
		/system:kubelet-api-admin
		/system:monitoring
		/system:node
		/system:node-bootstrapper
		/system:node-problem-detector
		/system:node-proxier
		/system:persistent-volume-provisioner
		/system:public-info-viewer
		/system:service-account-issuer-discovery
		/system:volume-scheduler
		/view
		kube-public/system:controller:bootstrap-signer
		kube-system/extension-apiserver-authentication-reader
		kube-system/system::leader-locking-kube-controller-manager
		kube-system/system::leader-locking-kube-scheduler
		kube-system/system:controller:bootstrap-signer
		kube-system/system:controller:cloud-provider
		kube-system/system:controller:token-cleaner
	`)
	builtinBindings = nameSet(`
		/cluster-admin
		/system:basic-user
		/system:cluster-trust-bundle-discovery
		/system:controller:attachdetach-controller
		/system:controller:certificate-controller
		/system:controller:clusterrole-aggregation-controller
		/system:controller:cronjob-controller
		/system:controller:daemon-set-controller
		/system:controller:deployment-controller
		/system:controller:device-taint-eviction-controller
		/system:controller:disruption-controller
		/system:controller:endpoint-controller
		/system:controller:endpointslice-controller
		/system:controller:endpointslicemirroring-controller
		/system:controller:ephemeral-volume-controller
		/system:controller:expand-controller
		/system:controller:generic-garbage-collector
		/system:controller:horizontal-pod-autoscaler
		/system:controller:job-controller
		/system:controller:kube-apiserver-serving-clustertrustbundle-publisher
		/system:controller:legacy-service-account-token-cleaner
		/system:controller:namespace-controller
		/system:controller:node-controller
		/system:controller:persistent-volume-binder
		/system:controller:pod-garbage-collector
		/system:controller:podcertificaterequestcleaner
		/system:controller:pv-protection-controller
		/system:controller:pvc-protection-controller
		/system:controller:replicaset-controller
		/system:controller:replication-controller
		/system:controller:resource-claim-controller
		/system:controller:resourcequota-controller
		/system:controller:root-ca-cert-publisher
		/system:controller:route-controller
		/system:controller:selinux-warning-controller
		/system:controller:service-account-controller
		/system:controller:service-cidrs-controller
		/system:controller:service-controller
		/system:controller:statefulset-controller
		/system:controller:storage-version-migrator-controller
		/system:controller:ttl-after-finished-controller
		/system:controller:ttl-controller
		/system:controller:validatingadmissionpolicy-status-controller
		/system:controller:volumeattributesclass-protection-controller
		/system:discovery
		/system:kube-controller-manager
		/system:kube-dns
		/system:kube-scheduler
		/system:monitoring
		/system:node
		/system:node-proxier
		/system:public-info-viewer
		/system:service-account-issuer-discovery
		/system:volume-scheduler
		kube-public/system:controller:bootstrap-signer
		kube-system/system::extension-apiserver-authentication-reader
		kube-system/system::leader-locking-kube-controller-manager
		kube-system/system::leader-locking-kube-scheduler
		kube-system/system:controller:bootstrap-signer
		kube-system/system:controller:cloud-provider
		kube-system/system:controller:token-cleaner
	`)
)

func nameSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, name := range strings.Fields(list) {
		set[name] = true
	}
	return set
}
