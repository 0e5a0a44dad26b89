/** A search whose caller is gone ends on the server too. */
import { atTestEnd, eventually, testDatabase } from '@longshore/testkit';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openTestArchive } from '../testing/archive.js';
import { createAsk } from './ask.js';

const asleep = sql`select pg_sleep(600)`;

async function parts() {
  const url = await testDatabase();
  // Longer than the test waits: nothing but the cancelling ends a query.
  const archive = openTestArchive(url, { statementTimeout: 600_000 });
  const watcher = openTestArchive(url);
  const running = async (): Promise<number> => {
    const { rows } = await watcher.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'
        and state = 'active'`,
    );
    return rows.length;
  };
  const runs = (count: number) => eventually(running, (now) => now === count);
  return { archive, ask: createAsk(archive), runs };
}

test('it is cancelled, and its connection serves the next one', async () => {
  const { archive, ask, runs } = await parts();
  const caller = new AbortController();
  const asked = ask(asleep, caller.signal);
  const rejected = expect(asked).rejects.toThrow('the caller is gone');
  await runs(1);
  caller.abort(new Error('the caller is gone'));
  await rejected;
  await runs(0);
  expect(await ask(sql`select 1 as one`, new AbortController().signal)).toEqual([{ one: 1 }]);
  expect(archive.pool.totalCount).toBe(archive.pool.idleCount);
});

test('it is cancelled when every connection has one', async () => {
  const { archive, ask, runs } = await parts();
  const caller = new AbortController();
  const count = archive.pool.options.max ?? 0;
  const rejected = Promise.all(
    Array.from({ length: count }, () => expect(ask(asleep, caller.signal)).rejects.toThrow('gone')),
  );
  await runs(count);
  caller.abort(new Error('gone'));
  await rejected;
  await runs(0);
});

test('one that is cancelled while it waits for a connection never begins', async () => {
  const { archive, ask, runs } = await parts();
  const held = await Promise.all(
    Array.from({ length: archive.pool.options.max ?? 0 }, () => archive.pool.connect()),
  );
  const release = (): void => {
    for (const client of held.splice(0)) client.release();
  };
  atTestEnd(async () => release());
  const caller = new AbortController();
  const rejected = expect(ask(asleep, caller.signal)).rejects.toThrow('gone');
  expect(archive.pool.waitingCount).toBe(1);
  caller.abort(new Error('gone'));
  release();
  await rejected;
  await runs(0);
});
