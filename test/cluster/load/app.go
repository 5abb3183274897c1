package load

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"
)

var (
	apps = []string{"api", "web", "gateway", "worker", "consumer", "auth", "sessions", "notifications", "recommendations", "exporter", "scheduler", "frontend", "admin", "webhooks", "ingest", "tracker", "mailer", "thumbnailer", "rules-engine", "graphql", "sync", "feed", "audit", "invoices"}

	stateful = []struct {
		name, image string
		port        int32
	}{
		{"postgresql", "docker.io/bitnami/postgresql:16.4.0", 5432},
		{"redis", "docker.io/library/redis:7.4-alpine", 6379},
		{"rabbitmq", "docker.io/library/rabbitmq:4.1-management", 5672},
		{"kafka", "docker.io/apache/kafka:4.0.0", 9092},
		{"elasticsearch", "docker.elastic.co/elasticsearch/elasticsearch:8.15.1", 9200},
		{"mongodb", "docker.io/library/mongo:8.0", 27017},
		{"minio", "quay.io/minio/minio:latest", 9000},
	}

	tasks = []string{"db-migrate", "nightly-report", "backup", "cleanup", "reindex", "sync-invoices", "rotate-keys", "export-usage"}
)

// care is how well a workload is secured, from everything done to dangerous.
type care int

const (
	hardened care = iota
	partial
	untouched
	careless
	dangerous
)

// app is one workload's program.
type app struct {
	ns      *namespace
	name    string
	image   string
	version string
	port    int32
	care    care
	account string
}

// newApp names an app that the namespace does not have yet, and adds the account, configuration,
// secrets and policies that its pods refer to or that select them.
func (p *plan) newApp(ns *namespace, base, image string, port int32) *app {
	ns.apps++
	a := &app{ns: ns, name: fmt.Sprintf("%s-%d", base, ns.apps), port: port, account: "default"}
	a.version = fmt.Sprintf("%d.%d.%d", p.between(0, 4), p.IntN(30), p.IntN(15))
	switch ns.level {
	case "restricted":
		a.care = hardened
	case "baseline":
		a.care = care(p.weighted(40, 30, 30))
	default:
		a.care = care(p.weighted(15, 25, 35, 18, 7))
	}
	if a.image = image; image == "" {
		a.image = "registry.example.com/" + ns.team + "/" + base
		switch {
		case a.care == hardened:
			a.image += ":" + a.version + "@sha256:" + p.hex(64)
		case a.care >= careless && p.chance(50):
			a.image += ":latest"
		case a.care >= careless && p.chance(20): // no tag at all
		default:
			a.image += ":" + a.version
		}
	}
	if p.chance(60) {
		a.account = a.name
		var automount *bool
		if a.care == hardened {
			automount = ptr.To(false)
		}
		p.supports = append(p.supports, serviceAccount(ns.name, a.name, automount))
		if a.care == dangerous {
			p.base = append(p.base, clusterBinding(ns.name+"-"+a.name, "cluster-admin", account(ns.name, a.name)))
		}
	}
	p.supports = append(p.supports,
		configMap(ns.name, a.name+"-config", "application.yaml", "server:\n  port: "+fmt.Sprint(port)+"\nlog:\n  level: info\n  format: json\nfeatures:\n  - bulk\n  - retries\n", "LOG_LEVEL", "info"),
		secret(ns.name, a.name+"-secrets", "DATABASE_PASSWORD", p.suffix(20), "API_TOKEN", p.suffix(32)))
	if p.chance(25) {
		p.supports = append(p.supports, &item{obj: p.helmRelease(a)})
	}
	if p.chance(30) {
		p.addAppPolicy(a)
	}
	return a
}

// labels are the ones that the workload, its template and its pods share.
func (a *app) labels() map[string]string {
	return with(nil,
		"app.kubernetes.io/name", strings.TrimRight(a.name, "-0123456789"),
		"app.kubernetes.io/instance", a.name,
		"app.kubernetes.io/version", a.version,
		"app.kubernetes.io/part-of", a.ns.team,
		"app.kubernetes.io/managed-by", "Helm",
		"helm.sh/chart", "service-3.2.1",
		"team", a.ns.team, "env", a.ns.env)
}

// helmRelease is what Helm keeps: a secret whose content is mostly noise.
func (p *plan) helmRelease(a *app) *corev1.Secret {
	s := secret(a.ns.name, "sh.helm.release.v1."+a.name+".v1", "release", p.letters(2500, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")).obj.(*corev1.Secret)
	s.Type = "helm.sh/release.v1"
	s.Labels = with(nil, "name", a.name, "owner", "helm", "status", "deployed", "version", "1")
	return s
}
