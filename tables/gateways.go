package tables

import "strconv"

// Gateways are those of the Gateway API, which is an add-on.
var Gateways = addon("gateway.networking.k8s.io", "v1", "gateways", "Gateway", true)

// gatewayRow is one listener of a Gateway, or a Gateway without any.
type gatewayRow struct {
	*Object
	gateway, listener map[string]any
	index             int
}

// K8sGateways has one row per listener of every Gateway.
var K8sGateways = define(spec[gatewayRow]{
	Name: "k8s_gateways",
	Row:  "listener of a gateway",
	Doc: `Every Gateway of the Gateway API (version v1), once for each of its listeners;
a Gateway without listeners has one row with listener NULL. A cluster that does
not serve the API has no rows.`,
	Examples: []string{
		"SELECT namespace, name, listener, hostname, port FROM k8s_gateways WHERE protocol IN ('HTTP', 'TCP')",
		"SELECT namespace, name, hostname FROM k8s_gateways g WHERE protocol = 'HTTP' AND NOT EXISTS (SELECT 1 FROM k8s_gateways t WHERE t.uid = g.uid AND t.hostname IS g.hostname AND t.protocol IN ('HTTPS', 'TLS'))",
		"SELECT gateway_class, count(DISTINCT uid) AS gateways, count(*) AS listeners FROM k8s_gateways GROUP BY gateway_class",
	},
	Columns: [][]column[gatewayRow]{
		common[gatewayRow](),
		{
			text("gateway_class", "spec.gatewayClassName", func(r gatewayRow) Value { return digText(r.gateway, "spec.gatewayClassName") }).key(),
			text("listener", "name of the listener", func(r gatewayRow) Value { return digText(r.listener, "name") }).key(),
			text("path", "path to it: spec.listeners[0]", func(r gatewayRow) Value {
				if r.listener == nil {
					return Null
				}
				return Str("spec.listeners[" + strconv.Itoa(r.index) + "]")
			}),
			text("hostname", "hostname; NULL for every host", func(r gatewayRow) Value { return digText(r.listener, "hostname") }).key(),
			integer("port", "port", func(r gatewayRow) Value { return digInt(r.listener, "port") }),
			text("protocol", "HTTP, HTTPS, TLS, TCP or UDP", func(r gatewayRow) Value { return digText(r.listener, "protocol") }),
			text("tls_mode", "tls.mode: Terminate or Passthrough", func(r gatewayRow) Value { return digText(r.listener, "tls.mode") }),
			jsonCol("tls_certificate_refs", "tls.certificateRefs", func(r gatewayRow) Value { return JSON(digList(r.listener, "tls.certificateRefs")) }),
			text("allowed_namespaces", "allowedRoutes.namespaces.from: Same, All, Selector or None", func(r gatewayRow) Value { return digText(r.listener, "allowedRoutes.namespaces.from") }),
			jsonCol("addresses", "values in status.addresses", func(r gatewayRow) Value {
				var all []any
				for _, a := range digList(r.gateway, "status.addresses") {
					if v := dig(a, "value"); v != nil {
						all = append(all, v)
					}
				}
				return JSON(all)
			}),
			text("exempt", "system for the cluster's own parts", func(r gatewayRow) Value { return exempt(r.Meta.Namespace) }),
		},
		where[gatewayRow](),
	},
	Sources: []source[gatewayRow]{fromAddon(Gateways, func(o *Object, v map[string]any, emit func(gatewayRow)) {
		listeners := digList(v, "spec.listeners")
		if len(listeners) == 0 {
			emit(gatewayRow{Object: o, gateway: v})
		}
		for i, l := range listeners {
			listener, _ := l.(map[string]any)
			emit(gatewayRow{o, v, listener, i})
		}
	})},
})
