/**
 * The JSON of everything that an operator sees, the same from the API and from `--json`: times in ISO 8601, no request
 * headers, no secrets. The schemas are in `schemas`.
 */

import type { HistoryAnswer, PreheatRun } from '@longshore/event';
import type { DeadLetterDetail } from '@longshore/queue/dead';
import type { DeadGroups } from '@longshore/queue/dead-groups';
import type { StoredDelivery, StoredDeliveryDetail, StoredEvent } from '@longshore/queue/deliveries';
import type { Hold } from '@longshore/queue/hold';
import type { Quarantined } from '@longshore/queue/quarantine';
import type { z } from 'zod';
import type { BulkJob } from '../bulk/job.js';
import type { EndpointOverview } from '../endpoints.js';
import type { Listing } from '../port.js';
import { isTruncated } from '../quarantine.js';
import type * as schemas from '../schemas/index.js';

export { isTruncated } from '../quarantine.js';

type Answer<Name extends keyof typeof schemas.answers> = z.input<(typeof schemas.answers)[Name]>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** `{ name: iso }` when there is a time, nothing otherwise. */
const at = <Name extends string>(name: Name, ms: number | undefined) =>
  (ms === undefined ? {} : { [name]: iso(ms) }) as { [Key in Name]?: string };

function holdAnswer({ since, probeAt, until, ...hold }: Hold): Answer<'endpoint'>['hold'] {
  return { ...hold, since: iso(since), ...at('probeAt', probeAt), ...at('until', until) };
}

/** One endpoint with its numbers. */
export function endpointAnswer(overview: EndpointOverview): Answer<'endpoint'> {
  const {
    name,
    configured,
    kind,
    url,
    insecure,
    state,
    disabled,
    pausedByConfig,
    pause,
    pulse,
    rate,
    settings,
  } = overview;
  const { waiting, active, delayed, dead, failures, hold, lastError, minutes } = pulse;
  return {
    name,
    configured,
    ...(kind && { kind }),
    ...(url && { url }),
    state,
    ...(insecure && { insecure }),
    disabled,
    pausedByConfig,
    ...(pause && { pause: pauseAnswer(pause) }),
    waiting,
    active,
    delayed,
    dead,
    rate,
    ...at('oldestAt', pulse.oldestAt),
    ...at('newestDeadAt', pulse.newestDeadAt),
    ...at('lastDeliveredAt', pulse.lastDeliveredAt),
    ...at('lastFailedAt', pulse.lastFailedAt),
    ...at('failingSince', pulse.failingSince),
    failures,
    ...(hold && { hold: holdAnswer(hold) }),
    ...(lastError && { lastError: { ...lastError, at: iso(lastError.at) } }),
    minutes: minutes.map((minute) => ({ ...minute, at: iso(minute.at) })),
    ...(settings && { settings }),
  };
}

const pauseAnswer = ({ since, ...pause }: NonNullable<EndpointOverview['pause']>) => ({
  ...pause,
  ...at('since', since),
});

/** One run of a preheat endpoint. */
export function preheatAnswer(run: PreheatRun): Answer<'preheat'> {
  const { receivedAt, startedAt, finishedAt, ...rest } = run;
  const times = { receivedAt: iso(receivedAt), startedAt: iso(startedAt), finishedAt: iso(finishedAt) };
  return { ...rest, ...times };
}

const eventAnswer = (event: StoredEvent | undefined) =>
  event && { event: { ...event, receivedAt: iso(event.receivedAt) } };

/** One delivery with its event and its last answer. */
export function deliveryAnswer(
  detail: StoredDelivery & Partial<StoredDeliveryDetail>,
): Answer<'deliveryDetail'> {
  const { at: settledAt, event, delivery, taken: _taken, ...rest } = detail;
  return { ...rest, ...at('at', settledAt), ...eventAnswer(event), ...contentOf(delivery) };
}

/** One dead-lettered delivery with its event and its last answer. */
export function deadLetterAnswer(letter: DeadLetterDetail): Answer<'deadLetterDetail'> {
  const { deadAt, event, delivery, ...rest } = letter;
  return { ...rest, deadAt: iso(deadAt), ...eventAnswer(event), ...contentOf(delivery) };
}

/** Dead-lettered deliveries by cause. */
export const deadGroupsAnswer = ({ groups, ...counts }: DeadGroups): Answer<'deadGroups'> => ({
  groups: groups.map((group) => ({
    ...group,
    newestAt: iso(group.newestAt),
    oldestAt: iso(group.oldestAt),
  })),
  ...counts,
});

function contentOf(delivery: StoredDeliveryDetail['delivery']) {
  if (!delivery) return {};
  const { event, text } = delivery.payload;
  return {
    contentType: delivery.contentType,
    ...(event && { payload: event }),
    ...(text && { payloadText: text, payload: JSON.parse(text) as unknown }),
  };
}

/** A quarantined request without its body. */
export function quarantinedAnswer(entry: Quarantined): Answer<'quarantine'>['items'][number] {
  const { id, source, kind, reason, receivedAt, path, bytes } = entry;
  return { id, source, kind, reason, receivedAt: iso(receivedAt), path, bytes, cut: isTruncated(entry) };
}

/** A quarantined request with its body: as text, or in base64 when it is binary. */
export function quarantinedDetailAnswer(entry: Quarantined): Answer<'quarantinedDetail'> {
  const bytes = Buffer.from(entry.body, 'base64');
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return { ...quarantinedAnswer(entry), ...(isText ? { body: text } : { bodyBase64: entry.body }) };
}

/** A bulk action and its progress. */
export function operationAnswer(job: BulkJob): Answer<'operation'> {
  const { action, blocked, query, startedAt, endedAt, beatAt: _beatAt, ...rest } = job;
  const { id, ...others } = { id: undefined, ...query };
  const filter = { ...others, ...(id !== undefined && { id: [id].flat() }) };
  const left = Math.max(0, job.total - job.looked);
  const times = { startedAt: iso(startedAt), ...at('endedAt', endedAt) };
  const { counts, ...shown } = { counts: undefined, ...rest };
  const counted = counts && { counts: { ...counts } };
  return { ...shown, ...counted, act: action, filter, left, held: blocked, ...times };
}

/** The history of the events that a search found. */
export function tracedAnswer({ trails, ...traced }: HistoryAnswer): Answer<'traced'> {
  const plain = trails.map((trail) => ({
    ...trail,
    deliveries: trail.deliveries.map((delivery) => ({ ...delivery })),
    steps: trail.steps.map((step) => ({ ...step })),
  }));
  return { ...traced, trails: plain };
}

/** One page of a list. */
export const listAnswer = <Item, Shown>({ items, next }: Listing<Item>, shape: (item: Item) => Shown) => ({
  items: items.map(shape),
  ...(next !== undefined && { next }),
});
