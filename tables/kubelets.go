package tables

import "encoding/json"

type kubeletRow struct {
	*Object
	config *KubeletConfig
	// fields is nil where the configuration is not known.
	fields *kubeletFields
}

// kubeletColumn is a column of the configuration: NULL where that is not known.
func kubeletColumn(c column[*kubeletFields]) column[kubeletRow] {
	return column[kubeletRow]{c.Column, func(r kubeletRow) Value {
		if r.fields == nil {
			return Null
		}
		return c.value(r.fields)
	}}
}

// K8sNodesKubeletConfig has one row per node.
var K8sNodesKubeletConfig = define(spec[kubeletRow]{
	Name: "k8s_nodes_kubelet_config",
	Row:  "node, or KubeletConfiguration document",
	Doc: `How the kubelet of each node is configured: of a cluster the values in effect,
as the kubelet itself tells them at /configz through the API server's node
proxy; of manifests the KubeletConfiguration documents, where what is not
written has the default that the kubelet of Kubernetes 1.37 gives it
(defaults lists what that is). A node whose kubelet did not answer is a row
with a status other than ok and no values: a rule must not take it for a good
one, nor leave it out. Where no kubelet at all may be asked, the table cannot
be read.`,
	Examples: []string{
		"SELECT name, authentication_anonymous_enabled, authorization_mode, read_only_port FROM k8s_nodes_kubelet_config WHERE status = 'ok'",
		"SELECT name, status, reason FROM k8s_nodes_kubelet_config WHERE status <> 'ok'",
		"SELECT pod_pids_limit, count(*) AS nodes FROM k8s_nodes_kubelet_config GROUP BY pod_pids_limit",
	},
	Columns: [][]column[kubeletRow]{
		common[kubeletRow](),
		{
			text("kind", "Node, or KubeletConfiguration in manifests", func(r kubeletRow) Value {
				if r.config.Written {
					return Str("KubeletConfiguration")
				}
				return Str("Node")
			}),
			text("node", "name of the node; NULL in manifests", func(r kubeletRow) Value {
				if r.config.Written {
					return Null
				}
				return Str(r.Meta.Name)
			}).key(),
			text("status", "ok, forbidden, unreachable or not served", func(r kubeletRow) Value { return Str(r.config.Status) }),
			text("reason", "why the configuration is not known", func(r kubeletRow) Value { return Str(r.config.Reason) }),
		},
		kubeletAccess(), kubeletRest(),
		{
			jsonCol("raw", "the KubeletConfiguration, without where static pods are fetched from: in effect on a node, as written in a manifest", func(r kubeletRow) Value {
				return rawJSON(r.config.Config)
			}).hidden(),
		},
		place[kubeletRow](),
	},
	Sources: []source[kubeletRow]{fromRecord(KubeletConfigs, func(o *Object, v *KubeletConfig, emit func(kubeletRow)) {
		r := kubeletRow{Object: o, config: v}
		if v.Status == KubeletOK {
			if fields, err := parseKubelet(v.Config); err == nil {
				fields.setDefaults(v.Written)
				r.fields = fields
			} else {
				r.config = &KubeletConfig{Status: KubeletNotServed, Reason: err.Error(), Written: v.Written}
			}
		}
		emit(r)
	})},
})

