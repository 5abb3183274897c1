package tables

type nodeFileRow struct {
	*Object
	facts *NodeFacts
	f     *NodeFile
}

// seen is set where the file could be looked at and is there.
func (r nodeFileRow) seen() bool { return r.facts.Status == NodeOK && r.f.Problem == "" && r.f.Exists }

func (r nodeFileRow) status() string {
	switch {
	case r.facts.Status != NodeOK:
		return r.facts.Status
	case r.f.Problem != "":
		return "unreadable"
	}
	return NodeOK
}

// K8sNodeFiles has one row per file of a node that a benchmark asks about.
var K8sNodeFiles = define(spec[nodeFileRow]{
	Name: "k8s_node_files",
	Row:  "file on a node and what it is to it",
	Doc: `Mode, owner and, where it holds no secret, content of the files on nodes that
the CIS benchmark asks about. Only something that runs on the node can tell:
check --nodes starts it, node-collect is it, --node-facts reads what it said;
where nothing does, the table cannot be read. What should be somewhere and is
not is a row with exists = 0. A file that could not be looked at, and for every
role a node that told nothing, is a row with a status other than ok: a rule
must not take it for a good one, nor leave it out.

Roles, and the CIS recommendations about them: kube-apiserver-manifest (1.1.1-2),
kube-controller-manager-manifest (1.1.3-4), kube-scheduler-manifest (1.1.5-6),
etcd-manifest (1.1.7-8), cni-config (1.1.9-10), etcd-data (1.1.11-12),
admin-kubeconfig (1.1.13-14), scheduler-kubeconfig (1.1.15-16),
controller-manager-kubeconfig (1.1.17-18), pki-directory, pki-file,
pki-certificate and pki-key (all 1.1.19, the last two 1.1.20 and 1.1.21),
encryption-config (1.2.28), audit-policy (3.2.2), kubelet-service (4.1.1-2),
kube-proxy-kubeconfig (4.1.3-4), kubelet-kubeconfig (4.1.5-6),
kubelet-client-ca (4.1.7-8), kubelet-config (4.1.9-10).`,
	Examples: []string{
		"SELECT node, path, mode, owner, group_name FROM k8s_node_files WHERE uid <> 0 OR gid <> 0",
		"SELECT node, path, mode FROM k8s_node_files WHERE role = 'pki-key' AND mode_bits & 63 <> 0",
		"SELECT path, count(DISTINCT sha256) AS versions FROM k8s_node_files WHERE sha256 IS NOT NULL GROUP BY path HAVING versions > 1",
		"SELECT node, path, status, reason FROM k8s_node_files WHERE status <> 'ok'",
	},
	Columns: [][]column[nodeFileRow]{
		{
			text("cluster", "name of the cluster the row comes from", func(r nodeFileRow) Value { return Str(r.Cluster) }),
			text("node", "name of the node", func(r nodeFileRow) Value { return Str(r.Meta.Name) }).key(),
			text("status", "ok; unreadable: this file could not be looked at; not collected or unreachable: nothing is known of the node", func(r nodeFileRow) Value { return Str(r.status()) }),
			text("reason", "why the status is not ok", func(r nodeFileRow) Value {
				if r.facts.Status != NodeOK {
					return Str(r.facts.Reason)
				}
				return Str(r.f.Problem)
			}),
			text("path", "path of the file on the node; NULL where nothing is known of the node", func(r nodeFileRow) Value { return Str(r.f.Path) }).key(),
			text("role", "what the file is to the node", func(r nodeFileRow) Value { return Str(string(r.f.Role)) }).key(),
			integer("exists", "0 when there is no such file; NULL when that is not known", func(r nodeFileRow) Value {
				if r.status() != NodeOK {
					return Null
				}
				return Bool(r.f.Exists)
			}),
		},
		nodeFileColumns(), place[nodeFileRow](),
	},
	Sources: []source[nodeFileRow]{fromRecord(NodeFiles, func(o *Object, v *NodeFacts, emit func(nodeFileRow)) {
		if v.Status != NodeOK {
			for _, role := range NodeRoles {
				emit(nodeFileRow{o, v, &NodeFile{Role: role}})
			}
			return
		}
		for i := range v.Files {
			emit(nodeFileRow{o, v, &v.Files[i]})
		}
	})},
})

// nodeFileColumns are NULL but where the file was seen.
func nodeFileColumns() []column[nodeFileRow] {
	columns := []column[nodeFileRow]{
		text("type", "file, directory or other", func(r nodeFileRow) Value { return Str(string(r.f.Type)) }),
		text("mode", "permissions, octal: 0600", func(r nodeFileRow) Value { return Str(r.f.Mode) }),
		integer("mode_bits", "permissions as a number: mode_bits & 63 are those of group and others", func(r nodeFileRow) Value {
			bits, err := r.f.bits()
			if err != nil {
				return Null
			}
			return Int(bits)
		}),
		integer("uid", "user id of the owner", func(r nodeFileRow) Value { return IntPtr(r.f.UID) }),
		integer("gid", "group id", func(r nodeFileRow) Value { return IntPtr(r.f.GID) }),
		text("owner", "name of the owner on the node; NULL where the node has no name for it", func(r nodeFileRow) Value { return Str(r.f.Owner) }),
		text("group_name", "name of the group on the node; NULL where the node has no name for it", func(r nodeFileRow) Value { return Str(r.f.Group) }),
		integer("size", "bytes, of files", func(r nodeFileRow) Value { return IntPtr(r.f.Size) }),
		text("target", "where a symbolic link leads; mode, owner and the rest are of what is there", func(r nodeFileRow) Value { return Str(r.f.Target) }),
		text("sha256", "hash of the content; NULL for keys, kubeconfigs and what is too large", func(r nodeFileRow) Value { return Str(r.f.SHA256) }),
		text("content", "content, only of audit policies and of EncryptionConfigurations, whose keys are removed", func(r nodeFileRow) Value { return Str(r.f.Content) }),
	}
	for i := range columns {
		value := columns[i].value
		columns[i].value = func(r nodeFileRow) Value {
			if !r.seen() {
				return Null
			}
			return value(r)
		}
	}
	return columns
}

