{{- define "kspm.name" -}}
{{- if contains "kspm" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-kspm" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "kspm.selector" -}}
app.kubernetes.io/name: kspm
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "kspm.labels" -}}
{{ include "kspm.selector" . }}
app.kubernetes.io/component: {{ .Values.mode }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "kspm.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "kspm.sqlite" -}}
{{- if or (eq .Values.mode "agent") (not .Values.store.postgres) }}true{{ end }}
{{- end }}

{{- define "kspm.web" -}}
{{- if ne .Values.mode "agent" }}true{{ end }}
{{- end }}

{{- define "kspm.config" -}}
{{- if or .Values.alerts .Values.waivers .Values.owners }}true{{ end }}
{{- end }}

{{- define "kspm.args" -}}
- serve
{{- if eq .Values.mode "agent" }}
- --agent
- --hub-url={{ required "agent.hubURL: want https://…" .Values.agent.hubURL }}
- --token-file=/etc/kspm/token/token
{{- else }}
{{- if eq .Values.mode "hub" }}
- --hub
- --hub-listen=:8444
- --authority=/etc/kspm/authority
{{- range .Values.hub.hosts }}
- --hub-host={{ . }}
{{- end }}
- --store={{ required "store.postgres: a hub keeps its findings in PostgreSQL" .Values.store.postgres }}
{{- if gt (int .Values.hub.replicas) 1 }}
- --leader-elect
{{- end }}
{{- else }}
- --store={{ .Values.store.postgres | default "/var/lib/kspm/kspm.db" }}
{{- end }}
- --listen=:8443
- --tls-cert=/etc/kspm/tls/tls.crt
- --tls-key=/etc/kspm/tls/tls.key
- --auth={{ .Values.auth }}
{{- with .Values.externalURL }}
- --external-url={{ . }}
{{- end }}
{{- if .Values.alerts }}
- --alerts=/etc/kspm/config/alerts.yaml
{{- end }}
{{- end }}
{{- if ne .Values.mode "hub" }}
{{- range .Values.benchmarks }}
- --benchmark={{ . }}
{{- end }}
- --interval={{ .Values.interval }}
{{- if .Values.waivers }}
- --waivers=/etc/kspm/config/waivers.yaml
{{- end }}
{{- if .Values.owners }}
- --owners=/etc/kspm/config/owners.yaml
{{- end }}
{{- if .Values.openreports }}
- --openreports
{{- end }}
{{- end }}
- --metrics-listen=:9090
{{- range .Values.extraArgs }}
- {{ . }}
{{- end }}
{{- end }}

{{- define "kspm.pod" -}}
metadata:
  labels:
    {{- include "kspm.labels" . | nindent 4 }}
  {{- if include "kspm.config" . }}
  annotations:
    kspm.io/config: {{ list .Values.alerts .Values.waivers .Values.owners | toJson | sha256sum }}
  {{- end }}
spec:
  serviceAccountName: {{ include "kspm.name" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 60
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: kspm
    image: {{ include "kspm.image" . }}
    args:
    {{- include "kspm.args" . | nindent 4 }}
    env:
    - {name: GOMEMLIMIT, value: {{ .Values.goMemLimit | quote }}}
    {{- if eq .Values.mode "agent" }}
    - {name: HOME, value: /var/lib/kspm}
    {{- end }}
    {{- if not (include "kspm.sqlite" .) }}
    - {name: PGPASSFILE, value: /etc/kspm/store/pgpass}
    {{- end }}
    ports:
    {{- if include "kspm.web" . }}
    - {name: https, containerPort: 8443}
    {{- end }}
    {{- if eq .Values.mode "hub" }}
    - {name: agents, containerPort: 8444}
    {{- end }}
    - {name: metrics, containerPort: 9090}
    livenessProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 20, failureThreshold: 6}
    readinessProbe: {httpGet: {path: /readyz, port: metrics}, periodSeconds: 5}
    startupProbe: {httpGet: {path: /healthz, port: metrics}, periodSeconds: 2, failureThreshold: 60}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
    resources: {{ toYaml .Values.resources | nindent 6 }}
    volumeMounts:
    {{- if include "kspm.sqlite" . }}
    - {name: data, mountPath: /var/lib/kspm}
    {{- else }}
    - {name: store, mountPath: /etc/kspm/store, readOnly: true}
    {{- end }}
    {{- if include "kspm.web" . }}
    - {name: tls, mountPath: /etc/kspm/tls, readOnly: true}
    - {name: alerts, mountPath: /etc/kspm/alerts, readOnly: true}
    {{- end }}
    {{- if eq .Values.mode "hub" }}
    - {name: authority, mountPath: /etc/kspm/authority, readOnly: true}
    {{- end }}
    {{- if eq .Values.mode "agent" }}
    - {name: token, mountPath: /etc/kspm/token, readOnly: true}
    {{- end }}
    {{- if include "kspm.config" . }}
    - {name: config, mountPath: /etc/kspm/config, readOnly: true}
    {{- end }}
    - {name: tmp, mountPath: /tmp}
    - {name: api, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
  {{- if not (include "kspm.sqlite" .) }}
  - {name: store, secret: {secretName: {{ .Values.store.secret }}, defaultMode: 0440}}
  {{- end }}
  {{- if include "kspm.web" . }}
  - {name: tls, secret: {secretName: {{ .Values.tlsSecret }}, defaultMode: 0440}}
  - {name: alerts, secret: {secretName: {{ .Values.alertsSecret }}, optional: true, defaultMode: 0440}}
  {{- end }}
  {{- if eq .Values.mode "hub" }}
  - {name: authority, secret: {secretName: {{ .Values.hub.authoritySecret }}, defaultMode: 0440}}
  {{- end }}
  {{- if eq .Values.mode "agent" }}
  - {name: token, secret: {secretName: {{ .Values.agent.tokenSecret }}, optional: true, defaultMode: 0440}}
  {{- end }}
  {{- if include "kspm.config" . }}
  - {name: config, configMap: {name: {{ include "kspm.name" . }}, defaultMode: 0440}}
  {{- end }}
  - {name: tmp, emptyDir: {sizeLimit: 200Mi}}
  - name: api
    projected:
      defaultMode: 0440
      sources:
      - serviceAccountToken: {path: token, expirationSeconds: 3600}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
      - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
  {{- if gt (int .Values.hub.replicas) 1 }}
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "kspm.selector" . | nindent 8 }}
  {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
