/** From what the operator's functions give to what the API answers: times in ISO 8601, no headers, no secrets. */
import type { PreheatRun } from '@longshore/event';
import type {
  DeadLetterDetail,
  Quarantined,
  StoredDeliveryDetail,
  StoredEvent,
  Traced,
} from '@longshore/queue/operator';
import type { z } from 'zod';
import { type EndpointOverview, isCut, type Listing } from '../operate/index.js';
import type { Operation } from '../operate/operations.js';
import type * as answers from './answers/index.js';

type Answer<Name extends keyof typeof answers> = z.input<(typeof answers)[Name]>;

const iso = (ms: number): string => new Date(ms).toISOString();

/** `{ name: iso }` when there is a time, nothing otherwise. */
const at = <Name extends string>(name: Name, ms: number | undefined) =>
  (ms === undefined ? {} : { [name]: iso(ms) }) as { [Key in Name]?: string };

export function endpointAnswer(overview: EndpointOverview): Answer<'endpoint'> {
  const { name, configured, kind, url, state, disabled, pausedByConfig, pause, pulse, rate, settings } =
    overview;
  const { waiting, active, delayed, dead, failures, lastError, minutes } = pulse;
  return {
    name,
    configured,
    ...(kind && { kind }),
    ...(url && { url }),
    state,
    disabled,
    pausedByConfig,
    ...(pause && { pause: { ...pause, ...at('since', pause.since) } as Answer<'endpoint'>['pause'] }),
    ...{ waiting, active, delayed, dead, rate },
    ...at('oldestAt', pulse.oldestAt),
    ...at('newestDeadAt', pulse.newestDeadAt),
    ...at('lastDeliveredAt', pulse.lastDeliveredAt),
    ...at('lastFailedAt', pulse.lastFailedAt),
    ...at('failingSince', pulse.failingSince),
    failures,
    ...(lastError && { lastError: { ...lastError, at: iso(lastError.at) } }),
    minutes: minutes.map((minute) => ({ ...minute, at: iso(minute.at) })),
    ...(settings && { settings }),
  };
}

export function preheatAnswer(run: PreheatRun): Answer<'preheat'> {
  const { receivedAt, startedAt, finishedAt, ...rest } = run;
  const times = { receivedAt: iso(receivedAt), startedAt: iso(startedAt), finishedAt: iso(finishedAt) };
  return { ...rest, ...times };
}

const eventAnswer = (event: StoredEvent | undefined) =>
  event && { event: { ...event, receivedAt: iso(event.receivedAt) } };

export function deliveryAnswer(detail: StoredDeliveryDetail): Answer<'deliveryDetail'> {
  const { at: settledAt, event, delivery, ...rest } = detail;
  return { ...rest, ...at('at', settledAt), ...eventAnswer(event), ...contentOf(delivery) };
}

export function deadAnswer(letter: DeadLetterDetail): Answer<'deadDetail'> {
  const { deadAt, event, delivery, ...rest } = letter;
  return { ...rest, deadAt: iso(deadAt), ...eventAnswer(event), ...contentOf(delivery) };
}

function contentOf(delivery: StoredDeliveryDetail['delivery']) {
  if (!delivery) return {};
  const { event, text } = delivery.payload;
  return {
    contentType: delivery.contentType,
    ...(event && { payload: event }),
    ...(text && { payloadText: text, payload: JSON.parse(text) as unknown }),
  };
}

/** Without its body. */
export function quarantinedAnswer(entry: Quarantined): Answer<'quarantine'>['items'][number] {
  const { id, source, kind, reason, receivedAt, path, bytes } = entry;
  return { id, source, kind, reason, receivedAt: iso(receivedAt), path, bytes, cut: isCut(entry) };
}

export function quarantinedDetailAnswer(entry: Quarantined): Answer<'quarantinedDetail'> {
  const bytes = Buffer.from(entry.body, 'base64');
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(bytes);
  return { ...quarantinedAnswer(entry), ...(isText ? { body: text } : { bodyBase64: entry.body }) };
}

export function operationAnswer(operation: Operation): Answer<'operation'> {
  const { startedAt, endedAt, filter, ...rest } = operation;
  const { id, ...words } = filter;
  const left = Math.max(0, operation.total - operation.looked);
  const shown = { ...words, ...(id !== undefined && { id: [id].flat() }) };
  return { ...rest, filter: shown, left, startedAt: iso(startedAt), ...at('endedAt', endedAt) };
}

export function tracedAnswer({ trails, ...traced }: Traced): Answer<'traced'> {
  const plain = trails.map((trail) => ({
    ...trail,
    deliveries: trail.deliveries.map((delivery) => ({ ...delivery })),
    steps: trail.steps.map((step) => ({ ...step })),
  }));
  return { ...traced, trails: plain };
}

export const listAnswer = <Item, Shown>({ items, next }: Listing<Item>, shape: (item: Item) => Shown) => ({
  items: items.map(shape),
  ...(next !== undefined && { next }),
});
