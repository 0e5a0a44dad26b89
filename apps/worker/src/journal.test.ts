/** What operators did becomes a line, a metric and a step of the trail, each once. */

import type { HistoryEntry } from '@longshore/event';
import { type IngestRecord, isIngestRecord } from '@longshore/observe/ingest-record';
import { connect } from '@longshore/queue';
import { createJournal, createJournalReader } from '@longshore/queue/journal';
import { redisUrl, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { createNoteRecorder } from './journal.js';
import { observed } from './testing/parts.js';

const of = { endpoint: 'one', deliveryId: 'd1', eventId: 'e1', source: 'registry' };

async function parts() {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  const journal = createJournal<IngestRecord>(client, prefix);
  const steps: HistoryEntry[] = [];
  const trail = { note: (entry: HistoryEntry) => void steps.push(entry) };
  const { observer, lines } = observed();
  /** Of one process, which leads until it has asked so often. */
  const worker = ({ until = Number.POSITIVE_INFINITY, failures = 0, unread = 0 } = {}) => {
    let asked = 0;
    let left = failures;
    let lost = unread;
    const leads = (): boolean => ++asked <= until;
    const reader = createJournalReader(client, prefix, isIngestRecord);
    const read: typeof reader.read = async (list) => {
      const page = await reader.read(list);
      if (lost-- > 0) throw new Error('Command timed out');
      const remove = async (count: number) => {
        if (left-- > 0) throw new Error('Redis is unavailable');
        return page.remove(count);
      };
      return { ...page, remove };
    };
    const leader = { confirm: async () => leads(), leads };
    return createNoteRecorder({ journal: { ...reader, read }, leader, observer, trail });
  };
  const recorder = worker();
  const run = async () => [await recorder.record(''), await recorder.record('one')];
  return { client, prefix, journal, steps, observer, lines, run, worker };
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

const many = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...{ what: 'dropped' as const, at: n, by: 'me', attempts: 1, reason: 'timeout' },
    ...{ endpoint: 'one', deliveryId: `d${n}` },
  }));

test('one that retention removed, and those that were only counted', async () => {
  const { client, prefix, journal, steps, observer, lines, run } = await parts();
  await journal.write([
    { what: 'expired', by: 'retention', at: 5, attempts: 10, reason: 'http_503', ...of, tag: '1.0' },
  ]);
  await client.hincrby(`${prefix}:{one}:~note-counts`, '["dropped","the dashboard"]', 12);
  expect(await run()).toEqual(['all', 'all']);
  const detail = 'removed from the dead-letter set by retention.dead';
  const expired = { ...of, outcome: 'expired', reason: 'http_503', detail };
  const { source: _, ...line } = expired;
  expect(lines).toEqual([
    expect.objectContaining({ record: 'delivery.settled', ...line, attempts: 10, tag: '1.0' }),
    expect.objectContaining({ record: 'delivery.counted', endpoint: 'one', outcome: 'dropped', count: 12 }),
  ]);
  expect(steps).toEqual([{ step: 'settled', at: 5, ...expired }]);
  const { body } = await observer.metrics();
  expect(body).toContain('longshore_deliveries_settled_total{endpoint="one",outcome="expired"} 1');
  expect(body).toContain('longshore_deliveries_settled_total{endpoint="one",outcome="dropped"} 12');
});

test('however many there are, each is recorded once', async () => {
  const { journal, lines, run } = await parts();
  await journal.write(many(1_700));
  await run();
  await run();
  const ids = lines.map(({ deliveryId }) => String(deliveryId));
  expect(ids).toHaveLength(1_700);
  expect(new Set(ids).size).toBe(1_700);
});

test.each([1, 2, 77, 201, 303])(
  'a process that leads no more after %i questions records nothing more, and its successor the rest once',
  async (until) => {
    const { journal, lines, worker } = await parts();
    await journal.write(many(500));
    // It is stopped in the middle of a page, and another one leads when it continues.
    expect(await worker({ until }).record('one')).toBe('lost');
    expect(lines.length).toBeLessThanOrEqual(until);
    expect(await worker().record('one')).toBe('all');
    expect(lines.map(({ deliveryId }) => deliveryId)).toEqual(many(500).map(({ deliveryId }) => deliveryId));
  },
);

test('notes whose removal Redis did not answer are not recorded again', async () => {
  const { journal, lines, worker } = await parts();
  await journal.write(many(3));
  const recorder = worker({ failures: 2 });
  await expect(recorder.record('one')).rejects.toThrow('Redis is unavailable');
  await expect(recorder.record('one')).rejects.toThrow('Redis is unavailable');
  expect(await recorder.record('one')).toBe('all');
  expect(await recorder.record('one')).toBe('all');
  expect(lines).toHaveLength(3);
});

test('a process whose answer got lost lets its page go, and its successor records all of it once', async () => {
  const { journal, lines, worker } = await parts();
  await journal.write(many(250));
  const [stopped, successor] = [worker({ unread: 1 }), worker()];
  await expect(stopped.record('one')).rejects.toThrow('Command timed out');
  expect(await successor.record('one')).toBe('waits');
  await stopped.letGo();
  expect(await successor.record('one')).toBe('all');
  await stopped.letGo();
  expect(lines.map(({ deliveryId }) => deliveryId)).toEqual(many(250).map(({ deliveryId }) => deliveryId));
});

test('a process that recorded a page and could not remove it does so before it lets it go', async () => {
  const { journal, lines, worker } = await parts();
  await journal.write(many(250));
  const [stopped, successor] = [worker({ failures: 1 }), worker()];
  await expect(stopped.record('one')).rejects.toThrow('Redis is unavailable');
  expect(await successor.record('one')).toBe('waits');
  await stopped.letGo();
  expect(await successor.record('one')).toBe('all');
  expect(lines.map(({ deliveryId }) => deliveryId)).toEqual(many(250).map(({ deliveryId }) => deliveryId));
});

test('what is no note is logged as it is stored', async () => {
  const { client, prefix, lines, run } = await parts();
  await client.rpush(`${prefix}:{one}:~notes`, 'garbage');
  await run();
  await run();
  expect(lines).toEqual([
    expect.objectContaining({ stored: 'garbage', msg: 'a note cannot be read, and is removed' }),
  ]);
});
