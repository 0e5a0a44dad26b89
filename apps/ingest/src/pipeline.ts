/**
 * What happens to a request, in order: admit, verify, normalize, route, enqueue, answer.
 *
 * Resolves only once everything in it is durable, so a 2xx is a promise: each event is either enqueued for every
 * endpoint that wants it or in quarantine, each on its own; or the request is in the spool, and comes here again.
 * Each request leaves one closing record: received, refused, spooled, or quarantined when nothing in it could be
 * read; each event that could not be read leaves one of its own.
 */
import { LongshoreError, type TakenEvent } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { Enqueued, Monitor, Producer } from '@longshore/queue';
import type { Quarantine, TrailWriter } from '@longshore/queue/operator';
import type { Router } from '@longshore/routing';
import type { OpenedRequest, RawRequest, RequestHead, Sources } from '@longshore/sources';
import { entriesOf, type Kept, keep } from './keep.js';
import { type Receipt, receiptOf } from './receipt.js';
import { routeAll } from './route.js';
import type { Cover } from './spool/cover.js';
import { noteQuarantined, noteReceived } from './trail-notes.js';

/** What a request passes through, in that order, and where it is told. */
export interface PipelineParts {
  /** Asked for at each request: they change with the configuration. */
  sources(): Sources;
  router(): Router;
  /** Windows of the endpoints that collapse equal facts, in milliseconds. */
  windows(): ReadonlyMap<string, number>;
  producer: Producer;
  quarantine: Quarantine;
  monitor: Monitor;
  /** What becomes of a request that Redis cannot have now. */
  cover: Cover;
  observer: TakingObserver;
  trail: Pick<TrailWriter, 'note'>;
}

/** What is recorded of a request that is taken. */
export type TakingObserver = Pick<
  Observer,
  'eventReceived' | 'eventQuarantined' | 'deliveryIgnored' | 'deliveryCollapsed' | 'log'
>;

/** Bytes that a delivery takes in Redis beside its event. */
const OVERHEAD = 1_024;

/** A request that may come in as far as its head says. */
export interface Admitted {
  /** False: the answer needs no body. */
  takesBody: boolean;
  /** The request with its body, verified to the end. */
  receive(raw: RawRequest): Promise<Receipt>;
}

/** All reject with a LongshoreError whose row in `ERRORS` has the status to answer. */
export interface IngestPipeline {
  /** The head of a request as it comes in; its body is not to be read before this has resolved. */
  admit(head: RequestHead): Promise<Admitted>;
  /**
   * A request that was verified when it came in and is taken again, or only now: by the source of that name,
   * without its credentials. The events' ids are those that they would have had then.
   */
  replay(source: string, raw: RawRequest): Promise<Receipt>;
}

/** See the header. */
export function createIngestPipeline(parts: PipelineParts): IngestPipeline {
  const { sources, router, windows, producer, quarantine, monitor, cover, observer, trail } = parts;

  const take = async (opened: OpenedRequest, raw: RawRequest, started: number): Promise<Receipt> => {
    const { deliveries, collapse, ignored, plans } = routeAll(opened.taken, router(), windows());
    const entries = entriesOf(raw, opened);
    const copies = deliveries.length / Math.max(1, opened.taken.length);
    const toKeep = entries.reduce((sum, { body }) => sum + body.length, 0);
    const bytes = copies * raw.body.length + deliveries.length * OVERHEAD + toKeep;
    if (bytes > 0) assertRoom(bytes, monitor);

    const [planned, kept] = await Promise.all([
      producer.enqueue(deliveries, { collapse, bytes: raw.body.length }),
      keep(quarantine, raw, opened, entries),
    ]);

    noteReceived(trail, raw, plans, planned);
    noteQuarantined(trail, raw, kept);
    for (const { endpoint, rule } of ignored) observer.deliveryIgnored({ endpoint, rule });
    for (const one of planned) recordCollapsed(one, observer);
    for (const entry of kept) recordKept(entry, observer);
    const enqueued = planned.filter(({ duplicate, collapsedInto }) => !duplicate && !collapsedInto);
    const collapsed = planned.filter(({ collapsedInto }) => collapsedInto).length;
    const counts = {
      accepted: opened.taken.length,
      enqueued: enqueued.length,
      duplicates: planned.length - enqueued.length - collapsed,
      ignored: ignored.length,
      ...(collapsed > 0 && { collapsed }),
    };
    if (opened.taken.length > 0 || kept.length === 0) {
      const { source, kind, note } = opened;
      const events = opened.taken.map(summary);
      const ms = performance.now() - started;
      const enqueuedTo = countByEndpoint(enqueued);
      observer.eventReceived({ source, kind, events, ...counts, ms, detail: note }, { enqueuedTo });
    }
    return receiptOf(opened, counts, kept);
  };

  return {
    async admit(head) {
      const started = performance.now();
      const { takesBody, open } = await sources().admit(head);
      return {
        takesBody,
        async receive(raw) {
          const opened = await open(raw);
          return cover(opened, raw, () => take(opened, raw, started));
        },
      };
    },
    async replay(source, raw) {
      const started = performance.now();
      return take(await sources().reopen(source, raw), raw, started);
    },
  };
}

/** @throws LongshoreError QUEUE_FULL, QUEUE_UNSAFE or QUEUE_TOO_SMALL */
function assertRoom(bytes: number, monitor: Monitor): void {
  if (!monitor.fits(bytes)) {
    const why = `this takes about ${bytes} bytes in Redis, which is more than 80 % of its maxmemory`;
    throw new LongshoreError('QUEUE_TOO_SMALL', `${why}; raise maxmemory`);
  }
  monitor.assertTakes(bytes);
}

function summary({ event }: TakenEvent) {
  const { repository, tag, digest } = event.target;
  return { id: event.id, action: event.action, repository, tag, digest };
}

function countByEndpoint(enqueued: readonly Enqueued[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { delivery } of enqueued) {
    counts[delivery.endpoint] = (counts[delivery.endpoint] ?? 0) + 1;
  }
  return counts;
}

function recordCollapsed({ delivery, collapsedInto }: Enqueued, observer: TakingObserver): void {
  if (collapsedInto === undefined) return;
  const { id, endpoint, eventId, view } = delivery;
  const { action, repository, tag } = view;
  const deliveryId = id;
  observer.deliveryCollapsed({ endpoint, deliveryId, eventId, into: collapsedInto, action, repository, tag });
}

/** What had to make room for it is told too: nothing leaves quarantine in silence. */
function recordKept({ evicted, ...entry }: Kept, observer: TakingObserver): void {
  observer.eventQuarantined(entry);
  for (const quarantineId of evicted) {
    observer.log.warn(
      { quarantineId },
      'quarantine is full: the oldest entry of the source that holds most was removed',
    );
  }
}
