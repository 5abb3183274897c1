package tables

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// envRow is an environment variable of a container, or all those it takes from
// one ConfigMap or Secret.
type envRow struct {
	containerRow
	env   *corev1.EnvVar
	from  *corev1.EnvFromSource
	index int
}

func (r envRow) rowPath() string {
	list := ".env["
	if r.env == nil {
		list = ".envFrom["
	}
	return r.containerRow.rowPath() + list + strconv.Itoa(r.index) + "]"
}

// K8sContainerEnv has every entry of env and envFrom of every container.
var K8sContainerEnv = define(spec[envRow]{
	Name: "k8s_container_env",
	Row:  "entry of env or envFrom of a container",
	Doc: `Where containers take their environment from. The values themselves are not
here, since some are credentials: their length, the first 8 digits of their
SHA-256, which tell that two are equal, and the pattern of a credential that
they match.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, container, variable, matched_pattern FROM k8s_container_env WHERE judged AND matched_pattern IS NOT NULL",
		"SELECT ref_name AS secret, namespace, count(DISTINCT asset_name) AS workloads FROM k8s_container_env WHERE value_kind IN ('secretKeyRef', 'envFrom-secret') GROUP BY namespace, ref_name",
		"SELECT variable, value_hash, count(DISTINCT namespace) AS namespaces FROM k8s_container_env WHERE matched_pattern IS NOT NULL GROUP BY variable, value_hash HAVING namespaces > 1",
	},
	Columns: [][]column[envRow]{common[envRow](), asset[envRow](), envColumns(), where[envRow]()},
	Sources: podSpecSources(func(p podSpecRow, emit func(envRow)) {
		p.containers(func(c containerRow) {
			for i := range c.c.Env {
				emit(envRow{containerRow: c, env: &c.c.Env[i], index: i})
			}
			for i := range c.c.EnvFrom {
				emit(envRow{containerRow: c, from: &c.c.EnvFrom[i], index: i})
			}
		})
	}),
})

func envColumns() []column[envRow] {
	ref := func(value func(envRef) Value) func(envRow) Value {
		return func(r envRow) Value { return value(r.ref()) }
	}
	return []column[envRow]{
		text("container", "name of the container", func(r envRow) Value { return Str(r.c.Name) }).key(),
		text("container_type", "regular, init, sidecar or ephemeral", func(r envRow) Value { return Str(r.ctype) }),
		text("variable", "name of the variable; of envFrom the prefix, NULL without one", func(r envRow) Value {
			if r.env == nil {
				return Str(r.from.Prefix)
			}
			return Str(r.env.Name)
		}).key(),
		text("value_kind", "literal, secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef, fileKeyRef, envFrom-secret or envFrom-configMap", ref(func(e envRef) Value { return Str(e.kind) })),
		text("ref_name", "name of the Secret or ConfigMap; of a resourceFieldRef the container, of a fileKeyRef the volume", ref(func(e envRef) Value { return Str(e.name) })).key(),
		text("ref_key", "key in it; of a fieldRef the field, of a resourceFieldRef the resource", ref(func(e envRef) Value { return Str(e.key) })),
		integer("optional", "optional: the container starts without it", ref(func(e envRef) Value { return BoolPtr(e.optional) })),
		integer("value_length", "length of a literal value, in bytes", ofLiteral(func(l literal) Value { return Int(l.length()) })),
		text("value_hash", "first 8 hexadecimal digits of the SHA-256 of a literal value; NULL when that is empty", ofLiteral(literal.hash8)),
		text("matched_pattern", "pattern of a credential that the name and literal value match: password, token, AWS access key id …", ofLiteral(func(l literal) Value {
			pattern, _ := l.credential()
			return Str(pattern)
		})),
	}
}

// ofLiteral makes the accessor of a column of literal values.
func ofLiteral(value func(literal) Value) func(envRow) Value {
	return func(r envRow) Value {
		if r.env == nil || r.env.ValueFrom != nil {
			return Null
		}
		return value(r.variable(r.env))
	}
}

// variable is the literal value of a variable of the container.
func (r containerRow) variable(e *corev1.EnvVar) literal { return literal{e.Name, e.Value, r.Withheld} }

// envRef is where a variable's value comes from.
type envRef struct {
	kind, name, key string
	optional        *bool
}

func (r envRow) ref() envRef {
	if r.env == nil {
		switch {
		case r.from.SecretRef != nil:
			return envRef{"envFrom-secret", r.from.SecretRef.Name, "", r.from.SecretRef.Optional}
		case r.from.ConfigMapRef != nil:
			return envRef{"envFrom-configMap", r.from.ConfigMapRef.Name, "", r.from.ConfigMapRef.Optional}
		}
		return envRef{}
	}
	switch v := r.env.ValueFrom; {
	case v == nil:
		return envRef{kind: "literal"}
	case v.SecretKeyRef != nil:
		return envRef{"secretKeyRef", v.SecretKeyRef.Name, v.SecretKeyRef.Key, v.SecretKeyRef.Optional}
	case v.ConfigMapKeyRef != nil:
		return envRef{"configMapKeyRef", v.ConfigMapKeyRef.Name, v.ConfigMapKeyRef.Key, v.ConfigMapKeyRef.Optional}
	case v.FieldRef != nil:
		return envRef{kind: "fieldRef", key: v.FieldRef.FieldPath}
	case v.ResourceFieldRef != nil:
		return envRef{kind: "resourceFieldRef", name: v.ResourceFieldRef.ContainerName, key: v.ResourceFieldRef.Resource}
	case v.FileKeyRef != nil:
		return envRef{"fileKeyRef", v.FileKeyRef.VolumeName, v.FileKeyRef.Key, v.FileKeyRef.Optional}
	}
	return envRef{}
}
