package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestGateways(t *testing.T) {
	const docs = `kind: Gateway
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: g, namespace: shop}
spec: {gatewayClassName: istio, listeners: [{name: web, port: 80, protocol: HTTP}, {name: tls, hostname: a.com, port: 443, protocol: HTTPS, tls: {mode: Terminate, certificateRefs: [{name: c}]}}]}
status: {addresses: [{type: IPAddress, value: 10.0.0.1}]}
---
kind: Gateway
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: empty, namespace: shop}
---
kind: Gateway
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: garbage, namespace: shop}
spec: {gatewayClassName: {a: b}, listeners: [web, {name: 1, port: many, tls: x}]}`
	want := []string{
		`empty - - - - - - - -`,
		`g spec.listeners[0] istio web - 80 HTTP - ["10.0.0.1"]`,
		`g spec.listeners[1] istio tls a.com 443 HTTPS Terminate ["10.0.0.1"]`,
		`garbage - - - - - - - -`,
		`garbage spec.listeners[1] - - - - - - -`,
	}
	got := ask(t, K8sGateways, docs, "name", "path", "gateway_class", "listener", "hostname", "port", "protocol", "tls_mode", "addresses")
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
