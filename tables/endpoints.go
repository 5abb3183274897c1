package tables

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
)

// endpointRow is one address of an EndpointSlice, on one of its ports.
type endpointRow struct {
	*Object
	slice   *discoveryv1.EndpointSlice
	e       *discoveryv1.Endpoint
	address string
	port    *discoveryv1.EndpointPort
	index   int
}

var noTarget corev1.ObjectReference

// K8sEndpoints has one row per address and port behind a Service.
var K8sEndpoints = define(spec[endpointRow]{
	Name: "k8s_endpoints",
	Row:  "address and port behind a service",
	Doc: `Where Services really send traffic, from their EndpointSlices: name is the
slice's. An endpoint without a target is not a pod: someone wrote it, or it is
the API server's own.`,
	Examples: []string{
		"SELECT namespace, service, address, port FROM k8s_endpoints WHERE address_is_public",
		"SELECT s.namespace, s.name AS service, e.target_name AS pod FROM k8s_services s JOIN k8s_endpoints e ON e.namespace = s.namespace AND e.service = s.name JOIN k8s_pods p ON p.namespace = e.namespace AND p.name = e.target_name WHERE s.exposed AND p.host_network = 1",
		"SELECT namespace, service, address FROM k8s_endpoints WHERE target_kind IS NULL AND service <> 'kubernetes'",
	},
	Columns: [][]column[endpointRow]{common[endpointRow](), endpointColumns(), where[endpointRow]()},
	Sources: []source[endpointRow]{from(EndpointSlices, func(o *Object, v *discoveryv1.EndpointSlice, emit func(endpointRow)) {
		for i := range v.Endpoints {
			for _, address := range v.Endpoints[i].Addresses {
				r := endpointRow{o, v, &v.Endpoints[i], address, &discoveryv1.EndpointPort{}, i}
				if len(v.Ports) == 0 {
					emit(r)
				}
				for j := range v.Ports {
					r.port = &v.Ports[j]
					emit(r)
				}
			}
		}
	})},
})

func endpointColumns() []column[endpointRow] {
	target := func(r endpointRow) *corev1.ObjectReference { return orEmpty(r.e.TargetRef, &noTarget) }
	return []column[endpointRow]{
		text("service", "name of the service: label "+discoveryv1.LabelServiceName, func(r endpointRow) Value { return Str(r.slice.Labels[discoveryv1.LabelServiceName]) }).key(),
		text("path", "path to it: endpoints[0]", func(r endpointRow) Value { return Str("endpoints[" + strconv.Itoa(r.index) + "]") }),
		text("address", "IP address, or a host name where address_type is FQDN", func(r endpointRow) Value { return Str(r.address) }).key(),
		text("address_type", "addressType: IPv4, IPv6 or FQDN", func(r endpointRow) Value { return Str(r.slice.AddressType) }),
		integer("address_is_public", "1 when the Internet routes the address; NULL for a host name", func(r endpointRow) Value { return publicAddress(r.address) }),
		integer("ready", "conditions.ready; NULL counts as ready", func(r endpointRow) Value { return BoolPtr(r.e.Conditions.Ready) }),
		integer("terminating", "conditions.terminating", func(r endpointRow) Value { return BoolPtr(r.e.Conditions.Terminating) }),
		text("node_name", "nodeName", func(r endpointRow) Value { return StrPtr(r.e.NodeName) }).key(),
		text("zone", "zone", func(r endpointRow) Value { return StrPtr(r.e.Zone) }),
		text("target_kind", "targetRef.kind: Pod", func(r endpointRow) Value { return Str(target(r).Kind) }),
		text("target_name", "targetRef.name, in the namespace of the service", func(r endpointRow) Value { return Str(target(r).Name) }).key(),
		text("target_uid", "targetRef.uid", func(r endpointRow) Value { return Str(target(r).UID) }).key(),
		text("port_name", "name of the port", func(r endpointRow) Value {
			if r.port.Name == nil {
				return Null
			}
			return Str(*r.port.Name)
		}),
		integer("port", "port; NULL for all", func(r endpointRow) Value { return IntPtr(r.port.Port) }),
		text("protocol", "protocol", func(r endpointRow) Value { return StrPtr(r.port.Protocol) }),
		text("app_protocol", "appProtocol", func(r endpointRow) Value { return StrPtr(r.port.AppProtocol) }),
		text("exempt", "system for the cluster's own parts", func(r endpointRow) Value { return exempt(r.Meta.Namespace) }),
	}
}

// endpointCounts counts the ready endpoints of each service, by address type:
// a service of two families has each pod twice.
type endpointCounts map[string]map[discoveryv1.AddressType]int

func (c endpointCounts) of(key string) int {
	most := 0
	for _, n := range c[key] {
		most = max(most, n)
	}
	return most
}

func (c *endpointCounts) add(key string, t discoveryv1.AddressType, n int) {
	if *c == nil {
		*c = endpointCounts{}
	}
	if (*c)[key] == nil {
		(*c)[key] = map[discoveryv1.AddressType]int{}
	}
	(*c)[key][t] += n
}

var readyEndpoints = fact("ready endpoints by service", []*Resource{EndpointSlices}, func(c *endpointCounts, o *Object) {
	slice, ok := o.Value.(*discoveryv1.EndpointSlice)
	if !ok {
		return
	}
	n := 0
	for i := range slice.Endpoints {
		if ready := slice.Endpoints[i].Conditions.Ready; ready == nil || *ready {
			n++
		}
	}
	c.add(slice.Namespace+"/"+slice.Labels[discoveryv1.LabelServiceName], slice.AddressType, n)
}, func(into, from *endpointCounts) {
	for key, types := range *from {
		for t, n := range types {
			into.add(key, t, n)
		}
	}
}, nil).local()
