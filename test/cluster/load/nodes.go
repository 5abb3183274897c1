package load

import (
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

const kubeletVersion = "v1.37.2"

type node struct {
	item    *item
	name    string
	ip      string
	index   int
	podIPs  int
	control bool
}

// podIP gives the next address of the node's own /24 of 10.244.0.0/14.
func (n *node) podIP() string {
	n.podIPs++
	return fmt.Sprintf("10.%d.%d.%d", 244+n.index>>8, n.index&255, n.podIPs&255)
}

func (p *plan) addNodes(count int) {
	for i := range count {
		n := &node{index: i, control: i == 0, ip: fmt.Sprintf("10.0.%d.%d", i>>7, 10+i&127)}
		n.name = fmt.Sprintf("worker-%03d", i)
		if n.control {
			n.name = "control-plane-1"
		}
		n.item = &item{obj: p.nodeObject(n), status: true, update: true}
		p.nodes = append(p.nodes, n)
		p.base = append(p.base, n.item)
		p.late = append(p.late, &item{obj: &coordinationv1.Lease{
			ObjectMeta: metav1.ObjectMeta{Name: n.name, Namespace: "kube-node-lease"},
			Spec: coordinationv1.LeaseSpec{
				HolderIdentity:       &n.name,
				LeaseDurationSeconds: ptr.To[int32](40),
				RenewTime:            &metav1.MicroTime{Time: p.now},
			},
		}})
	}
}

// worker is the node of the next pod: taking turns keeps each node below its 110 pods.
func (p *plan) worker() *node { return p.nodes[1+p.pods%(len(p.nodes)-1)] }

func (p *plan) nodeObject(n *node) *corev1.Node {
	labels := map[string]string{
		"kubernetes.io/hostname": n.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
		"beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
		"topology.kubernetes.io/region": "eu-1", "topology.kubernetes.io/zone": "eu-1" + string(rune('a'+n.index%3)),
		"node.kubernetes.io/instance-type": pick(p.dice, []string{"m6i.2xlarge", "m6i.4xlarge", "c6i.4xlarge"}),
	}
	var taints []corev1.Taint
	if n.control {
		labels["node-role.kubernetes.io/control-plane"] = ""
		taints = []corev1.Taint{{Key: "node-role.kubernetes.io/control-plane", Effect: corev1.TaintEffectNoSchedule}}
	}
	cidr := fmt.Sprintf("10.%d.%d.0/24", 244+n.index>>8, n.index&255)
	version := kubeletVersion
	if p.chance(4) {
		version = "v1.35.6" // a node left behind
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.name, Labels: labels, Annotations: map[string]string{
			"node.alpha.kubernetes.io/ttl":                           "0",
			"volumes.kubernetes.io/controller-managed-attach-detach": "true",
			"projectcalico.org/IPv4Address":                          n.ip + "/16",
		}},
		Spec: corev1.NodeSpec{PodCIDR: cidr, PodCIDRs: []string{cidr}, Taints: taints},
		Status: corev1.NodeStatus{
			Capacity:    resources("cpu", "8", "memory", "32Gi", "pods", "110", "ephemeral-storage", "100Gi"),
			Allocatable: resources("cpu", "7900m", "memory", "31Gi", "pods", "110", "ephemeral-storage", "92Gi"),
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: n.ip},
				{Type: corev1.NodeHostName, Address: n.name},
			},
			DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: 10250}},
			NodeInfo: corev1.NodeSystemInfo{
				MachineID: p.hex(32), SystemUUID: p.hex(32), BootID: p.hex(32),
				KernelVersion: "6.8.0-45-generic", OSImage: "Ubuntu 24.04.1 LTS", ContainerRuntimeVersion: "containerd://2.1.4",
				KubeletVersion: version, OperatingSystem: "linux", Architecture: "amd64",
			},
			Conditions: p.nodeConditions(),
		},
	}
}

func (p *plan) nodeConditions() []corev1.NodeCondition {
	since := metav1.NewTime(p.ago(time.Duration(p.between(24, 2000)) * time.Hour))
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{
			Type: kind, Status: status, Reason: reason, Message: message,
			LastHeartbeatTime: metav1.NewTime(p.now), LastTransitionTime: since,
		}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeNetworkUnavailable, corev1.ConditionFalse, "CalicoIsUp", "Calico is running on this node"),
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
	}
}

// resources takes pairs of a name and a quantity.
func resources(pairs ...string) corev1.ResourceList {
	list := corev1.ResourceList{}
	for i := 0; i+1 < len(pairs); i += 2 {
		list[corev1.ResourceName(pairs[i])] = resource.MustParse(pairs[i+1])
	}
	return list
}
