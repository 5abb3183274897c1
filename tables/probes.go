package tables

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// probeRow is a probe or lifecycle hook of a container: what its kubelet does.
type probeRow struct {
	containerRow
	probe, field string
	h            handler
}

// handler is what probes and hooks have in common.
type handler struct {
	exec  *corev1.ExecAction
	http  *corev1.HTTPGetAction
	tcp   *corev1.TCPSocketAction
	grpc  *corev1.GRPCAction
	sleep *corev1.SleepAction
}

func (r probeRow) rowPath() string { return r.containerRow.rowPath() + "." + r.field }

// K8sContainerProbes has every probe and lifecycle hook of every container.
var K8sContainerProbes = define(spec[probeRow]{
	Name: "k8s_container_probes",
	Row:  "probe or lifecycle hook of a container",
	Doc: `What the kubelet runs in a container or calls over the network for it. A host
other than the pod's own makes the kubelet call that from the node, past every
network policy.`,
	Examples: []string{
		"SELECT asset_kind, namespace, asset_name, container, probe, host FROM k8s_container_probes WHERE judged AND host IS NOT NULL",
		"SELECT namespace, asset_name, container, command FROM k8s_container_probes WHERE judged AND probe IN ('postStart', 'preStop') AND handler = 'exec'",
		"SELECT handler, count(*) AS probes FROM k8s_container_probes WHERE judged AND probe = 'readiness' GROUP BY handler",
	},
	Columns: [][]column[probeRow]{common[probeRow](), asset[probeRow](), probeColumns(), where[probeRow]()},
	Sources: podSpecSources(func(p podSpecRow, emit func(probeRow)) {
		p.containers(func(c containerRow) { c.probes(emit) })
	}),
})

func (r containerRow) probes(emit func(probeRow)) {
	probe := func(name string, p *corev1.Probe) {
		if p != nil {
			emit(probeRow{r, name, name + "Probe", handler{p.Exec, p.HTTPGet, p.TCPSocket, p.GRPC, nil}})
		}
	}
	hook := func(name string, h *corev1.LifecycleHandler) {
		if h != nil {
			emit(probeRow{r, name, "lifecycle." + name, handler{h.Exec, h.HTTPGet, h.TCPSocket, nil, h.Sleep}})
		}
	}
	probe("liveness", r.c.LivenessProbe)
	probe("readiness", r.c.ReadinessProbe)
	probe("startup", r.c.StartupProbe)
	if r.c.Lifecycle != nil {
		hook("postStart", r.c.Lifecycle.PostStart)
		hook("preStop", r.c.Lifecycle.PreStop)
	}
}

func probeColumns() []column[probeRow] {
	return []column[probeRow]{
		text("container", "name of the container", func(r probeRow) Value { return Str(r.c.Name) }).key(),
		text("container_type", "regular, init, sidecar or ephemeral", func(r probeRow) Value { return Str(r.ctype) }),
		text("probe", "liveness, readiness, startup, postStart or preStop", func(r probeRow) Value { return Str(r.probe) }),
		text("handler", "the field that is set: exec, httpGet, tcpSocket, grpc or sleep; NULL for none", func(r probeRow) Value { return Str(r.h.name()) }),
		text("host", "httpGet.host or tcpSocket.host; NULL for the pod itself", func(r probeRow) Value {
			switch {
			case r.h.http != nil:
				return Str(r.h.http.Host)
			case r.h.tcp != nil:
				return Str(r.h.tcp.Host)
			}
			return Null
		}),
		text("port", "port, by number or name", func(r probeRow) Value { return r.h.port() }),
		text("scheme", "httpGet.scheme", func(r probeRow) Value {
			if r.h.http == nil {
				return Null
			}
			return Str(r.h.http.Scheme)
		}),
		text("http_path", "httpGet.path", func(r probeRow) Value {
			if r.h.http == nil {
				return Null
			}
			return Str(r.h.http.Path)
		}),
		jsonCol("command", "exec.command", func(r probeRow) Value {
			if r.h.exec == nil {
				return Null
			}
			return JSON(r.h.exec.Command)
		}),
	}
}

func (h handler) name() string {
	switch {
	case h.exec != nil:
		return "exec"
	case h.http != nil:
		return "httpGet"
	case h.tcp != nil:
		return "tcpSocket"
	case h.grpc != nil:
		return "grpc"
	case h.sleep != nil:
		return "sleep"
	}
	return ""
}

func (h handler) port() Value {
	switch {
	case h.http != nil:
		return portText(&h.http.Port)
	case h.tcp != nil:
		return portText(&h.tcp.Port)
	case h.grpc != nil:
		p := intstr.FromInt32(h.grpc.Port)
		return portText(&p)
	}
	return Null
}

// portText is a port's number or name; NULL when unset.
func portText(p *intstr.IntOrString) Value {
	if p == nil || *p == (intstr.IntOrString{}) {
		return Null
	}
	return Str(p.String())
}