func kubeletAccess() []column[kubeletRow] {
	columns := []column[*kubeletFields]{
		integer("authentication_anonymous_enabled", "authentication.anonymous.enabled", func(k *kubeletFields) Value { return BoolPtr(k.Authentication.Anonymous.Enabled) }),
		integer("authentication_webhook_enabled", "authentication.webhook.enabled", func(k *kubeletFields) Value { return BoolPtr(k.Authentication.Webhook.Enabled) }),
		text("x509_client_ca_file", "authentication.x509.clientCAFile", func(k *kubeletFields) Value { return Str(k.Authentication.X509.ClientCAFile) }),
		text("authorization_mode", "authorization.mode: Webhook or AlwaysAllow", func(k *kubeletFields) Value { return Str(k.Authorization.Mode) }),
		integer("read_only_port", "readOnlyPort; 0 is closed", func(k *kubeletFields) Value { return IntPtr(k.ReadOnlyPort) }),
		text("streaming_connection_idle_timeout", "streamingConnectionIdleTimeout, as in 4h0m0s; 0s is never", func(k *kubeletFields) Value {
			return Str(k.StreamingConnectionIdleTimeout.Duration.String())
		}),
		text("tls_cert_file", "tlsCertFile", func(k *kubeletFields) Value { return Str(k.TLSCertFile) }),
		text("tls_private_key_file", "tlsPrivateKeyFile: the path", func(k *kubeletFields) Value { return Str(k.TLSPrivateKeyFile) }),
		integer("server_tls_bootstrap", "serverTLSBootstrap: the serving certificate is asked of the cluster", func(k *kubeletFields) Value { return BoolPtr(k.ServerTLSBootstrap) }),
		integer("rotate_certificates", "rotateCertificates", func(k *kubeletFields) Value { return BoolPtr(k.RotateCertificates) }),
		text("tls_min_version", "tlsMinVersion; NULL is Go's default, TLS 1.2", func(k *kubeletFields) Value { return Str(k.TLSMinVersion) }),
		jsonCol("tls_cipher_suites", "tlsCipherSuites; NULL is Go's default list", func(k *kubeletFields) Value { return JSON(k.TLSCipherSuites) }),
		integer("enable_debugging_handlers", "enableDebuggingHandlers: exec, logs and the like", func(k *kubeletFields) Value { return BoolPtr(k.EnableDebuggingHandlers) }),
	}
	return kubeletColumns(columns)
}

func kubeletRest() []column[kubeletRow] {
	columns := []column[*kubeletFields]{
		integer("make_iptables_util_chains", "makeIPTablesUtilChains", func(k *kubeletFields) Value { return BoolPtr(k.MakeIPTablesUtilChains) }),
		integer("event_record_qps", "eventRecordQPS; 0 is no limit", func(k *kubeletFields) Value { return IntPtr(k.EventRecordQPS) }),
		integer("pod_pids_limit", "podPidsLimit; -1 is what the node can hold", func(k *kubeletFields) Value { return IntPtr(k.PodPidsLimit) }),
		integer("seccomp_default", "seccompDefault: RuntimeDefault for containers that set none", func(k *kubeletFields) Value { return BoolPtr(k.SeccompDefault) }),
		integer("protect_kernel_defaults", "protectKernelDefaults", func(k *kubeletFields) Value { return BoolPtr(k.ProtectKernelDefaults) }),
		jsonCol("allowed_unsafe_sysctls", "allowedUnsafeSysctls", func(k *kubeletFields) Value { return JSON(k.AllowedUnsafeSysctls) }),
		jsonCol("system_reserved", "systemReserved: resource to amount, pid among them", func(k *kubeletFields) Value { return JSON(k.SystemReserved) }),
		jsonCol("kube_reserved", "kubeReserved", func(k *kubeletFields) Value { return JSON(k.KubeReserved) }),
		jsonCol("eviction_hard", "evictionHard: signal to threshold", func(k *kubeletFields) Value { return JSON(k.EvictionHard) }),
		jsonCol("eviction_soft", "evictionSoft", func(k *kubeletFields) Value { return JSON(k.EvictionSoft) }),
		jsonCol("feature_gates", "featureGates that are set", func(k *kubeletFields) Value { return JSON(k.FeatureGates) }),
		text("static_pod_path", "staticPodPath", func(k *kubeletFields) Value { return Str(k.StaticPodPath) }),
		text("container_log_max_size", "containerLogMaxSize", func(k *kubeletFields) Value { return Str(k.ContainerLogMaxSize) }),
		integer("fail_swap_on", "failSwapOn", func(k *kubeletFields) Value { return BoolPtr(k.FailSwapOn) }),
		jsonCol("defaults", "fields whose values are the kubelet's defaults, because the document does not set them", func(k *kubeletFields) Value { return JSON(k.defaulted) }),
	}
	return kubeletColumns(columns)
}

func kubeletColumns(of []column[*kubeletFields]) []column[kubeletRow] {
	var columns []column[kubeletRow]
	for _, c := range of {
		columns = append(columns, kubeletColumn(c))
	}
	return columns
}

// rawJSON is a JSON document as a value, its strings cleaned.
func rawJSON(doc json.RawMessage) Value {
	if len(doc) == 0 {
		return Null
	}
	return Value{kind: KindText, text: cleanJSON(string(doc))}
}
