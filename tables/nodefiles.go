package tables

// NodeFile is a file on a node.
type NodeFile struct {
	Node string `json:"node"`
	Path string `json:"path"`
	// Role says which check the file is for: an id such as CIS-1.1.1.
	Role      string `json:"role,omitempty"`
	Exists    bool   `json:"exists"`
	Mode      uint32 `json:"mode,omitempty"`
	UID       *int64 `json:"uid,omitempty"`
	GID       *int64 `json:"gid,omitempty"`
	Owner     string `json:"owner,omitempty"`
	GroupName string `json:"groupName,omitempty"`
	Size      *int64 `json:"size,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	// Content is only that of audit policies and of EncryptionConfigurations
	// whose keys were removed.
	Content string `json:"content,omitempty"`
}

type nodeFileRow struct {
	*Object
	f *NodeFile
}

// K8sNodeFiles has one row per file of a node that a benchmark asks about.
var K8sNodeFiles = define(spec[nodeFileRow]{
	Name: "k8s_node_files",
	Row:  "file on a node",
	Doc: `Mode, owner and, where it holds no secret, content of the files on nodes that
the CIS benchmark asks about. Only something that runs on the node can tell:
where nothing does, the table cannot be read.`,
	Examples: []string{
		"SELECT node, path, mode, owner, group_name FROM k8s_node_files WHERE owner <> 'root' OR group_name <> 'root'",
		"SELECT node, path, mode FROM k8s_node_files WHERE mode_bits & 63 <> 0 AND path LIKE '%.key'",
		"SELECT path, count(DISTINCT sha256) AS versions FROM k8s_node_files WHERE sha256 IS NOT NULL GROUP BY path HAVING versions > 1",
	},
	Columns: [][]column[nodeFileRow]{{
		text("cluster", "name of the cluster the row comes from", func(r nodeFileRow) Value { return Str(r.Cluster) }),
		text("node", "name of the node", func(r nodeFileRow) Value { return Str(r.f.Node) }).key(),
		text("path", "path of the file", func(r nodeFileRow) Value { return Str(r.f.Path) }).key(),
		text("role", "what the file is asked about for: the id of a check", func(r nodeFileRow) Value { return Str(r.f.Role) }).key(),
		integer("exists", "0 when there is no such file", func(r nodeFileRow) Value { return Bool(r.f.Exists) }),
		text("mode", "permissions, octal: 0600", func(r nodeFileRow) Value { return octal(r.f) }),
		integer("mode_bits", "permissions as a number: mode_bits & 63 are those of group and others", func(r nodeFileRow) Value {
			if !r.f.Exists {
				return Null
			}
			return Int(int64(r.f.Mode))
		}),
		integer("uid", "user id of the owner", func(r nodeFileRow) Value { return IntPtr(r.f.UID) }),
		integer("gid", "group id", func(r nodeFileRow) Value { return IntPtr(r.f.GID) }),
		text("owner", "name of the owner on the node", func(r nodeFileRow) Value { return Str(r.f.Owner) }),
		text("group_name", "name of the group on the node", func(r nodeFileRow) Value { return Str(r.f.GroupName) }),
		integer("size", "bytes", func(r nodeFileRow) Value { return IntPtr(r.f.Size) }),
		text("sha256", "hash of the content", func(r nodeFileRow) Value { return Str(r.f.SHA256) }),
		text("content", "content, only of audit policies and of EncryptionConfigurations, whose keys are removed", func(r nodeFileRow) Value { return Str(r.f.Content) }),
	}},
	Sources: []source[nodeFileRow]{fromRecord(NodeFiles, func(o *Object, v *NodeFile, emit func(nodeFileRow)) { emit(nodeFileRow{o, v}) })},
})

func octal(f *NodeFile) Value {
	if !f.Exists {
		return Null
	}
	digits := []byte("0000")
	for i, mode := len(digits)-1, f.Mode; i >= 0; i, mode = i-1, mode>>3 {
		digits[i] += byte(mode & 7)
	}
	return Str(string(digits))
}
