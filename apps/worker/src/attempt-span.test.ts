import { type Delivery, deliveryOf, EVENTS_V2 } from '@longshore/event';
import { startCollector } from '@longshore/testkit';
import { startTracing } from '@longshore/tracing/export';
import { expect, test } from 'vitest';
import { inAttemptSpan, inBatchSpan, noteVerdict } from './attempt-span.js';

const of = (letter: string) => `00-${letter.repeat(32)}-${letter.repeat(16)}-01`;

function delivery(receivedAt: number): Delivery {
  const target = { repository: 'acme/app', tag: '1.0' };
  const event = { id: 'e', class: 'event', action: 'push', nativeType: 'push', target } as const;
  const from = { source: 'main', kind: 'distribution', contentType: EVENTS_V2, receivedAt };
  return deliveryOf({ event, payload: { event: { id: 'e' } }, ...from }, 'one');
}

function taken(number: number, trace: string) {
  const { signal } = new AbortController();
  return { id: 'd', number, started: 1, probe: false, revived: false, signal, progress() {}, trace };
}

test('only the first attempt, within a minute, belongs to the trace of the enqueue; a batch has links to all', async () => {
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const said: string[] = [];
  const tracing = await startTracing(env, { version: '1', onTrouble: (message) => said.push(message) });
  const done = async (): Promise<void> => {};
  await inAttemptSpan(delivery(Date.now()), taken(1, of('a')), done);
  await inAttemptSpan(delivery(Date.now() - 120_000), taken(1, of('b')), done);
  await inAttemptSpan(delivery(Date.now()), taken(2, of('c')), done);
  const members = ['d', 'e'].map((letter) => ({
    delivery: delivery(Date.now()),
    taken: taken(1, of(letter)),
  }));
  await inBatchSpan(members, async (span) => {
    noteVerdict(span, { settle: 'dead', outcome: { kind: 'dead', reason: 'http_410', detail: 'gone' } });
  });
  await tracing?.close();

  const [soon, late, again, batch] = collector.spans();
  expect(said).toEqual([]);
  expect(soon).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'a'.repeat(16), links: [] });
  expect(late).toMatchObject({ links: ['b'.repeat(16)], attributes: { 'longshore.attempt': 1 } });
  expect(again).toMatchObject({ links: ['c'.repeat(16)], attributes: { 'longshore.attempt': 2 } });
  expect(batch).toMatchObject({
    ...{ name: 'process one', links: ['d'.repeat(16), 'e'.repeat(16)], failed: true },
    attributes: {
      'messaging.batch.message_count': 2,
      'longshore.outcome': 'dead',
      'error.type': 'http_410',
    },
  });
});
