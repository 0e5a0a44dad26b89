/** Events that tell facts, and what becomes of them: for the tests of `collapse`. */
import { randomUUID } from 'node:crypto';
import { type Delivery, deliveryOf, type Fact, factOf, type TakenEvent } from '@longshore/event';
import type { RedisClient } from '../connection.js';
import { createInspector } from '../inspector.js';
import type { Producer } from '../producer.js';

/** Milliseconds. */
export const WINDOW_MS = 60_000;
const NOW = Date.now();

/** What differs from a push of a tag by somebody. */
export interface Reported {
  action?: string;
  target?: TakenEvent['event']['target'];
  /** Milliseconds from the first. */
  at?: number;
}

/** A delivery to endpoint `a` of an event of its own id and source, and the fact that it tells. */
export interface Asked {
  delivery: Delivery;
  fact: Fact | undefined;
}

/** One event more, each time. */
export function reported({ action = 'push', target, at = 0 }: Reported = {}): Asked {
  const id = randomUUID();
  const full = { repository: 'acme/app', tag: '1.0', digest: 'sha256:aa', ...target };
  const event = { id, class: 'event', action, nativeType: action, target: full } as const;
  const envelope = { contentType: 'application/json', kind: 'distribution', receivedAt: NOW + at };
  const taken: TakenEvent = { ...envelope, event, payload: { event: { id } }, source: `replica-${id}` };
  return { delivery: deliveryOf(taken, 'a'), fact: factOf(taken) };
}

/** Of each: `new`, `known`, or the id of the delivery that reported it first. */
export async function enqueue(producer: Producer, ...asked: Asked[]): Promise<string[]> {
  const planned = asked.map(({ delivery, fact }) => ({
    ...delivery,
    ...(fact && { collapse: { fact, window: WINDOW_MS } }),
  }));
  const enqueued = await producer.enqueue(planned);
  return enqueued.map(({ duplicate, collapsedInto }) => (duplicate ? 'known' : (collapsedInto ?? 'new')));
}

/** How many deliveries wait for endpoint `a`. */
export async function waiting(client: RedisClient, prefix: string): Promise<number> {
  return (await createInspector(client, prefix).counts('a')).waiting;
}
