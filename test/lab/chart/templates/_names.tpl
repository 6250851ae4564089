{{- define "lab.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Takes a dict of root and suffix ("" for the server). These labels may never change: a selector is immutable. */}}
{{- define "lab.selector" -}}
app.kubernetes.io/name: {{ .root.Values.nameOverride | default .root.Chart.Name }}{{ .suffix }}
app.kubernetes.io/instance: {{ .root.Release.Name }}{{ .suffix }}
{{- end }}

{{/* The chart's and the app's version stand on the pods, as in the vendor's chart: any new version restarts everything. */}}
{{- define "lab.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{ include "lab.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "lab.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "lab.fullname" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end -}}
{{- end }}
