package tables

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubejson "sigs.k8s.io/json"
)

// NodeFacts is what the collector saw on one node, or why nothing is known.
type NodeFacts struct {
	// Status is ok, or a word for why the node told nothing.
	Status string `json:"status"`
	Reason string `json:"reason,omitempty"`
	// Collected is when, RFC 3339; Collector is the version that did.
	Collected string `json:"collected,omitempty"`
	Collector string `json:"collector,omitempty"`
	// Kubelet is nil where no kubelet process was seen.
	Kubelet *KubeletProcess `json:"kubelet,omitempty"`
	Files   []NodeFile      `json:"files"`
	// Notes are what could not be looked at, in plain words.
	Notes []string `json:"notes,omitempty"`
}

// KubeletProcess is the kubelet as a process of the host.
type KubeletProcess struct {
	// Args is the command line without the program; values that may hold
	// credentials are withheld.
	Args []string `json:"args"`
	// Config is what is written in the files that the kubelet reads, which is
	// not what is in effect where flags say otherwise.
	Config json.RawMessage `json:"config,omitempty"`
}

// NodeFile is a file on a node that a benchmark asks about.
type NodeFile struct {
	Path string     `json:"path"`
	Role NodeRole   `json:"role"`
	Type NodeEntity `json:"type,omitempty"`
	// Exists is false where nothing has the path.
	Exists bool `json:"exists"`
	// Problem is why the file could not be looked at: then it may exist.
	Problem string `json:"problem,omitempty"`
	// Mode is octal, four digits: 0600.
	Mode  string `json:"mode,omitempty"`
	UID   *int64 `json:"uid,omitempty"`
	GID   *int64 `json:"gid,omitempty"`
	Owner string `json:"owner,omitempty"`
	Group string `json:"group,omitempty"`
	Size  *int64 `json:"size,omitempty"`
	// Target is where a symbolic link leads; the rest is said of what is there.
	Target string `json:"target,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
	// Content is only that of audit policies and of EncryptionConfigurations
	// whose keys were removed.
	Content string `json:"content,omitempty"`
}

// NodeEntity is what kind of thing a path names.
type NodeEntity string

// What a path may name. Symbolic links are followed.
const (
	EntityFile      NodeEntity = "file"
	EntityDirectory NodeEntity = "directory"
	EntityOther     NodeEntity = "other"
)

// NodeRole is what a file is to a node.
type NodeRole string

// The roles, and the recommendations of the CIS benchmark that ask about them.
const (
	RoleAPIServerManifest         NodeRole = "kube-apiserver-manifest"          // 1.1.1, 1.1.2
	RoleControllerManagerManifest NodeRole = "kube-controller-manager-manifest" // 1.1.3, 1.1.4
	RoleSchedulerManifest         NodeRole = "kube-scheduler-manifest"          // 1.1.5, 1.1.6
	RoleEtcdManifest              NodeRole = "etcd-manifest"                    // 1.1.7, 1.1.8
	RoleCNI                       NodeRole = "cni-config"                       // 1.1.9, 1.1.10
	RoleEtcdData                  NodeRole = "etcd-data"                        // 1.1.11, 1.1.12
	RoleAdminKubeconfig           NodeRole = "admin-kubeconfig"                 // 1.1.13, 1.1.14
	RoleSchedulerKubeconfig       NodeRole = "scheduler-kubeconfig"             // 1.1.15, 1.1.16
	RoleControllerKubeconfig      NodeRole = "controller-manager-kubeconfig"    // 1.1.17, 1.1.18
	RolePKIDirectory              NodeRole = "pki-directory"                    // 1.1.19
	RolePKICertificate            NodeRole = "pki-certificate"                  // 1.1.19, 1.1.20
	RolePKIKey                    NodeRole = "pki-key"                          // 1.1.19, 1.1.21
	RolePKIFile                   NodeRole = "pki-file"                         // 1.1.19
	RoleEncryptionConfig          NodeRole = "encryption-config"                // 1.2.28
	RoleAuditPolicy               NodeRole = "audit-policy"                     // 3.2.2
	RoleKubeletService            NodeRole = "kubelet-service"                  // 4.1.1, 4.1.2
	RoleProxyKubeconfig           NodeRole = "kube-proxy-kubeconfig"            // 4.1.3, 4.1.4
	RoleKubeletKubeconfig         NodeRole = "kubelet-kubeconfig"               // 4.1.5, 4.1.6
	RoleKubeletCA                 NodeRole = "kubelet-client-ca"                // 4.1.7, 4.1.8
	RoleKubeletConfig             NodeRole = "kubelet-config"                   // 4.1.9, 4.1.10
)

// NodeRoles are all roles.
var NodeRoles = []NodeRole{
	RoleAPIServerManifest, RoleControllerManagerManifest, RoleSchedulerManifest, RoleEtcdManifest, RoleCNI, RoleEtcdData,
	RoleAdminKubeconfig, RoleSchedulerKubeconfig, RoleControllerKubeconfig, RolePKIDirectory, RolePKICertificate, RolePKIKey, RolePKIFile,
	RoleEncryptionConfig, RoleAuditPolicy, RoleKubeletService, RoleProxyKubeconfig, RoleKubeletKubeconfig, RoleKubeletCA, RoleKubeletConfig,
}

// The values of NodeFacts.Status.
const (
	NodeOK           = "ok"
	NodeNotCollected = "not collected"
	NodeUnreachable  = "unreachable"
)

// NodeFactsDocument is what the collector prints.
type NodeFactsDocument struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        struct {
		Name string `json:"name"`
	} `json:"metadata"`
	NodeFacts `json:",inline"`
}

// MaxNodeFiles bounds the files of one node.
const MaxNodeFiles = 5000

// NewNodeFacts makes a document of a node's facts.
func NewNodeFacts(node string, facts NodeFacts) *NodeFactsDocument {
	d := &NodeFactsDocument{NodeFacts: facts}
	d.APIVersion, d.Kind = NodeFiles.Group+"/"+NodeFiles.Version, NodeFiles.Kind
	d.Metadata.Name = node
	return d
}

// ParseNodeFacts reads a document. What it does not know, or what leaves open
// how a file is protected, is an error: nothing is to pass because of a typing
// mistake.
func ParseNodeFacts(document []byte) (*Record[NodeFacts], error) {
	var d NodeFactsDocument
	unknown, err := kubejson.UnmarshalStrict(document, &d)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(unknown...); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return &Record[NodeFacts]{metav1.ObjectMeta{Name: d.Metadata.Name}, d.NodeFacts}, nil
}

func (d *NodeFactsDocument) check() error {
	switch {
	case d.Kind != NodeFiles.Kind || d.APIVersion != NodeFiles.Group+"/"+NodeFiles.Version:
		return fmt.Errorf("want apiVersion %s/%s and kind %s", NodeFiles.Group, NodeFiles.Version, NodeFiles.Kind)
	case d.Metadata.Name == "":
		return errors.New("metadata.name, the node, is missing")
	case d.Status == "":
		return errors.New("status is missing")
	case d.Status != NodeOK && len(d.Files) > 0:
		return fmt.Errorf("files although the status is %q", d.Status)
	case d.Status == NodeOK && len(d.Files) == 0:
		return errors.New("no files although the status is ok")
	case len(d.Files) > MaxNodeFiles:
		return fmt.Errorf("%d files, want at most %d", len(d.Files), MaxNodeFiles)
	}
	for i := range d.Files {
		if err := d.Files[i].check(); err != nil {
			return fmt.Errorf("files[%d]: %w", i, err)
		}
	}
	if d.Kubelet != nil && d.Kubelet.Config != nil {
		config, err := withholdKubelet(d.Kubelet.Config)
		if err != nil {
			return fmt.Errorf("kubelet.config: %w", err)
		}
		d.Kubelet.Config = config
	}
	return nil
}

func (f *NodeFile) check() error {
	switch {
	case !path.IsAbs(f.Path):
		return fmt.Errorf("path %q does not begin with /", f.Path)
	case !slices.Contains(NodeRoles, f.Role):
		return fmt.Errorf("role %q is not known", f.Role)
	case f.Problem != "" || !f.Exists:
		return nil
	case f.UID == nil || f.GID == nil:
		return errors.New("uid and gid are missing")
	case f.Type != EntityFile && f.Type != EntityDirectory && f.Type != EntityOther:
		return fmt.Errorf("type %q: want file, directory or other", f.Type)
	}
	_, err := f.bits()
	return err
}

// bits are the permissions as a number.
func (f *NodeFile) bits() (int64, error) {
	bits, err := strconv.ParseUint(f.Mode, 8, 12)
	if err != nil || len(f.Mode) != 4 {
		return 0, fmt.Errorf("mode %q: want four octal digits, as in 0600", f.Mode)
	}
	return int64(bits), nil
}

// NodeWithoutFacts makes a record of a node that told nothing.
func NodeWithoutFacts(node, status, reason string) *Record[NodeFacts] {
	return &Record[NodeFacts]{metav1.ObjectMeta{Name: node}, NodeFacts{Status: status, Reason: reason}}
}
