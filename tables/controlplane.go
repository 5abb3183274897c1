package tables

// K8sControlPlaneComponents has one row per container that runs a component.
var K8sControlPlaneComponents = define(spec[component]{
	Name: "k8s_control_plane_components",
	Row:  "control plane component, or kube-proxy",
	Doc: `Where the parts of the control plane can be seen: the API server's images of
static pods in kube-system, other pods there, DaemonSets (kube-proxy), and
among manifests the files of /etc/kubernetes/manifests. A component is known by
the program that is started, else by its label. A managed control plane, k3s
and a control plane run by systemd have no rows, which says nothing about how
they are configured.`,
	Examples: []string{
		"SELECT component, node, version, image FROM k8s_control_plane_components ORDER BY component",
		"SELECT c.node, c.name FROM k8s_control_plane_components c LEFT JOIN k8s_control_plane_flags f ON f.spec_id = c.spec_id AND f.container = c.container AND f.flag = 'audit-policy-file' WHERE c.component = 'kube-apiserver' AND c.flags_known AND f.flag IS NULL",
		"SELECT component, count(DISTINCT version) AS versions FROM k8s_control_plane_components GROUP BY component HAVING versions > 1",
	},
	Columns: [][]column[component]{
		common[component](), componentColumns(func(c component) component { return c }),
		{
			text("image", "image of the container", func(c component) Value { return Str(c.c.Image) }),
			text("version", "tag of the image", func(c component) Value { return Str(parseImage(c.c.Image).tag) }),
			text("found_by", "command, or label where the command does not tell", func(c component) Value { return Str(c.foundBy) }),
			integer("flags_known", "0 when the command line was not understood, so that k8s_control_plane_flags has no rows for it and a missing flag proves nothing", func(c component) Value { return Bool(c.known) }),
			jsonCol("argv", "command and args, references to variables with literal values replaced", func(c component) Value {
				var words []string
				for _, w := range c.words {
					words = append(words, w.text)
				}
				return JSON(words)
			}),
			text("path", "path from the object to the container", func(c component) Value { return Str(c.rowPath()) }),
		},
		where[component](),
	},
	Sources: componentSources(func(c component, emit func(component)) { emit(c) }),
})

type flagRow struct {
	component
	flag *componentFlag
}

// K8sControlPlaneFlags has one row per flag of every component.
var K8sControlPlaneFlags = define(spec[flagRow]{
	Name: "k8s_control_plane_flags",
	Row:  "flag of a control plane component",
	Doc: `The flags that components are started with, as they take effect: of a flag
given twice the last one, except that lists and maps of kube components add up
(authorization-mode, feature-gates …). Bare flags are 'true'. Of etcd the
ETCD_ variables count where the flag is not given. Scripts of sh -c are read as
far as they start the component in plain words. Defaults are not rows. Settings
in a file that a flag names (config, authorization-config, etcd's config-file,
which turns its flags and variables off) cannot be seen.`,
	Examples: []string{
		"SELECT component, name, value FROM k8s_control_plane_flags WHERE flag = 'bind-address'",
		"SELECT name, flag, value FROM k8s_control_plane_flags WHERE component = 'kube-apiserver' AND flag LIKE 'audit-%'",
		"SELECT name, flag, given FROM k8s_control_plane_flags WHERE occurrences > 1",
	},
	Columns: [][]column[flagRow]{
		common[flagRow](), componentColumns(func(r flagRow) component { return r.component }),
		{
			text("flag", "name of the flag, without dashes", func(r flagRow) Value { return Str(r.flag.name) }).key(),
			text("value", "value as it takes effect; NULL where a variable has it from elsewhere", func(r flagRow) Value {
				if r.flag.hidden {
					return Null
				}
				return StrPtr(&r.flag.value)
			}),
			integer("occurrences", "how often the flag is given", func(r flagRow) Value { return Int(r.flag.occurrences) }),
			jsonCol("given", "all values given, in order", func(r flagRow) Value {
				if r.flag.hidden {
					return Null
				}
				return JSON(r.flag.values)
			}),
			text("source", "where the last one is: command, args, env or shell", func(r flagRow) Value { return Str(r.flag.at.source) }),
			integer("position", "index in command, args or env, or of the word in the shell command", func(r flagRow) Value { return Int(r.flag.at.index) }),
			text("path", "path from the object to it: spec.containers[0].command[7]", func(r flagRow) Value { return Str(r.flag.at.path) }),
		},
		where[flagRow](),
	},
	Sources: componentSources(func(c component, emit func(flagRow)) {
		for i := range c.flags {
			emit(flagRow{c, &c.flags[i]})
		}
	}),
})

func componentColumns[R objectRow](of func(R) component) []column[R] {
	return []column[R]{
		text("kind", "Pod or DaemonSet", func(r R) Value { return Str(r.object().Resource.Kind) }),
		text("spec_id", "key of the pod spec, as in k8s_pod_specs", func(r R) Value { return Str(r.object().ID()) }).key(),
		text("component", "kube-apiserver, kube-controller-manager, kube-scheduler, etcd, kube-proxy or cloud-controller-manager", func(r R) Value { return Str(of(r).name) }).key(),
		text("container", "name of the container", func(r R) Value { return Str(of(r).c.Name) }),
		text("pod", "name of the pod; NULL for a DaemonSet", func(r R) Value {
			if of(r).pod == nil {
				return Null
			}
			return Str(r.object().Meta.Name)
		}).key(),
		text("node", "node that the pod runs on", func(r R) Value { return Str(of(r).spec.NodeName) }).key(),
		integer("mirror", "1 for the API server's image of a static pod", func(r R) Value { return Bool(of(r).mirror()) }),
	}
}
