/**
 * Whether spans are exported, by OpenTelemetry's own variables. The exporter reads the others (headers, timeout,
 * compression, certificates, sampler, batches) itself.
 */

/** What the variables ask for. */
export interface Wanted {
  protocol: 'http/protobuf' | 'http/json';
  /** The url that spans are posted to. */
  endpoint: string;
  /** The same without credentials. */
  url: string;
  /** `traceparent` of requests is read and written. */
  propagates: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** @returns undefined: nothing is exported; `problem`: nothing can be, in one line with the next step */
export function wanted(env: Env): Wanted | { problem: string } | undefined {
  const set = (name: string): string | undefined => env[name]?.trim() || undefined;
  const base = set('OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = set('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? (base && `${base.replace(/\/$/, '')}/v1/traces`);
  const exporter = set('OTEL_TRACES_EXPORTER') ?? 'otlp';
  const isOff = set('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || exporter === 'none';
  if (!url || isOff) return undefined;
  if (exporter !== 'otlp') {
    return { problem: `OTEL_TRACES_EXPORTER=${exporter} is not supported; use otlp or none` };
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    return { problem: 'the OTLP endpoint is not an http or https url; correct OTEL_EXPORTER_OTLP_ENDPOINT' };
  }
  const protocol =
    set('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? set('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    const step = 'use http/protobuf or http/json; collectors take both on port 4318';
    return { problem: `OTEL_EXPORTER_OTLP_PROTOCOL=${protocol} is not supported; ${step}` };
  }
  const propagators = (set('OTEL_PROPAGATORS') ?? 'tracecontext').split(',').map((name) => name.trim());
  const shown = Object.assign(new URL(url), { username: '', password: '', search: '' });
  return { protocol, endpoint: url, url: shown.href, propagates: propagators.includes('tracecontext') };
}
