/** OpenTelemetry's SDK: what it takes to post spans to a collector. Nothing else of Longshore imports it. */
import { setTimeout as pause } from 'node:timers/promises';
import { DiagLogLevel, diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { ExportResultCode, parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { TracingOptions } from './options.js';
import { activate } from './spans.js';
import type { Wanted } from './variables.js';

/** A collector that hangs must not hold up the end of the process. */
const CLOSE_TIMEOUT_MS = 3_000;

/** Spans are made and exported from now on. @returns what ends it */
export function startExport(wanted: Wanted, { version, onTrouble }: TracingOptions): () => Promise<void> {
  const quiet = () => {};
  diag.setLogger(
    { error: onTrouble, warn: onTrouble, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const ours = resourceFromAttributes({ 'service.name': 'longshore', 'service.version': version });
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(ours)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(exporterFor(wanted))],
  });
  activate({
    api: { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace },
    tracer: provider.getTracer('longshore', version),
    parse: (traceparent) => parseTraceParent(traceparent) ?? undefined,
    propagates: wanted.propagates,
  });
  return async () => {
    activate(undefined);
    const shutDown = provider.shutdown().catch((error: unknown) => onTrouble(String(error)));
    await Promise.race([shutDown, pause(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    diag.disable();
  };
}

/** @returns why the collector does not take spans; undefined when it does */
export async function tryExport(wanted: Wanted, timeoutMs: number): Promise<string | undefined> {
  const exporter = exporterFor(wanted, timeoutMs);
  const problem = await new Promise<string | undefined>((resolve) => {
    exporter.export([], ({ code, error }) => {
      resolve(code === ExportResultCode.SUCCESS ? undefined : (error?.message ?? 'no answer'));
    });
  });
  await exporter.shutdown();
  return problem;
}

/** It reads its other variables itself. */
function exporterFor({ protocol, endpoint: url }: Wanted, timeoutMillis?: number): SpanExporter {
  const options = { url, ...(timeoutMillis !== undefined && { timeoutMillis }) };
  return protocol === 'http/json' ? new JsonExporter(options) : new ProtobufExporter(options);
}
