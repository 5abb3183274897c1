package tables

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestServices(t *testing.T) {
	service := func(name, annotations, spec string) string {
		return "kind: Service\napiVersion: v1\nmetadata: {name: " + name + ", namespace: shop, annotations: {" + annotations + "}}\nspec: {" + spec + "}\n---\n"
	}
	docs := service("cluster", "", "type: ClusterIP") +
		service("external", "", "externalIPs: [192.0.2.1]") +
		service("internal", "cloud.google.com/load-balancer-type: Internal", "type: LoadBalancer") +
		service("node", "", "type: NodePort") +
		service("not-internal", "service.beta.kubernetes.io/aws-load-balancer-internal: 'false'", "type: LoadBalancer") +
		service("outside", "service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing, service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, 192.0.2.0/24'", "type: LoadBalancer") + `
kind: EndpointSlice
apiVersion: discovery.k8s.io/v1
metadata: {name: outside-4, namespace: shop, labels: {kubernetes.io/service-name: outside}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1], targetRef: {kind: Pod, name: p}}, {addresses: [10.0.0.2], conditions: {ready: true}}, {addresses: [10.0.0.3], conditions: {ready: false}}]
ports: [{port: 80, name: ""}, {port: 443}]
---
kind: EndpointSlice
apiVersion: discovery.k8s.io/v1
metadata: {name: outside-6, namespace: shop, labels: {kubernetes.io/service-name: outside}}
addressType: IPv6
endpoints: [{addresses: ["2606:4700::1"]}, {addresses: ["fd00::2"]}]
---
kind: EndpointSlice
apiVersion: discovery.k8s.io/v1
metadata: {name: elsewhere, namespace: other, labels: {kubernetes.io/service-name: cluster}}
addressType: FQDN
endpoints: [{addresses: [a.example.com]}]`
	want := []string{
		`cluster 0 - 0 -`, `external 1 - 0 -`, `internal 1 1 0 -`, `node 1 - 0 -`, `not-internal 1 0 0 -`,
		`outside 1 0 2 ["10.0.0.0/8","192.0.2.0/24"]`,
	}
	if diff := gocmp.Diff(want, ask(t, K8sServices, docs, "name", "exposed", "internal_lb", "endpoints_ready", "load_balancer_source_ranges")); diff != "" {
		t.Error(diff)
	}
	want = []string{
		"cluster a.example.com FQDN - - - -",
		"outside 10.0.0.1 IPv4 0 - 443 p", "outside 10.0.0.1 IPv4 0 - 80 p",
		"outside 10.0.0.2 IPv4 0 1 443 -", "outside 10.0.0.2 IPv4 0 1 80 -",
		"outside 10.0.0.3 IPv4 0 0 443 -", "outside 10.0.0.3 IPv4 0 0 80 -",
		"outside 2606:4700::1 IPv6 1 - - -", "outside fd00::2 IPv6 0 - - -",
	}
	if diff := gocmp.Diff(want, ask(t, K8sEndpoints, docs, "service", "address", "address_type", "address_is_public", "ready", "port", "target_name")); diff != "" {
		t.Error(diff)
	}
}

func TestServicePorts(t *testing.T) {
	const aws = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert: arn, service.beta.kubernetes.io/aws-load-balancer-ssl-ports: "
	for _, test := range []struct {
		name, annotations, port string
		want                    string // looks_tls
	}{
		{"plain", "", `{port: 80, name: http}`, "0"},
		{"443", "", `{port: 443}`, "1"},
		{"imaps", "", `{port: 993}`, "1"},
		{"by name", "", `{port: 9000, name: web-https}`, "1"},
		{"by name with a number", "", `{port: 9000, name: https9000}`, "1"},
		{"by name of Istio", "", `{port: 9000, name: tls-app}`, "1"},
		{"a name that only holds it", "", `{port: 9000, name: turtles}`, "0"},
		{"HTTP/2 in the clear", "", `{port: 9000, name: http2, appProtocol: kubernetes.io/h2c}`, "0"},
		{"by protocol", "", `{port: 9000, appProtocol: https}`, "1"},
		{"by protocol of Kubernetes", "", `{port: 9000, appProtocol: kubernetes.io/wss}`, "1"},
		{"certificate for all ports", aws + `"*"`, `{port: 80}`, "1"},
		{"certificate for the port", aws + `"8080, 80"`, `{port: 80}`, "1"},
		{"certificate for its name", aws + `web`, `{port: 80, name: web}`, "1"},
		{"certificate for another port", aws + `"8443"`, `{port: 80}`, "0"},
		{"ports and no certificate", `service.beta.kubernetes.io/aws-load-balancer-ssl-ports: "*"`, `{port: 80}`, "0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			docs := "kind: Service\napiVersion: v1\nmetadata: {name: s, namespace: shop, annotations: {" + test.annotations + "}}\nspec: {ports: [" + test.port + "]}"
			if diff := gocmp.Diff([]string{test.want}, ask(t, K8sServicePorts, docs, "looks_tls")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPublicAddress(t *testing.T) {
	for address, want := range map[string]Value{
		"8.8.8.8": Bool(true), "2606:4700::1111": Bool(true), "::ffff:8.8.8.8": Bool(true),
		"10.1.2.3": Bool(false), "172.31.0.1": Bool(false), "192.168.0.1": Bool(false), "127.0.0.1": Bool(false), "169.254.169.254": Bool(false),
		"100.64.0.1": Bool(false), "0.0.0.0": Bool(false), "224.0.0.1": Bool(false), "255.255.255.255": Bool(false), "192.0.2.1": Bool(false), "198.18.0.1": Bool(false),
		"::1": Bool(false), "fe80::1%eth0": Bool(false), "fd00::1": Bool(false), "2001:db8::1": Bool(false), "::ffff:10.0.0.1": Bool(false), "::ffff:100.64.0.1": Bool(false), "ff02::1": Bool(false),
		"example.com": Null, "": Null,
	} {
		if got := publicAddress(address); got != want {
			t.Errorf("%s: %v, want %v", address, got.Any(), want.Any())
		}
	}
}
