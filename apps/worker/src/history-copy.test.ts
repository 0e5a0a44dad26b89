/** The trail of a real Redis in a real PostgreSQL: what is copied, from where on, and what is missing. */
import { randomUUID } from 'node:crypto';
import { openArchive } from '@longshore/archive';
import { createHistoryStore } from '@longshore/archive/history';
import type { Config } from '@longshore/config';
import type { HistoryEntry, ReceivedEntry } from '@longshore/event';
import { connect, type RedisClient } from '@longshore/queue';
import { createTrail } from '@longshore/queue/trail';
import { eventually, redisUrl, startPostgres, testDatabase, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type HistoryCopyParts, startHistoryCopy } from './history-copy.js';
import { observed } from './testing/parts.js';

const DAY_MS = 86_400_000;
const INTERVAL_MS = 20;

const received = (eventId: string): ReceivedEntry => ({
  ...{ step: 'received', at: Date.now(), source: 'registry', kind: 'distribution', nativeType: 'push' },
  ...{ eventId, view: { action: 'push', repository: 'acme/app' }, planned: [], ignored: [] },
});

const nameOf = (entry: HistoryEntry): string => ('eventId' in entry && entry.eventId) || entry.step;

/** Notes each in a write of its own. @param count events that the trail keeps */
async function note(client: RedisClient, prefix: string, ids: readonly string[], count = 1_000) {
  for (const id of ids) {
    const trail = createTrail({ client, prefix, limits: () => ({ age: DAY_MS, count, bytes: 2 ** 30 }) });
    trail.note(received(id));
    await trail.close();
  }
}

async function parts(url?: string) {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  onTestFinished(() => client.disconnect());
  await new Promise((resolve) => client.once('ready', resolve));
  const archive = openArchive({ connection: { url: url ?? (await testDatabase()) }, onError: () => {} });
  onTestFinished(archive.close);
  await archive.migrate();
  const { observer, lines } = observed();
  const settings = { redis: { prefix }, retention: { trail: { age: DAY_MS } }, archive: { history: 0 } };
  const config = () => settings as Config;
  /** A worker; closed at the test’s end. */
  const start = (leader: HistoryCopyParts['leader'] = { leads: () => true }) => {
    const copy = startHistoryCopy({ archive, client, config, leader, observer, interval: INTERVAL_MS });
    onTestFinished(copy.close);
    return copy;
  };
  const copied = async (): Promise<string[]> => {
    const log = await createHistoryStore(archive.pool).open();
    const found: HistoryEntry[] = [];
    for await (const page of log.having({ repositories: ['acme/app'], gaps: true })) found.push(...page);
    return found.map(nameOf).toSorted();
  };
  const holds = (ids: readonly string[]) =>
    eventually(copied, (names) => names.length >= ids.length).then((names) =>
      expect(names).toEqual(ids.toSorted()),
    );
  return { archive, lines, start, holds, copied, note: note.bind(undefined, client, prefix) };
}

const some = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

test('the next worker continues where the last one ended', async () => {
  const { archive, start, holds, note } = await parts();
  const [first, later] = [some(40), some(3)];
  await note(first);
  const copy = start();
  await holds(first);
  await copy.close();
  await note(later);
  // What is behind the cursor is not read again, so it is not missed when it is gone from the archive.
  await archive.pool.query('delete from history');
  start();
  await holds(later);
});

test('a worker that does not lead copies nothing', async () => {
  const { start, holds, copied, note } = await parts();
  const [first] = [some(2)];
  await note(first);
  let asked = 0;
  let leading = false;
  start({ leads: () => ++asked > 0 && leading });
  await eventually(
    () => asked,
    (times) => times > 3,
  );
  expect(await copied()).toEqual([]);
  leading = true;
  await holds(first);
});

test('PostgreSQL killed meanwhile: nothing is missing, and nothing is there twice', async () => {
  const postgres = await startPostgres();
  const { lines, start, holds, note } = await parts(await postgres.database());
  const [before, meanwhile] = [some(5), some(40)];
  await note(before);
  start();
  await holds(before);
  await postgres.kill9();
  await note(meanwhile);
  const warning = 'the history cannot be copied into the archive, will try again';
  await eventually(
    () => lines,
    (all) => all.some(({ level, msg }) => level === 'warn' && msg === warning),
  );
  await postgres.start();
  await holds([...before, ...meanwhile]);
});

test('what the trail removed before it was copied is a gap, in the history and in the log', async () => {
  const { lines, start, holds, note } = await parts();
  const [copied, removed, kept] = [some(1), some(2), some(2)];
  await note(copied);
  const copy = start();
  await holds(copied);
  await copy.close();
  await note([...removed, ...kept], kept.length);
  start();
  await holds([...copied, 'gap', ...kept]);
  await eventually(
    () => lines,
    (all) => all.some(({ level, gaps }) => level === 'error' && gaps === 1),
  );
});
