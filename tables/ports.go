package tables

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// portRow is one port of a container.
type portRow struct {
	containerRow
	p         *corev1.ContainerPort
	portIndex int
}

func (r portRow) rowPath() string {
	return r.containerRow.rowPath() + ".ports[" + strconv.Itoa(r.portIndex) + "]"
}

// K8sContainerPorts has every port that containers declare.
var K8sContainerPorts = define(spec[portRow]{
	Name: "k8s_container_ports",
	Row:  "port that a container declares",
	Doc: `The ports in container specs. A container can listen on others: only a host
port does something. The API server writes the container's port into hostPort
where the pod is in its node's network; host_port_implied marks those.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, container, host_port FROM k8s_container_ports WHERE judged AND host_port IS NOT NULL AND NOT host_port_implied",
		"SELECT container_port, protocol, count(*) AS containers FROM k8s_container_ports WHERE judged GROUP BY 1, 2 ORDER BY containers DESC",
		"SELECT namespace, asset_name, container_port FROM k8s_container_ports WHERE judged AND container_port < 1024",
	},
	Columns: [][]column[portRow]{
		common[portRow](), asset[portRow](),
		{
			text("container", "name of the container", func(r portRow) Value { return Str(r.c.Name) }).key(),
			text("container_type", "regular, init, sidecar or ephemeral", func(r portRow) Value { return Str(r.ctype) }),
			text("port_name", "name of the port", func(r portRow) Value { return Str(r.p.Name) }),
			integer("container_port", "containerPort", func(r portRow) Value { return Int(r.p.ContainerPort) }).key(),
			integer("host_port", "hostPort; NULL when unset", func(r portRow) Value {
				if r.p.HostPort == 0 {
					return Null
				}
				return Int(r.p.HostPort)
			}),
			integer("host_port_implied", "1 when hostPort says no more than hostNetwork does; NULL without a host port", func(r portRow) Value {
				if r.p.HostPort == 0 {
					return Null
				}
				return Bool(r.spec.HostNetwork && r.p.HostPort == r.p.ContainerPort)
			}),
			text("host_ip", "hostIP: the node's address the host port is bound to", func(r portRow) Value { return Str(r.p.HostIP) }),
			text("protocol", "protocol; the API server fills in TCP", func(r portRow) Value { return Str(r.p.Protocol) }),
			integer("host_network", "spec.hostNetwork of the pod; NULL unless true", func(r portRow) Value { return True(r.spec.HostNetwork) }),
		},
		where[portRow](),
	},
	Sources: podSpecSources(func(p podSpecRow, emit func(portRow)) {
		p.containers(func(c containerRow) {
			for i := range c.c.Ports {
				emit(portRow{c, &c.c.Ports[i], i})
			}
		})
	}),
})
