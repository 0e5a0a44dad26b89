/**
 * What happens to a request, in order: verify, normalize, publish its events, quarantine what cannot be read, answer.
 *
 * Resolves only once everything in it is durable, so a 2xx is a promise: each event is either enqueued for every
 * endpoint that wants it or in quarantine, each on its own, and as many replicas have it as `redis.wait` asks for. Each request leaves one closing record: received, refused,
 * spooled, or quarantined when nothing in it could be read; each event that could not be read leaves one of its own.
 * A request that Redis refused in part leaves a received record too, of what is durable all the same.
 */
import type { HistoryWriter } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { Publish, PublishObserver, Routes } from '@longshore/publish';
import type { SourceTally } from '@longshore/queue/activity';
import type { Replication } from '@longshore/queue/producer';
import type { Quarantine } from '@longshore/queue/quarantine';
import type { ReceivedTally } from '@longshore/queue/reconcile';
import type { RawRequest, RequestHead, Sources } from '@longshore/sources';
import { entriesOf, keep, reportKept } from './keep.js';
import type { OpenRequest } from './open-request.js';
import type { Rates } from './rates.js';
import { type Receipt, receiptOf } from './receipt.js';
import { inRequestSpan } from './request-span.js';

export type { OpenRequest } from './open-request.js';

/**
 * Makes everything in a request durable.
 * @throws LongshoreError whose row in `ERRORS` has the status to answer
 */
export type Take = (request: OpenRequest) => Promise<Receipt>;

/** A request whose head was accepted. */
export interface Admitted {
  /** False: the answer needs no body. */
  takesBody: boolean;
  /** The request with its body, verified to the end. Rejects as {@link Take} does. */
  receive(raw: RawRequest): Promise<Receipt>;
}

/**
 * The head of a request as it comes in; its body is not to be read before this has resolved.
 * @throws LongshoreError whose row in `ERRORS` has the status to answer
 */
export type Admit = (head: RequestHead) => Promise<Admitted>;

/**
 * Verifies and normalizes requests, and passes them to `take`.
 * @param sources asked for at each request
 * @param rates counts what is verified, so that no one else uses up a source's rate
 */
export function createAdmit(sources: () => Sources, rates: Rates, take: Take): Admit {
  return async (head) => {
    const started = performance.now();
    const { takesBody, open, source } = await sources().admit(head);
    if (source !== undefined) rates.count(source);
    return {
      takesBody,
      async receive(raw) {
        const opened = await open(raw);
        // Only now its source is certain: a signature, or the shared path.
        if (source === undefined && takesBody) rates.count(opened.source);
        const request = { opened, raw, started };
        return inRequestSpan(request, () => take(request));
      },
    };
  };
}

/**
 * A request that was verified when it came in and is taken again, or only now: by the source of that name, without
 * its credentials. The events' ids are those that they would have had then.
 */
export async function reopen(
  sources: Sources,
  source: string,
  raw: RawRequest,
  as?: string,
): Promise<OpenRequest> {
  const started = performance.now();
  return { opened: await sources.reopen(source, raw, as), raw, started };
}

/** What is recorded of a request that is taken. */
export type TakingObserver = PublishObserver &
  Pick<Observer, 'eventQuarantined' | 'log'> &
  Partial<Pick<Observer, 'linesSkipped'>>;

/** What a request passes through, in that order, and where it is recorded. */
export interface TakeParts {
  publish: Publish;
  /** Asked for at each request: they change with the configuration. */
  routes(): Routes;
  quarantine: Quarantine;
  replication: Replication;
  observer: TakingObserver;
  trail: HistoryWriter;
  /** Absent where what is taken was counted before, such as from quarantine. */
  tally?: Pick<SourceTally, 'note'>;
  /** Likewise. */
  received?: Pick<ReceivedTally, 'note'>;
}

/** See the header. */
export function createTake(parts: TakeParts): Take {
  const { publish, routes, quarantine, replication, observer, trail, tally, received } = parts;
  return async ({ opened, raw, started }) => {
    const { source, kind, taken, note } = opened;
    const { receivedAt, remote, body } = raw;
    const entries = entriesOf(raw, opened);
    const replicated = replication.begin();
    const counts = await publish(taken, {
      ...{ routes: routes(), source, kind, receivedAt, started, remote, detail: note },
      bytes: body.length,
      beside: entries.reduce((sum, entry) => sum + entry.body.length, 0),
    });
    const kept = await keep(quarantine, raw, opened, entries);
    reportKept(kept, raw, { observer, trail });
    if (opened.skipped !== undefined) observer.linesSkipped?.(source, opened.skipped);
    tally?.note(source, { accepted: taken.length, quarantined: kept.length });
    received?.note(source, taken, kept.length);
    if (taken.length + kept.length > 0) await replicated();
    return receiptOf(opened, counts, kept);
  };
}
