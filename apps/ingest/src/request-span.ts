/** The spans of a request: one while its sender waits, another when it is drained from the spool later. */
import { ERRORS, LongshoreError } from '@longshore/event';
import { withoutToken } from '@longshore/sources';
import type { SpooledRequest } from '@longshore/spool';
import { idsInProgress, inSpan, isTracing, parentFor } from '@longshore/tracing';
import type { OpenRequest } from './open-request.js';
import type { Receipt } from './receipt.js';

/** A request that was verified, from its arrival to its answer. One that was refused before has no span. */
export function inRequestSpan(
  { opened, raw, started }: OpenRequest,
  work: () => Promise<Receipt>,
): Promise<Receipt> {
  if (!isTracing()) return work();
  const { source, kind, isProved = false } = opened;
  const route = withoutToken(raw.path, [source]);
  const start = () => ({
    kind: 'server' as const,
    startTime: Date.now() - (performance.now() - started),
    attributes: {
      'http.request.method': raw.method,
      'http.route': route,
      'http.request.body.size': raw.body.length,
      'longshore.source': source,
      'longshore.kind': kind,
    },
    ...parentFor(raw.headers.traceparent, isProved),
  });
  return inSpan(`${raw.method} ${route}`, start, async (span) => {
    try {
      const receipt = await work();
      span?.setAttributes({ 'http.response.status_code': receipt.status, ...countsOf(receipt) });
      return span ? { ...receipt, trace: idsInProgress() } : receipt;
    } catch (error) {
      const code = error instanceof LongshoreError ? error.code : 'INTERNAL';
      span?.setAttributes({ 'http.response.status_code': ERRORS[code].status ?? 500, 'error.type': code });
      throw error;
    }
  });
}

/** Its sender had its answer long ago. */
export function inDrainSpan<T>(request: SpooledRequest, work: () => Promise<T>): Promise<T> {
  const { source, kind, headers } = request;
  const attributes = { 'longshore.source': source, 'longshore.kind': kind };
  const start = () => ({ kind: 'internal' as const, attributes, ...parentFor(headers.traceparent, false) });
  return inSpan(`drain ${source}`, start, work);
}

function countsOf({ taken, body }: Receipt) {
  if (!taken) return { 'longshore.spooled': typeof body === 'object' && body !== null && 'spooled' in body };
  const { accepted, enqueued, duplicates, ignored, kept } = taken;
  return {
    'longshore.events.accepted': accepted,
    'longshore.events.quarantined': kept.length,
    'longshore.deliveries.enqueued': enqueued,
    'longshore.deliveries.duplicates': duplicates,
    'longshore.deliveries.ignored': ignored,
  };
}
