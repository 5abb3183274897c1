package tables

import (
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
)

type configMapRow struct {
	*Object
	cm *corev1.ConfigMap
}

// K8sConfigMaps has one row per ConfigMap.
var K8sConfigMaps = define(spec[configMapRow]{
	Name: "k8s_config_maps",
	Row:  "config map",
	Doc: `Every ConfigMap, its size and who uses it: through volumes, env and envFrom of
pods and of pod templates. What reads it through the API is not seen here.`,
	Examples: []string{
		"SELECT namespace, name, bytes FROM k8s_config_maps WHERE mounted_by = 0 AND exempt IS NULL ORDER BY bytes DESC",
		"SELECT namespace, name, u.value AS workload FROM k8s_config_maps, json_each(users) u WHERE mounted_by > 3",
		"SELECT namespace, count(*) AS config_maps, sum(bytes) AS bytes FROM k8s_config_maps GROUP BY namespace ORDER BY bytes DESC",
	},
	Columns: [][]column[configMapRow]{
		common[configMapRow](),
		{
			integer("keys", "number of keys in data and binaryData", func(r configMapRow) Value { return Int(len(r.cm.Data) + len(r.cm.BinaryData)) }),
			integer("bytes", "length of all values", func(r configMapRow) Value {
				n := 0
				for _, v := range r.cm.Data {
					n += literal{"", v, r.Withheld}.length()
				}
				for _, v := range r.cm.BinaryData {
					n += literal{"", string(v), r.Withheld}.length()
				}
				return Int(n)
			}),
			integer("immutable", "immutable", func(r configMapRow) Value { return BoolPtr(r.cm.Immutable) }),
		},
		usedBy[configMapRow]("ConfigMap", "mounted_by", podConfigMaps),
		{text("exempt", "system for the cluster's own parts", func(r configMapRow) Value { return exempt(r.Meta.Namespace) })},
		where[configMapRow](),
	},
	Sources: []source[configMapRow]{from(ConfigMaps, func(o *Object, v *corev1.ConfigMap, emit func(configMapRow)) {
		emit(configMapRow{o, v})
	})},
})

// configKeyRow is one key of a ConfigMap.
type configKeyRow struct {
	configMapRow
	literal
	binary bool
	// found is the credential that the value looks like, and its line.
	found func() (pattern string, line int)
}

// K8sConfigMapKeys has one row per key of every ConfigMap.
var K8sConfigMapKeys = define(spec[configKeyRow]{
	Name: "k8s_config_map_keys",
	Row:  "key of a config map",
	Doc: `What ConfigMaps hold, without the values, since some are credentials that
should have been in a Secret: matched_pattern and match_line say where one
seems to be. A value that is a whole file is searched line by line for
KEY=VALUE, key: value and "key": "value".`,
	Examples: []string{
		"SELECT namespace, name, key, matched_pattern, match_line FROM k8s_config_map_keys WHERE matched_pattern IS NOT NULL",
		"SELECT value_hash, count(DISTINCT namespace) AS namespaces, sum(length) AS bytes FROM k8s_config_map_keys GROUP BY value_hash HAVING namespaces > 1",
		"SELECT namespace, name, key, length FROM k8s_config_map_keys ORDER BY length DESC LIMIT 10",
	},
	Columns: [][]column[configKeyRow]{
		common[configKeyRow](),
		{
			text("key", "key in data or binaryData", func(r configKeyRow) Value { return Str(r.key) }).key(),
			text("path", "path to it: data.KEY or binaryData.KEY", func(r configKeyRow) Value {
				if r.binary {
					return Str("binaryData." + r.key)
				}
				return Str("data." + r.key)
			}),
			integer("binary", "1 for binaryData, which is not searched", func(r configKeyRow) Value { return Bool(r.binary) }),
			integer("length", "length of the value, in bytes", func(r configKeyRow) Value { return Int(r.length()) }),
			text("value_hash", "first 8 hexadecimal digits of the value's SHA-256; NULL when it is empty", func(r configKeyRow) Value { return r.hash8() }),
			text("matched_pattern", "pattern of a credential in the value: password, token, PEM private key …", func(r configKeyRow) Value {
				pattern, _ := r.found()
				return Str(pattern)
			}),
			integer("match_line", "line of the value that matches, from 1", func(r configKeyRow) Value {
				if _, line := r.found(); line > 0 {
					return Int(line)
				}
				return Null
			}),
			text("exempt", "system for the cluster's own parts", func(r configKeyRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[configKeyRow](),
	},
	Sources: []source[configKeyRow]{from(ConfigMaps, func(o *Object, v *corev1.ConfigMap, emit func(configKeyRow)) {
		for _, key := range slices.Sorted(maps.Keys(v.Data)) {
			value := literal{key, v.Data[key], o.Withheld}
			emit(configKeyRow{configMapRow{o, v}, value, false, sync.OnceValues(value.credential)})
		}
		for _, key := range slices.Sorted(maps.Keys(v.BinaryData)) {
			emit(configKeyRow{configMapRow{o, v}, literal{key, string(v.BinaryData[key]), o.Withheld}, true, func() (string, int) { return "", 0 }})
		}
	})},
})
