/**
 * Between a verified request and Redis: what Redis cannot have now and the sender would not send again goes to
 * the spool. While the spool holds anything, later requests go behind it, so that order is kept.
 *
 * Covered are all three reasons for which ingest refuses (away, full, set up unsafely): for a sender that does not
 * repeat, each of them loses the event. A fault of Longshore's own is not: the same request would fail again.
 */
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { OpenedRequest, RawRequest } from '@longshore/sources';
import type { Receipt } from '../receipt.js';
import type { Spool } from './spool.js';

/** Takes a request, by `take`, or spools it. Rejects as `take` does when neither can be. */
export type Cover = (
  opened: OpenedRequest,
  raw: RawRequest,
  take: () => Promise<Receipt>,
) => Promise<Receipt>;

/** Where a request goes instead, and who decides whether it may. */
export interface CoverParts {
  spool: Pick<Spool, 'put' | 'state'>;
  /** Asked for at each request: it changes with the configuration. */
  isSpooled(source: string, kind: string): boolean;
  observer: Observer;
}

/** Error codes that say "not now": the same request is taken when Redis is back. */
const NOT_NOW = ['QUEUE_UNAVAILABLE', 'QUEUE_FULL', 'QUEUE_UNSAFE'];

/** Is it Redis that cannot have the request now, and nothing about the request itself? */
export function isNotNow(error: unknown): error is LongshoreError {
  return error instanceof LongshoreError && NOT_NOW.includes(error.code);
}

/** It will not fit later either, so it is set aside when its turn comes: kept, and told loudly. */
const isTooLarge = (error: unknown): error is LongshoreError =>
  error instanceof LongshoreError && error.code === 'QUEUE_TOO_SMALL';

/** See the header. */
export function createCover({ spool, isSpooled, observer }: CoverParts): Cover {
  return async (opened, raw, take) => {
    const { source, kind } = opened;
    if (!holdsEvents(opened) || !isSpooled(source, kind)) return take();
    const put = async (reason: string): Promise<Receipt> => {
      await spool.put({ source, kind, raw });
      observer.eventSpooled({ source, kind, reason, bytes: raw.body.length });
      return { source, status: 202, body: { spooled: true } };
    };

    const putInstead = (error: unknown): Promise<Receipt> => {
      if (!(isNotNow(error) || isTooLarge(error))) throw error;
      return put(error.code).catch((fault: unknown) => {
        throw both(error, fault);
      });
    };
    if (spool.state.requests === 0) return take().catch(putInstead);
    return put('order').catch((fault: unknown) =>
      // The spool refuses: the event matters more than its place.
      take().catch((error: unknown) => {
        throw isNotNow(error) ? both(error, fault) : error;
      }),
    );
  };
}

/** Handshakes, pings and empty bodies leave nothing to keep; their answer is the format's. */
function holdsEvents({ taken, quarantined, respond }: OpenedRequest): boolean {
  return respond === undefined && taken.length + quarantined.length > 0;
}

/** Why Redis has it not, and why the spool has it not. */
function both(error: LongshoreError, fault: unknown): unknown {
  if (!(fault instanceof LongshoreError)) return fault;
  return new LongshoreError(fault.code, `${error.message}; ${fault.message}`, { cause: error });
}
