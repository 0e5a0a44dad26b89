{{- define "longshore.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "longshore.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "longshore.name" .) .Release.Name -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name (include "longshore.name" .) | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "longshore.namespace" -}}
{{ default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- /* Call with a dict: root, component. */ -}}
{{- define "longshore.selector" -}}
app.kubernetes.io/name: {{ include "longshore.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "longshore.labels" -}}
{{ include "longshore.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: longshore
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "longshore.metadata" -}}
name: {{ .name | default (printf "%s-%s" (include "longshore.fullname" .root) .component) }}
namespace: {{ include "longshore.namespace" .root }}
labels:
  {{- include "longshore.labels" . | nindent 2 }}
{{- end }}

{{- define "longshore.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- define "longshore.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "longshore.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end }}

{{- define "longshore.configMap" -}}
{{ .Values.existingConfigMap | default (include "longshore.fullname" .) }}
{{- end }}

{{- define "longshore.redisSecret" -}}
{{ .Values.redis.existingSecret | default (printf "%s-redis" .Release.Name) }}
{{- end }}

{{- /* Everybody may reach the dashboard when it asks for a sign-in; until then it is for its own pod. */ -}}
{{- define "longshore.dashboardIsOpen" -}}
{{- if dig "dashboard" "auth" dict .Values.config }}true{{ end -}}
{{- end }}

{{- /* Call with a dict: root, component, values. */ -}}
{{- define "longshore.env" -}}
- { name: LONGSHORE_CONFIG, value: /etc/longshore/longshore.yml }
- { name: LONGSHORE_DATADIR, value: /data }
- { name: LONGSHORE_ADMIN_LISTEN, value: ":5082" }
{{- if eq .component "ingest" }}
- { name: LONGSHORE_INGEST_LISTEN, value: ":5080" }
- { name: LONGSHORE_INGEST_SPOOL_ENABLED, value: {{ .values.spool.enabled | quote }} }
{{- end }}
{{- if eq .component "dashboard" }}
- { name: LONGSHORE_DASHBOARD_LISTEN, value: {{ ternary ":5081" "127.0.0.1:5081" (eq (include "longshore.dashboardIsOpen" .root) "true") | quote }} }
{{- end }}
{{- if .root.Values.redis.embedded.enabled }}
- { name: LONGSHORE_REDIS_URL, value: "redis://{{ include "longshore.fullname" .root }}-redis:6379" }
{{- else if .root.Values.redis.url }}
- { name: LONGSHORE_REDIS_URL, value: {{ .root.Values.redis.url | quote }} }
{{- else if not (or (dig "redis" "url" "" .root.Values.config) (dig "redis" "sentinels" list .root.Values.config) (dig "redis" "cluster" list .root.Values.config)) }}
- name: LONGSHORE_REDIS_URL
  valueFrom:
    secretKeyRef: { name: {{ include "longshore.redisSecret" .root }}, key: {{ .root.Values.redis.existingSecretKey }} }
{{- end }}
{{- with .root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* The pod of a component. Call with a dict: root, component, values, and data: the volume of /data, absent with a claim. */ -}}
{{- define "longshore.pod" -}}
{{- $root := .root -}}
{{- $spool := and (eq .component "ingest") .values.spool.enabled -}}
metadata:
  labels:
    {{- include "longshore.labels" . | nindent 4 }}
    {{- with .values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: longshore
    {{- if $root.Values.rollOnConfigChange }}
    checksum/config: {{ toYaml $root.Values.config | sha256sum }}
    {{- end }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "longshore.serviceAccount" $root }}
  automountServiceAccountToken: {{ $root.Values.serviceAccount.automount }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml $root.Values.podSecurityContext | nindent 4 }}
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: longshore
      image: {{ include "longshore.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [run, --role, {{ .component }}]
      env:
        {{- include "longshore.env" . | nindent 8 }}
      {{- with $root.Values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- if eq .component "ingest" }}
        - { name: http, containerPort: 5080 }
        {{- else if eq .component "dashboard" }}
        - { name: http, containerPort: 5081 }
        {{- end }}
        - { name: admin, containerPort: 5082 }
      # With a spool it takes events without Redis.
      startupProbe:
        httpGet: { path: {{ ternary "/healthz" "/readyz" $spool }}, port: admin }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /healthz, port: admin }
        periodSeconds: 10
        timeoutSeconds: 3
      readinessProbe:
        httpGet: { path: {{ ternary "/healthz" "/readyz" $spool }}, port: admin }
        periodSeconds: 5
        timeoutSeconds: 3
      {{- if eq .component "ingest" }}
      lifecycle:
        preStop:
          sleep: { seconds: {{ .values.preStopSeconds }} }
      {{- end }}
      securityContext:
        {{- toYaml $root.Values.securityContext | nindent 8 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - { name: config, mountPath: /etc/longshore, readOnly: true }
        - { name: data, mountPath: /data }
        - { name: tmp, mountPath: /tmp }
        {{- if $root.Values.secrets.existingSecret }}
        - { name: secrets, mountPath: {{ $root.Values.secrets.mountPath }}, readOnly: true }
        {{- end }}
        {{- with .values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap: { name: {{ include "longshore.configMap" $root }} }
    - name: tmp
      emptyDir: {}
    {{- if not $spool }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- with $root.Values.secrets.existingSecret }}
    - name: secrets
      secret: { secretName: {{ . }} }
    {{- end }}
    {{- with .values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- if .values.topologySpreadConstraints }}
    {{- toYaml .values.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "longshore.selector" . | nindent 10 }}
    {{- end }}
{{- end }}
