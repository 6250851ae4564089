{{/*
One Deployment. Takes a dict of root, name (server, drain, scheduler, vcs-gateway), suffix (of its labels), values,
command, ports, secrets, env, and optionally strategy, readinessProbe, startupProbe.
*/}}
{{- define "lab.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "lab.fullname" .root }}-{{ .name }}
  labels: {{- include "lab.labels" . | nindent 4 }}
spec:
  replicas: {{ .values.replicaCount }}
  {{- with .strategy }}
  strategy: {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels: {{- include "lab.selector" . | nindent 6 }}
  template:
    metadata:
      {{- with .values.podAnnotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
      labels:
        {{- include "lab.labels" . | nindent 8 }}
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "lab.serviceAccountName" .root }}
      securityContext: {{- toYaml .values.podSecurityContext | nindent 8 }}
      containers:
        - name: {{ .name }}
          image: {{ .root.Values.shared.image | default "" | quote }}
          imagePullPolicy: {{ .values.pullPolicy }}
          command: [spacelift, backend, {{ .command }}]
          env: {{- toYaml .env | nindent 12 }}
          envFrom:
            {{- range .secrets }}
            - secretRef: { name: {{ . }} }
            {{- end }}
          ports:
            {{- range $name, $port := .ports }}
            - { name: {{ $name }}, containerPort: {{ $port }}, protocol: TCP }
            {{- end }}
          {{- with .readinessProbe }}
          readinessProbe: {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- with .startupProbe }}
          startupProbe: {{- toYaml . | nindent 12 }}
          {{- end }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          securityContext: {{- toYaml .values.securityContext | nindent 12 }}
          {{- with .values.volumeMounts }}
          volumeMounts: {{- toYaml . | nindent 12 }}
          {{- end }}
      {{- range $field := list "volumes" "nodeSelector" "affinity" "tolerations" }}
      {{- with get $.values $field }}
      {{ $field }}: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
{{- end }}
