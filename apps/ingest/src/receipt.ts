/** The result of a request: the HTTP answer, and the counts for callers that do not use HTTP. */
import type { Published } from '@longshore/publish';
import type { OpenedRequest } from '@longshore/sources';
import type { TraceIds } from '@longshore/tracing';
import type { Kept } from './keep.js';

/** The answer to a request. */
export interface Receipt {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON value; absent when there is nothing to say. */
  body?: unknown;
  /** Name of the source that it came through. */
  source: string;
  /** The counts, for callers that do not use HTTP; absent when the request was not read. */
  taken?: Taken;
  /** Of its span, when that is recorded. */
  trace?: TraceIds;
}

/** The result for the events of a request. */
export interface Taken {
  accepted: number;
  enqueued: number;
  duplicates: number;
  ignored: number;
  /** Ids in quarantine of what could not be read. */
  kept: readonly string[];
  /** Why it could not be read. */
  reason?: string;
}

/** Of a request that was read: `counts` are those of its events and deliveries. */
export function receiptOf(opened: OpenedRequest, counts: Published, kept: readonly Kept[]): Receipt {
  return { ...answer(opened, counts), taken: { ...counts, ...leftOver(kept) } };
}

function answer(opened: OpenedRequest, counts: Published): Receipt {
  const { source, taken, quarantined, note, respond } = opened;
  if (respond) return { ...respond, source };
  const empty = taken.length + quarantined.length === 0;
  const reasons = [...new Set(quarantined.map(({ reason }) => reason)), ...(note ? [note] : [])];
  return {
    source,
    status: empty ? 200 : 202,
    body: {
      ...counts,
      quarantined: quarantined.length,
      ...(opened.skipped !== undefined && { skipped: opened.skipped }),
      ...(reasons.length > 0 && { reason: reasons.join('; ') }),
    },
  };
}

function leftOver(kept: readonly Kept[]): Pick<Taken, 'kept' | 'reason'> {
  const reasons = [...new Set(kept.map(({ reason }) => reason))];
  const ids = kept.map(({ quarantineId }) => quarantineId);
  return { kept: ids, ...(reasons.length > 0 && { reason: reasons.join('; ') }) };
}
