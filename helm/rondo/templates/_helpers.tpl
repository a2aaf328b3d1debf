{{- define "rondo.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "rondo.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "rondo.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "rondo.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* What selects the balancer's pods, and never changes. */ -}}
{{- define "rondo.selector" -}}
app.kubernetes.io/name: {{ include "rondo.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "rondo.labels" -}}
{{ include "rondo.selector" . }}
{{ include "rondo.ofTheChart" . }}
{{- end -}}

{{- define "rondo.ofTheChart" -}}
app.kubernetes.io/part-of: rondo
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* Another name, or the balancer's Service would send requests to the demo backends. */ -}}
{{- define "rondo.demo.selector" -}}
app.kubernetes.io/name: {{ include "rondo.name" . }}-backend
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- /* Short enough: a StatefulSet's pods have a label of its name and eleven characters more, 63 at most. */ -}}
{{- define "rondo.demo.name" -}}
{{ include "rondo.fullname" . | trunc 44 | trimSuffix "-" }}-backend
{{- end -}}

{{- define "rondo.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "rondo.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* For pods beside the balancer's: an account that was there before may have the right to pull images; its own may not be there yet. */ -}}
{{- define "rondo.serviceAccount.given" -}}
{{- if not .Values.serviceAccount.create -}}
serviceAccountName: {{ include "rondo.serviceAccount" . | quote }}
{{- end -}}
{{- end -}}

{{- define "rondo.image" -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag }}{{ end -}}
{{- end -}}

{{- /* The configuration: the values' own, and the demo backends where it names none. */ -}}
{{- define "rondo.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- if not (or $config.backends $config.pools) -}}
{{- if not .Values.demo.enabled -}}
{{- fail "rondo: nothing to balance: set config.backends or config.pools, or demo.enabled=true" -}}
{{- end -}}
{{- $backends := list -}}
{{- $name := include "rondo.demo.name" . -}}
{{- range $i := until (int .Values.demo.replicas) -}}
{{- $n := add1 $i -}}
{{- $url := printf "http://%s-%d.%s:5000" $name $n $name -}}
{{- $backends = append $backends (dict "id" (printf "server-%d" $n) "url" $url) -}}
{{- end -}}
{{- $_ := set $config "backends" $backends -}}
{{- if not (hasKey $config "health-check") -}}
{{- /* a pod's name outlives the pod: ask, and leave one that ends before it closes its port */ -}}
{{- $_ := set $config "health-check" (dict "path" "/health/ready" "interval" "1s" "timeout" "1s" "fall" 2 "rise" 1) -}}
{{- end -}}
{{- if not (hasKey $config "dns-refresh") -}}
{{- $_ := set $config "dns-refresh" "1s" -}}
{{- end -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{- /* Whether the demo backends are picked in turn: their weights are equal. */ -}}
{{- define "rondo.demo.rotates" -}}
{{- $strategy := default "round-robin" .Values.config.strategy -}}
{{- if not (or .Values.config.backends .Values.config.pools) -}}
{{- if has $strategy (list "round-robin" "weighted-round-robin") }}true{{ end -}}
{{- end -}}
{{- end -}}

{{- /* Whether the zone of a pod matters, and the values do not say it. */ -}}
{{- define "rondo.asksForZone" -}}
{{- $found := eq (toString .Values.config.locality) "prefer-zone" -}}
{{- range $pool := .Values.config.pools -}}
{{- $found = or $found (eq (toString $pool.locality) "prefer-zone") -}}
{{- end -}}
{{- $said := .Values.config.zone -}}
{{- range $variable := .Values.env -}}
{{- if and (eq $variable.name "RONDO_ZONE") $variable.value -}}
{{- $said = $variable.value -}}
{{- end -}}
{{- end -}}
{{- if and $found (not $said) }}true{{ end -}}
{{- end -}}

{{- /* The namespaces whose EndpointSlices the configuration asks for, each once, as a JSON list. */ -}}
{{- define "rondo.discovery.namespaces" -}}
{{- $found := list -}}
{{- $sources := list .Values.config.backends -}}
{{- if include "rondo.asksForZone" . -}}
{{- $found = append $found .Release.Namespace -}}{{- /* where the own pod's zone is found */ -}}
{{- end -}}
{{- range $pool := .Values.config.pools -}}
{{- $sources = append $sources $pool.backends -}}
{{- end -}}
{{- range $source := $sources -}}
{{- $kubernetes := dict -}}{{- /* what is no map is for rondo check to refuse */ -}}
{{- if kindIs "map" $source -}}
{{- $kubernetes = $source.kubernetes -}}
{{- end -}}
{{- if and (kindIs "map" $kubernetes) $kubernetes -}}
{{- $found = append $found (default $.Release.Namespace $kubernetes.namespace) -}}
{{- end -}}
{{- end -}}
{{- $found | uniq | toJson -}}
{{- end -}}

{{- define "rondo.discovers" -}}
{{- if include "rondo.discovery.namespaces" . | fromJsonArray }}true{{ end -}}
{{- end -}}

{{- /* Without leading zeros, which int64 takes for octal. */ -}}
{{- define "rondo.decimal" -}}
{{- regexFind "[1-9][0-9]*$" . | default "0" -}}
{{- end -}}

{{- /* Whole seconds, rounded up, of a duration as Rondo writes it: 500ms, 5s, 2m, 1h, 1d, PT1M30S. */ -}}
{{- define "rondo.seconds" -}}
{{- $text := toString . -}}
{{- if regexMatch "^[0-9]+(ms|s|m|h|d)$" $text -}}
{{- $number := include "rondo.decimal" (regexFind "^[0-9]+" $text) | int64 -}}
{{- $unit := regexFind "[a-z]+$" $text -}}
{{- if eq $unit "ms" -}}
{{- div (add $number 999) 1000 -}}
{{- else -}}
{{- mul $number (get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) $unit) -}}
{{- end -}}
{{- else if regexMatch "^P([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?$" $text -}}
{{- $days := regexFind "[0-9]+D" $text | trimSuffix "D" | include "rondo.decimal" | int64 -}}
{{- $time := regexFind "T.*$" $text -}}
{{- $hours := regexFind "[0-9]+H" $time | trimSuffix "H" | include "rondo.decimal" | int64 -}}
{{- $minutes := regexFind "[0-9]+M" $time | trimSuffix "M" | include "rondo.decimal" | int64 -}}
{{- $seconds := regexFind "[0-9.]+S" $time | trimSuffix "S" | float64 | ceil | int64 -}}
{{- add (mul $days 86400) (mul $hours 3600) (mul $minutes 60) $seconds -}}
{{- else -}}
{{- fail (printf "rondo: config.drain: %q is not a duration: write it as 5s, 500ms or PT5S" $text) -}}
{{- end -}}
{{- end -}}

{{- /* drain.delay, drain.timeout and ten seconds to end in: SIGKILL must never win. */ -}}
{{- define "rondo.grace" -}}
{{- range $variable := .Values.env -}}
{{- if regexMatch "^RONDO_(DRAIN_|SERVER_PORT$|ADMIN_PORT$)" $variable.name -}}
{{- fail (printf "rondo: env has %s: set it in config, which the chart reads as well" $variable.name) -}}
{{- end -}}
{{- end -}}
{{- with regexFind "-Drondo[.](drain[.][a-z]+|server[.]port|admin[.]port)" .Values.jvmOptions -}}
{{- fail (printf "rondo: jvmOptions has %s: set it in config, which the chart reads as well" .) -}}
{{- end -}}
{{- $delay := include "rondo.seconds" (include "rondo.drain.delay" .) | int64 -}}
{{- $timeout := include "rondo.seconds" (include "rondo.drain.timeout" .) | int64 -}}
{{- add $delay $timeout 10 -}}
{{- end -}}

{{- define "rondo.drain.delay" -}}
{{- default "5s" (default dict .Values.config.drain).delay -}}
{{- end -}}

{{- define "rondo.drain.timeout" -}}
{{- default "30s" (default dict .Values.config.drain).timeout -}}
{{- end -}}

{{- define "rondo.ports.http" -}}
{{- dig "server" "port" 8080 .Values.config -}}
{{- end -}}

{{- define "rondo.ports.admin" -}}
{{- $host := toString (dig "admin" "host" "" .Values.config) -}}
{{- if regexMatch "^(127[.]|localhost$|\\[?::1\\]?$)" $host -}}
{{- fail (printf "rondo: config.admin.host is %s, where no probe of the kubelet arrives: leave it out, and set networkPolicy.enabled=true to say who may reach the admin port" $host) -}}
{{- end -}}
{{- dig "admin" "port" 9090 .Values.config -}}
{{- end -}}

{{- define "rondo.pod.security" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "rondo.container.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "rondo.variables" -}}
{{- $own := list -}}
{{- range .Values.env -}}
{{- $own = append $own .name -}}
{{- end -}}
env:
  # beside the grace that is computed from them: a pod whose file is edited would drain for longer than it is given
  - {name: RONDO_DRAIN_DELAY, value: {{ include "rondo.drain.delay" . | quote }}}
  - {name: RONDO_DRAIN_TIMEOUT, value: {{ include "rondo.drain.timeout" . | quote }}}
  {{- if and (include "rondo.asksForZone" .) (not (has "RONDO_ZONE" $own)) }}
  # from Kubernetes 1.35 on a pod has this label of its node; before, it is empty, and Rondo looks into the EndpointSlices
  - {name: RONDO_ZONE, valueFrom: {fieldRef: {fieldPath: "metadata.labels['topology.kubernetes.io/zone']"}}}
  {{- end }}
  {{- with .Values.jvmOptions }}
  # JAVA_TOOL_OPTIONS would lose to the options that the image starts with
  - {name: _JAVA_OPTIONS, value: {{ . | quote }}}
  {{- end }}
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "rondo.volumeMounts" -}}
{{- with .Values.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}
