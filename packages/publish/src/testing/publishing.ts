/** A publish over a real Redis, with what it recorded. Everything ends with the test. */
import { randomUUID } from 'node:crypto';
import { deliveryId, EVENTS_V2, type HistoryEntry, type TakenEvent } from '@longshore/event';
import { createObserver } from '@longshore/observe';
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import { eventually, redisUrl, testPrefix } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import type { PublishContext } from '../context.js';
import { createPublish, type PublishParts } from '../publish.js';
import { createRoutes, type PublishedEndpoint } from '../routes.js';

/** An endpoint that takes everything. */
export const anEndpoint = (name: string, some: Partial<PublishedEndpoint> = {}): PublishedEndpoint => ({
  name,
  disabled: false,
  accept: ['event', 'other'],
  ignore: { mediatypes: [], actions: [], repositories: [], tags: [] },
  ...some,
});

/** A push. @param more members of what is delivered */
export function anEvent(more: object = {}, id: string = randomUUID()): TakenEvent {
  const target = { repository: 'acme/app', tag: '1.0' };
  return {
    event: { id, class: 'event', action: 'push', nativeType: 'push', target },
    payload: { event: { id, action: 'push', target, ...more } },
    contentType: EVENTS_V2,
    source: 'distribution',
    kind: 'distribution',
    receivedAt: Date.now(),
  };
}

/** Where events come from and go, with these endpoints. */
export const contextOf = (
  endpoints: readonly PublishedEndpoint[],
  some: Partial<PublishContext> = {},
): PublishContext => ({
  routes: createRoutes(endpoints),
  source: 'distribution',
  kind: 'distribution',
  receivedAt: Date.now(),
  started: performance.now(),
  bytes: 1_000,
  ...some,
});

/** @param url of another Redis than the shared one @param room as in `PublishParts` */
export async function aPublish(url = redisUrl(), room?: PublishParts['room']) {
  const prefix = testPrefix();
  const client = connect({ url }, 'producer', () => {});
  const connected = () => eventually(() => client.status === 'ready');
  await connected();
  const producer = createProducer(client, prefix);
  const inspector = createInspector(client, prefix);
  const lines: Record<string, unknown>[] = [];
  const noted: HistoryEntry[] = [];
  const observer = createObserver({
    level: 'debug',
    pretty: false,
    version: '0',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  onTestFinished(async () => {
    await Promise.all([producer.close(), inspector.close()]).catch(() => {});
    client.disconnect();
  });
  return {
    publish: createPublish({
      ...(room && { room }),
      producer,
      history: { note: (entry) => void noted.push(entry) },
      observer,
    }),
    /** Resolves when Redis can be asked again. */
    connected,
    client,
    prefix,
    lines,
    noted,
    /** How many deliveries the metrics count as enqueued. */
    async enqueued(): Promise<number> {
      const { body } = await observer.metrics();
      const counts = body.matchAll(/^registry_notifications_events_total\{type="Events"[^}]*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    /** How many deliveries the metrics count as superseded. */
    async superseded(): Promise<number> {
      const { body } = await observer.metrics();
      const counts = body.matchAll(/^longshore_deliveries_settled_total\{.*outcome="superseded"\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    /** How many deliveries are in the queues of these endpoints. */
    async waiting(names: readonly string[]): Promise<number> {
      const counts = await Promise.all(names.map((name) => inspector.counts(name)));
      return counts.reduce((sum, each) => sum + each.waiting, 0);
    },
    /** Key of a delivery's job. */
    jobKey: (endpoint: string, { event, source }: TakenEvent) =>
      `${prefix}:{${endpoint}}:${deliveryId({ endpoint, source, eventId: event.id })}`,
  };
}
