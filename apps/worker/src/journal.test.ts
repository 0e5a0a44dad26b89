/** What operators did becomes a line, a metric and a step of the trail, each once. */
import { isIngestRecord } from '@longshore/observe';
import { connect } from '@longshore/queue';
import { createInspector, createJournal, type TrailEntry } from '@longshore/queue/operator';
import { redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { recordOperations } from './journal.js';
import { observed } from './testing/parts.js';

const of = { endpoint: 'one', deliveryId: 'd1', eventId: 'e1', source: 'registry' };

async function parts() {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  const inspector = createInspector(client, prefix);
  await inspector.remember(['one']);
  const journal = createJournal(client, prefix, isIngestRecord);
  const steps: TrailEntry[] = [];
  const trail = { note: (entry: TrailEntry) => void steps.push(entry) };
  const { observer, lines } = observed();
  return {
    journal,
    steps,
    observer,
    lines,
    run: () => recordOperations({ journal, inspector, observer, trail }),
  };
}

test('a replayed and a dropped delivery', async () => {
  const { journal, steps, observer, lines, run } = await parts();
  const more = { at: 5, attempts: 10, reason: 'http_503', repository: 'acme/app' };
  await journal.write([
    { what: 'replayed', by: 'longshore dead retry', ...of, ...more },
    { what: 'dropped', by: 'the dashboard', ...of, ...more },
  ]);
  await run();
  await run();
  expect(lines).toEqual([
    expect.objectContaining({ record: 'delivery.replayed', endpoint: 'one', by: 'longshore dead retry' }),
    expect.objectContaining({
      record: 'delivery.settled',
      outcome: 'dropped',
      attempts: 10,
      detail: 'dropped from the dead-letter set by the dashboard',
    }),
  ]);
  expect(steps).toEqual([
    { step: 'retried', at: 5, ...of, by: 'longshore dead retry' },
    { step: 'settled', at: 5, ...of, outcome: 'dropped', reason: 'http_503', by: 'the dashboard' },
  ]);
  const { body } = await observer.metrics();
  expect(body).toContain('longshore_deliveries_replayed_total{endpoint="one"} 1');
  expect(body).toContain('longshore_deliveries_settled_total{endpoint="one",outcome="dropped"} 1');
});

test('what left quarantine, and what a command took from there', async () => {
  const { journal, steps, lines, run } = await parts();
  const counts = { accepted: 1, enqueued: 1, duplicates: 0, ignored: 1, ms: 1 };
  await journal.write([
    {
      what: 'received',
      fields: { source: 's', kind: 'harbor', events: [], ...counts },
      also: { enqueuedTo: { one: 1 } },
    },
    { what: 'ignored', fields: { endpoint: 'two', rule: 'tag' } },
    { what: 'quarantined', fields: { source: 's', reason: 'no JSON', bytes: 1, quarantineId: 'q2' } },
    {
      what: 'unquarantined',
      at: 7,
      by: 'me',
      quarantineId: 'q1',
      source: 's',
      reason: 'no JSON',
      outcome: 'replayed',
    },
  ]);
  await run();
  expect(lines.map(({ record, msg }) => record ?? msg)).toEqual([
    'event.received',
    'delivery.ignored',
    'event.quarantined',
    'quarantined request taken',
  ]);
  expect(steps).toEqual([
    { step: 'unquarantined', at: 7, quarantineId: 'q1', outcome: 'replayed', by: 'me' },
  ]);
});

test('however many there are, each is recorded once, also beside another process', async () => {
  const { journal, lines, run } = await parts();
  const entries = Array.from({ length: 1_700 }, (_, n) => ({
    ...{ what: 'dropped' as const, at: n, by: 'me', attempts: 1, reason: 'timeout' },
    ...{ endpoint: 'one', deliveryId: `d${n}` },
  }));
  await journal.write(entries);
  await Promise.all([run(), run()]);
  const ids = lines.map(({ deliveryId }) => String(deliveryId));
  expect(ids).toHaveLength(1_700);
  expect(new Set(ids).size).toBe(1_700);
});
