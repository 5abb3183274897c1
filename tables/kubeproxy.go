package tables

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

type kubeProxyRow struct {
	*Object
	config kubeProxyConfig
	raw    json.RawMessage
	err    error
}

// kubeProxyConfig are the fields of KubeProxyConfiguration,
// kubeproxy.config.k8s.io/v1alpha1, that columns need.
type kubeProxyConfig struct {
	BindAddress        *string         `json:"bindAddress"`
	MetricsBindAddress *string         `json:"metricsBindAddress"`
	HealthzBindAddress *string         `json:"healthzBindAddress"`
	Mode               *string         `json:"mode"`
	ClusterCIDR        *string         `json:"clusterCIDR"`
	NodePortAddresses  []string        `json:"nodePortAddresses"`
	EnableProfiling    *bool           `json:"enableProfiling"`
	FeatureGates       map[string]bool `json:"featureGates"`
	ClientConnection   struct {
		Kubeconfig *string `json:"kubeconfig"`
	} `json:"clientConnection"`
}

// K8sKubeProxyConfig has one row for kube-proxy's configuration.
var K8sKubeProxyConfig = define(spec[kubeProxyRow]{
	Name: "k8s_kube_proxy_config",
	Row:  "ConfigMap kube-system/kube-proxy",
	Doc: `kube-proxy's configuration where kubeadm puts it: config.conf in the ConfigMap
kube-proxy of kube-system. kubeadm writes empty strings and nulls for what is
left to kube-proxy's defaults. Flags in k8s_control_plane_flags win over it
only where no config flag names the file.`,
	Examples: []string{
		"SELECT mode, metrics_bind_address, healthz_bind_address FROM k8s_kube_proxy_config",
		"SELECT cluster, metrics_bind_address FROM k8s_kube_proxy_config WHERE metrics_bind_address LIKE '0.0.0.0%'",
		"SELECT raw->>'$.iptables.syncPeriod' AS sync FROM k8s_kube_proxy_config",
	},
	Columns: [][]column[kubeProxyRow]{
		common[kubeProxyRow](),
		{
			text("bind_address", "bindAddress", func(r kubeProxyRow) Value { return StrPtr(r.config.BindAddress) }),
			text("metrics_bind_address", "metricsBindAddress; '' is the default, 127.0.0.1:10249", func(r kubeProxyRow) Value { return StrPtr(r.config.MetricsBindAddress) }),
			text("healthz_bind_address", "healthzBindAddress; '' is the default, 0.0.0.0:10256", func(r kubeProxyRow) Value { return StrPtr(r.config.HealthzBindAddress) }),
			text("mode", "mode: iptables, ipvs, nftables; '' is the default of the platform", func(r kubeProxyRow) Value { return StrPtr(r.config.Mode) }),
			text("cluster_cidr", "clusterCIDR", func(r kubeProxyRow) Value { return StrPtr(r.config.ClusterCIDR) }),
			jsonCol("node_port_addresses", "nodePortAddresses: where NodePorts are open; NULL is everywhere", func(r kubeProxyRow) Value { return JSON(r.config.NodePortAddresses) }),
			integer("enable_profiling", "enableProfiling", func(r kubeProxyRow) Value { return BoolPtr(r.config.EnableProfiling) }),
			jsonCol("feature_gates", "featureGates", func(r kubeProxyRow) Value { return JSON(r.config.FeatureGates) }),
			text("kubeconfig", "clientConnection.kubeconfig: a path in the container", func(r kubeProxyRow) Value { return StrPtr(r.config.ClientConnection.Kubeconfig) }),
			text("error", "why config.conf cannot be read; NULL when it can", func(r kubeProxyRow) Value {
				if r.err == nil {
					return Null
				}
				return Str(r.err.Error())
			}),
			jsonCol("raw", "the whole configuration", func(r kubeProxyRow) Value { return rawJSON(r.raw) }),
		},
		where[kubeProxyRow](),
	},
	Sources: []source[kubeProxyRow]{fromOne(ConfigMaps, "kube-system", "kube-proxy", func(o *Object, v *corev1.ConfigMap, emit func(kubeProxyRow)) {
		value, ok := v.Data["config.conf"]
		if !ok {
			return
		}
		text, _ := literal{"config.conf", value, o.Withheld}.text()
		r := kubeProxyRow{Object: o}
		if r.raw, r.err = yaml.YAMLToJSON([]byte(text)); r.err == nil {
			r.err = json.Unmarshal(r.raw, &r.config)
		}
		emit(r)
	})},
})
