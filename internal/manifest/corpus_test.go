package manifest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus writes n objects, realistic in kind, size and style, as YAML files of
// 100, and returns the folder and its bytes.
func corpus(tb testing.TB, n int) (string, int64) {
	tb.Helper()
	dir := tb.TempDir()
	var total int64
	var b bytes.Buffer
	for i := range n {
		b.WriteString("---\n")
		b.WriteString(corpusObject(i))
		if i%100 == 99 || i == n-1 {
			total += int64(b.Len())
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("apps-%04d.yaml", i/100)), b.Bytes(), 0o600); err != nil {
				tb.Fatal(err)
			}
			b.Reset()
		}
	}
	return dir, total
}

func corpusObject(i int) string {
	kinds := []string{
		corpusDeployment, corpusService, corpusConfigMap, corpusDeployment, corpusNetworkPolicy, corpusRole, corpusCronJob,
		corpusStatefulSet, corpusIngress, corpusService,
	}
	return strings.NewReplacer("NAME", fmt.Sprintf("app-%d", i), "NS", fmt.Sprintf("team-%d", i/10%40),
		"IMG", fmt.Sprintf("registry.example.com/team/app-%d:1.%d.0", i, i%17)).Replace(kinds[i%len(kinds)])
}

const (
	corpusDeployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
  namespace: NS
  labels:
    app.kubernetes.io/name: NAME
    app.kubernetes.io/part-of: shop
    app.kubernetes.io/managed-by: Helm
  annotations:
    example.com/owner: "team NS <NS@example.com>"
spec:
  replicas: 3
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      app.kubernetes.io/name: NAME
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 25%, maxUnavailable: 0}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: NAME
    spec:
      serviceAccountName: NAME
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        fsGroup: 10001
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: app
        image: IMG
        imagePullPolicy: IfNotPresent
        args: ["--listen=:8080", "--log-level", 'info']
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        env:
        - name: DATABASE_URL
          valueFrom:
            secretKeyRef:
              name: NAME-db
              key: url
        - name: LOG_FORMAT
          value: json
        resources:
          requests:
            cpu: 100m
            memory: 128Mi
          limits:
            memory: 256Mi
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop:
            - ALL
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
          initialDelaySeconds: 5
        volumeMounts:
        - name: tmp
          mountPath: /tmp
      volumes:
      - name: tmp
        emptyDir: {}
`
	corpusService = `apiVersion: v1
kind: Service
metadata:
  name: NAME
  namespace: NS
  labels:
    app.kubernetes.io/name: NAME
spec:
  type: ClusterIP
  selector:
    app.kubernetes.io/name: NAME
  ports:
  - name: http
    port: 80
    targetPort: http
    protocol: TCP
`
	corpusConfigMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: NAME
  namespace: NS
data:
  # what the app reads at start
  LOG_LEVEL: info
  FEATURES: "checkout,search"
  application.yaml: |
    server:
      port: 8080
      shutdown: graceful
    spring:
      datasource:
        url: jdbc:postgresql://db:5432/NAME
        hikari: {maximum-pool-size: 10}
    logging:
      level:
        root: INFO
  run.sh: |-
    #!/bin/sh
    set -eu
    exec /app --config /etc/app/application.yaml "$@"
`
	corpusNetworkPolicy = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: NAME
  namespace: NS
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: NAME
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: ingress-nginx
    ports:
    - protocol: TCP
      port: 8080
  egress:
  - to:
    - ipBlock:
        cidr: 10.0.0.0/8
        except:
        - 10.1.0.0/16
`
	corpusRole = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: NAME
  namespace: NS
rules:
- apiGroups: [""]
  resources: ["pods", "pods/log"]
  verbs: ["get", "list", "watch"]
- apiGroups: ["apps"]
  resources: ["deployments"]
  verbs: ["get"]
`
	corpusCronJob = `apiVersion: batch/v1
kind: CronJob
metadata:
  name: NAME
  namespace: NS
spec:
  schedule: "*/15 * * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        spec:
          restartPolicy: OnFailure
          containers:
            - name: job
              image: IMG
              command:
                - /bin/sh
                - -c
                - >-
                  /app/cleanup --older-than 30d
                  --batch 500
              resources:
                limits:
                  cpu: "1"
                  memory: 512Mi
              securityContext:
                runAsNonRoot: true
                privileged: false
`
	corpusStatefulSet = `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: NAME
  namespace: NS
spec:
  serviceName: NAME
  replicas: 2
  selector:
    matchLabels:
      app: NAME
  template:
    metadata:
      labels:
        app: NAME
    spec:
      terminationGracePeriodSeconds: 60
      containers:
        - name: db
          image: IMG
          ports:
            - containerPort: 5432
              name: pg
          env:
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
          resources:
            requests:
              cpu: 500m
              memory: 1Gi
          readinessProbe:
            exec:
              command: ["pg_isready", "-U", "postgres"]
            periodSeconds: 10
          volumeMounts:
            - name: data
              mountPath: /var/lib/postgresql/data
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: 20Gi
`
	corpusIngress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: NAME
  namespace: NS
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: nginx
  tls:
  - hosts:
    - NAME.example.com
    secretName: NAME-tls
  rules:
  - host: NAME.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: NAME
            port:
              name: http
`
)
