{{- /*
Fails on a secret that is written into `config`, which would be in a ConfigMap for everyone to read. Call with a dict:
value, path. What is a secret is told by its key, as in longshore.yml.
*/ -}}
{{- define "longshore.assertNoSecrets" -}}
{{- $secrets := list "password" "secret" "bearer" "token" "identity" "clientsecret" -}}
{{- $path := .path -}}
{{- range $name, $value := .value -}}
  {{- $here := printf "%s.%v" $path $name -}}
  {{- if kindIs "map" $value -}}
    {{- if has $name (list "basic" "header" "headers") -}}
      {{- range $of, $one := $value -}}
        {{- include "longshore.assertReference" (dict "value" $one "path" (printf "%s.%v" $here $of) "name" (lower $of) "in" $name) -}}
      {{- end -}}
    {{- else -}}
      {{- include "longshore.assertNoSecrets" (dict "value" $value "path" $here) -}}
    {{- end -}}
  {{- else if kindIs "slice" $value -}}
    {{- range $index, $one := $value -}}
      {{- if kindIs "map" $one -}}
        {{- include "longshore.assertNoSecrets" (dict "value" $one "path" (printf "%s[%d]" $here $index)) -}}
      {{- else if has $name $secrets -}}
        {{- include "longshore.assertReference" (dict "value" $one "path" $here "name" $name "in" "") -}}
      {{- end -}}
    {{- end -}}
  {{- else if has $name $secrets -}}
    {{- include "longshore.assertReference" (dict "value" $value "path" $here "name" $name "in" "") -}}
  {{- else if and (kindIs "string" $value) (contains "PRIVATE KEY" $value) -}}
    {{- fail (printf "%s is a private key written out: write file:/var/run/secrets/longshore/KEY (secrets.existingSecret)" $here) -}}
  {{- else if and (kindIs "string" $value) (regexMatch "^[a-z+]+://[^/@]*:[^/@]+@" $value) -}}
    {{- fail (printf "%s has a password in its url: write env:NAME, and the url into a Secret" $here) -}}
  {{- end -}}
{{- end -}}
{{- end }}

{{- /* Of `headers` only those that carry credentials are secret. */ -}}
{{- define "longshore.assertReference" -}}
{{- $open := and (eq .in "headers") (not (regexMatch "auth|token|secret|key|cookie|signature" .name)) -}}
{{- range (ternary .value (list .value) (kindIs "slice" .value)) -}}
  {{- if and (not $open) (kindIs "string" .) . (not (regexMatch "^(env|file):" .)) -}}
    {{- fail (printf "%s is a secret written out: write env:NAME (extraEnv, envFrom) or file:/var/run/secrets/longshore/KEY (secrets.existingSecret)" $.path) -}}
  {{- end -}}
{{- end -}}
{{- end }}