type nodeFactsRow struct {
	*Object
	facts *NodeFacts
}

// K8sNodeFacts has one row per node.
var K8sNodeFacts = define(spec[nodeFactsRow]{
	Name: "k8s_node_facts",
	Row:  "node",
	Doc: `What something that runs on the node saw of it, beside its files: whether it
could look, and the kubelet as a process of the host. A node that told nothing
is a row with a status other than ok.`,
	Examples: []string{
		"SELECT node, status, reason FROM k8s_node_facts WHERE status <> 'ok'",
		"SELECT node, json_extract(kubelet_config, '$.authorization.mode') AS mode FROM k8s_node_facts",
		"SELECT n.name FROM k8s_nodes n LEFT JOIN k8s_node_facts f ON f.node = n.name AND f.status = 'ok' WHERE f.node IS NULL",
	},
	Columns: [][]column[nodeFactsRow]{
		{
			text("cluster", "name of the cluster the row comes from", func(r nodeFactsRow) Value { return Str(r.Cluster) }),
			text("node", "name of the node", func(r nodeFactsRow) Value { return Str(r.Meta.Name) }).key(),
			text("status", "ok, not collected or unreachable", func(r nodeFactsRow) Value { return Str(r.facts.Status) }),
			text("reason", "why the status is not ok", func(r nodeFactsRow) Value { return Str(r.facts.Reason) }),
			text("collected", "when, RFC 3339", func(r nodeFactsRow) Value { return Str(r.facts.Collected) }),
			text("collector", "version of the collector", func(r nodeFactsRow) Value { return Str(r.facts.Collector) }),
			integer("kubelet_seen", "1 when a kubelet process was seen, so that k8s_kubelet_flags is complete for the node", func(r nodeFactsRow) Value {
				if r.facts.Status != NodeOK {
					return Null
				}
				return Bool(r.facts.Kubelet != nil)
			}),
			jsonCol("kubelet_args", "command line of the kubelet, without the program", func(r nodeFactsRow) Value {
				if r.facts.Kubelet == nil {
					return Null
				}
				return JSON(r.facts.Kubelet.Args)
			}),
			jsonCol("kubelet_config", "KubeletConfiguration as written in the node's files, without where static pods are fetched from", func(r nodeFactsRow) Value {
				if r.facts.Kubelet == nil {
					return Null
				}
				return rawJSON(r.facts.Kubelet.Config)
			}),
			jsonCol("notes", "what could not be looked at", func(r nodeFactsRow) Value { return JSON(r.facts.Notes) }),
		},
		place[nodeFactsRow](),
	},
	Sources: []source[nodeFactsRow]{fromRecord(NodeFiles, func(o *Object, v *NodeFacts, emit func(nodeFactsRow)) { emit(nodeFactsRow{o, v}) })},
})

type kubeletFlagRow struct {
	*Object
	flag *componentFlag
}

// K8sKubeletFlags has one row per flag of a node's kubelet.
var K8sKubeletFlags = define(spec[kubeletFlagRow]{
	Name: "k8s_kubelet_flags",
	Row:  "flag of a node's kubelet",
	Doc: `The flags that the kubelet of each node was started with, as the host's process
list shows them. Flags are stronger than what configuration files say, and some,
such as hostname-override, exist as flags alone. That a flag is missing here
says something only of nodes with kubelet_seen in k8s_node_facts.`,
	Examples: []string{
		"SELECT node, flag, value FROM k8s_kubelet_flags WHERE flag = 'hostname-override'",
		"SELECT flag, count(*) AS nodes FROM k8s_kubelet_flags GROUP BY flag ORDER BY nodes DESC",
		"SELECT flag, count(DISTINCT value) AS different FROM k8s_kubelet_flags GROUP BY flag HAVING different > 1",
	},
	Columns: [][]column[kubeletFlagRow]{
		{
			text("cluster", "name of the cluster the row comes from", func(r kubeletFlagRow) Value { return Str(r.Cluster) }),
			text("node", "name of the node", func(r kubeletFlagRow) Value { return Str(r.Meta.Name) }).key(),
			text("flag", "name of the flag, without dashes", func(r kubeletFlagRow) Value { return Str(r.flag.name) }).key(),
			text("value", "value as it takes effect", func(r kubeletFlagRow) Value { return StrPtr(&r.flag.value) }),
			integer("occurrences", "how often the flag is given", func(r kubeletFlagRow) Value { return Int(r.flag.occurrences) }),
		},
		place[kubeletFlagRow](),
	},
	Sources: []source[kubeletFlagRow]{fromRecord(NodeFiles, func(o *Object, v *NodeFacts, emit func(kubeletFlagRow)) {
		if v.Kubelet == nil {
			return
		}
		var words []argWord
		for i, arg := range v.Kubelet.Args {
			words = append(words, argWord{text: arg, source: "args", index: i})
		}
		flags := parseFlags("kubelet", words)
		for i := range flags {
			emit(kubeletFlagRow{o, &flags[i]})
		}
	})},
})
