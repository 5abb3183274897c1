package tables

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

type settingRow struct {
	*Object
	path  string
	value Value
}

// K8sKubeadmConfig has one row per setting of kubeadm's configuration.
var K8sKubeadmConfig = define(spec[settingRow]{
	Name: "k8s_kubeadm_config",
	Row:  "setting in the ConfigMap kube-system/kubeadm-config",
	Doc: `What kubeadm was told when it made the cluster, flattened: one row per value, its
path with the ConfigMap's key first. It is what was asked for; flags in
k8s_control_plane_flags are what runs. Clusters made otherwise have no rows.`,
	Examples: []string{
		"SELECT path, value FROM k8s_kubeadm_config WHERE path LIKE 'ClusterConfiguration.apiServer.%'",
		"SELECT value FROM k8s_kubeadm_config WHERE path = 'ClusterConfiguration.kubernetesVersion'",
		"SELECT path, value FROM k8s_kubeadm_config WHERE value LIKE '%AlwaysAllow%'",
	},
	Columns: [][]column[settingRow]{
		common[settingRow](),
		{
			text("path", "where the value is: ClusterConfiguration.networking.podSubnet, lists as [0]", func(r settingRow) Value { return Str(r.path) }).key(),
			text("value", "the value as text; '', {} and [] are kept; NULL of a key that is no YAML", func(r settingRow) Value { return r.value }),
		},
		where[settingRow](),
	},
	Sources: []source[settingRow]{fromOne(ConfigMaps, "kube-system", "kubeadm-config", func(o *Object, v *corev1.ConfigMap, emit func(settingRow)) {
		for _, key := range slices.Sorted(maps.Keys(v.Data)) {
			text, _ := literal{key, v.Data[key], o.Withheld}.text()
			value, err := yamlValue(text)
			if err != nil {
				emit(settingRow{o, key, Null})
				continue
			}
			withholdEnv(value)
			flatten(key, value, func(path string, value Value) { emit(settingRow{o, path, value}) })
		}
	})},
})

// yamlValue keeps integers what they are.
func yamlValue(text string) (any, error) {
	doc, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return nil, err
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(string(doc)))
	dec.UseNumber()
	return v, dec.Decode(&v)
}

// flatten calls emit for every value within v that holds no other.
func flatten(path string, v any, emit func(path string, value Value)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			flatten(path+"."+key, v[key], emit)
		}
		if len(v) == 0 {
			emit(path, Str("{}"))
		}
	case []any:
		for i, item := range v {
			flatten(path+"["+strconv.Itoa(i)+"]", item, emit)
		}
		if len(v) == 0 {
			emit(path, Str("[]"))
		}
	case nil:
		emit(path, Null)
	case string:
		emit(path, StrPtr(&v))
	default:
		emit(path, Str(fmt.Sprint(v)))
	}
}
