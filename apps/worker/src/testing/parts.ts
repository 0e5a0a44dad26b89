/** Builders for this package's tests. */
import type { Endpoint } from '@longshore/config';
import { type Delivery, deliveryOf, EVENTS_V2 } from '@longshore/event';
import { createObserver, type Observer } from '@longshore/observe';
import { compileRules } from '@longshore/routing';
import type { Attempt, AttemptResult, Sink } from '@longshore/sinks';
import type { LiveEndpoint } from '../pipeline.js';

export const aDelivery = (repository = 'acme/app'): Delivery =>
  deliveryOf(
    {
      event: { id: 'event-1', class: 'event', action: 'push', nativeType: 'push', target: { repository } },
      payload: { event: { id: 'event-1' } },
      contentType: EVENTS_V2,
      source: 'distribution',
      kind: 'distribution',
      receivedAt: Date.now(),
    },
    'one',
  );

/** A sink that answers what it is told; the port's own promise is that it never throws. */
export const sinkThat = (send: (delivery: Delivery, attempt: Attempt) => Promise<AttemptResult>): Sink => ({
  send: (deliveries, attempt) => Promise.all(deliveries.map((delivery) => send(delivery, attempt))),
  close: async () => {},
});

export function anEndpoint(sink: Sink, settings: Partial<Endpoint> = {}): LiveEndpoint {
  const all = {
    name: 'one',
    threshold: 3,
    backoff: 1_000,
    maxbackoff: 3_600_000,
    schedule: [],
    accept: ['event'],
    ignore: { mediatypes: [], actions: [], repositories: [], tags: [], sources: [] },
    disabled: false,
    ...settings,
  } as unknown as Endpoint;
  return { settings: all, ordered: false, ignores: compileRules(all), sink, attempts: new Set() };
}

/** An observer whose lines are kept. */
export function observed(): { observer: Observer; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { observer: createObserver({ level: 'debug', pretty: false, version: '0', destination }), lines };
}

/** For a worker of a test in which Longshore has no events of its own. */
export const nothingOfItsOwn = {
  publish: (): Promise<never> => Promise.reject(new Error('nothing is published here')),
  alerts: { get: async () => undefined },
};
