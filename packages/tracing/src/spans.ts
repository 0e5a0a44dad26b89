/**
 * Makes spans while an exporter runs. While none does, every function here returns at once: no attribute is computed,
 * and nothing of OpenTelemetry is loaded, since only its types are imported.
 *
 * The exporter is one for the process, as OpenTelemetry's own is, so stages need no tracer handed to them.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Context, Link, Span, SpanContext, Tracer } from '@opentelemetry/api';

export type { Span } from '@opentelemetry/api';

/** What makes spans: the API, and what the exporter gives. */
export interface Active {
  api: Pick<typeof import('@opentelemetry/api'), 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode' | 'trace'>;
  tracer: Tracer;
  /** Undefined when it is no `traceparent`. */
  parse(traceparent: string): SpanContext | undefined;
  /** `traceparent` is read from requests and written to them. */
  propagates: boolean;
}

/** What a span begins with. */
export interface SpanStart {
  kind: 'server' | 'producer' | 'consumer' | 'client' | 'internal';
  attributes?: Attributes;
  /** Epoch milliseconds; now when it is absent. */
  startTime?: number;
  /** `traceparent` of the span that it belongs to; null: it starts a trace. Absent: the span in progress, if there is one. */
  parent?: string | null;
  /** `traceparent` of spans of other traces. What is none is left out. */
  links?: readonly (string | undefined)[];
}

/** As log lines and exemplars name them. */
export interface TraceIds {
  trace_id: string;
  span_id: string;
}

let active: Active | undefined;
const inProgress = new AsyncLocalStorage<Span>();

/** Begins making spans, or ends it with undefined. */
export function activate(next: Active | undefined): void {
  active = next;
}

/** Whether spans are made at all. */
export const isTracing = (): boolean => active !== undefined;

/** Whether `traceparent` of requests counts. */
export const propagates = (): boolean => active?.propagates === true;

/** A span that the caller ends; undefined while there is no exporter. @param start called only when it is needed */
export function beginSpan(name: string, start: () => SpanStart): Span | undefined {
  if (!active) return undefined;
  const { api, tracer } = active;
  const { kind, attributes, startTime, parent, links = [] } = start();
  const options = { kind: api.SpanKind[KINDS[kind]], attributes, startTime, links: links.flatMap(linkTo) };
  return tracer.startSpan(name, options, contextOf(active, parent));
}

/**
 * Runs `work` within a span that ends with it. An error that it rejects with becomes the span's status.
 * @param start called only when it is needed
 */
export function inSpan<T>(
  name: string,
  start: () => SpanStart,
  work: (span?: Span) => Promise<T>,
): Promise<T> {
  const span = beginSpan(name, start);
  return span ? withinSpan(span, work) : work();
}

async function withinSpan<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await inProgress.run(span, () => work(span));
  } catch (error) {
    failed(span, error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed. @param why one line, without secrets */
export function failed(span: Span | undefined, why: string): void {
  if (active) span?.setStatus({ code: active.api.SpanStatusCode.ERROR, message: why });
}

/** Of the span in progress, when it is recorded. */
export function idsInProgress(): TraceIds | undefined {
  const context = active && inProgress.getStore()?.spanContext();
  if (!context || !isSampled(context)) return undefined;
  return { trace_id: context.traceId, span_id: context.spanId };
}

/** The headers that carry the span in progress to another program. */
export function outgoingTrace(): Readonly<Record<string, string>> | undefined {
  const span = active?.propagates ? inProgress.getStore() : undefined;
  return span && { traceparent: traceparentOf(span) };
}

/** W3C Trace Context of a span, 55 characters. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

const KINDS = {
  server: 'SERVER',
  producer: 'PRODUCER',
  consumer: 'CONSUMER',
  client: 'CLIENT',
  internal: 'INTERNAL',
} as const;

const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & 1) === 1;

function linkTo(traceparent: string | undefined): Link[] {
  const context = traceparent === undefined ? undefined : active?.parse(traceparent);
  return context ? [{ context }] : [];
}

function contextOf({ api, parse }: Active, parent: string | null | undefined): Context {
  const remote = typeof parent === 'string' ? parse(parent) : undefined;
  if (remote) return api.trace.setSpanContext(api.ROOT_CONTEXT, remote);
  const span = parent === undefined ? inProgress.getStore() : undefined;
  return span ? api.trace.setSpan(api.ROOT_CONTEXT, span) : api.ROOT_CONTEXT;
}
