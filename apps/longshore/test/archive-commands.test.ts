/** `longshore archive status`, `export --out` and `prune`, as an operator runs them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchive } from '@longshore/archive';
import { createArchiveWriter } from '@longshore/archive/write';
import { deliveryOf, EVENTS_V2 } from '@longshore/event';
import { eventually, hasTool, redisUrl, testDatabase, testPrefix } from '@longshore/testkit';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import { longshore, startRelay, workFolder, writeConfig } from './relay.js';

const DAY_MS = 86_400_000;
const LONG_MS = 120_000;

/** Noon of a day of UTC in the past. */
const noonOf = (daysAgo: number): number => (Math.floor(Date.now() / DAY_MS) - daysAgo + 0.5) * DAY_MS;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function pushAt(at: number) {
  const [id, timestamp] = [`event-${at}`, new Date(at).toISOString()];
  const payload = { id, timestamp, action: 'push', target: { repository: 'acme/app', tag: '1.0' } };
  const event = { ...payload, class: 'event' as const, action: 'push' as const, nativeType: 'push' };
  const taken = { event, payload: { event: payload }, contentType: EVENTS_V2, receivedAt: at };
  return deliveryOf({ ...taken, source: 'distribution', kind: 'distribution' }, 'archive');
}

/** An archive of daily partitions with an event at each of these times. */
async function archiveAt(...times: number[]) {
  const url = await testDatabase();
  const archive = openArchive({ connection: { url }, onError: () => {} });
  await archive.migrate();
  const options = { body: true, addresses: 'full', partition: 'day', retention: 0 } as const;
  await createArchiveWriter(archive, options).write(times.map(pushAt), new AbortController().signal);
  await archive.close();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const settings = { archive: { url, partition: 'day' }, redis };
  return { url, file: await writeConfig(await workFolder(), settings) };
}

async function session(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

const argsOf = (file: string, args: string[]) => ['archive', ...args, '--config', file];

/** In a process of its own, which costs seconds. */
const spawned = (file: string, ...args: string[]) => longshore(argsOf(file, args));

async function run(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await command(argsOf(file, args));
  return { code, output: stdout + stderr };
}

/** Ids of the events in the files of a folder, by the day of the file; files without events are left out. */
async function exported(folder: string): Promise<Record<string, string[]>> {
  const days: Record<string, string[]> = {};
  for (const name of (await readdir(folder)).sort()) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n').filter((line) => line !== '');
    const day = /^events-(.*)\.ndjson$/.exec(name)?.[1] ?? name;
    if (lines.length > 0) days[day] = lines.map((line) => JSON.parse(line).id);
  }
  return days;
}

const asExported = (...times: number[]) =>
  Object.fromEntries(times.map((at) => [dayOf(at), [`event-${at}`]]));

describe.skipIf(!hasTool('postgres'))('longshore archive', () => {
  test(
    'export --out writes a file for each day, continues after kill -9, and skips what is complete',
    async () => {
      const times = [5, 4, 3].map(noonOf) as [number, number, number];
      const { url, file } = await archiveAt(...times);
      const out = join(await workFolder(), 'export');
      const client = await session(url);
      // A search of the second day waits for this lock, and one of the first day does not.
      const second = `longshore.event_${dayOf(times[1]).replaceAll('-', '_')}`;
      await client.query(`begin; lock table ${second} in access exclusive mode`);
      const killed = spawned(file, 'export', '--out', out, '--since', new Date(times[0]).toISOString());
      const begun = (): Promise<string[]> => readdir(out).catch(() => []);
      await eventually(begun, (names) => names.includes(`events-${dayOf(times[1])}.ndjson.part`), AT_LAST);
      killed.kill('SIGKILL');
      await killed.exited;
      await client.query('commit');
      expect(await exported(out)).toEqual(asExported(times[0]));
      const first = join(out, `events-${dayOf(times[0])}.ndjson`);
      const { ino } = await stat(first);

      const again = await run(file, 'export', '--out', out);
      expect([again.code, again.output]).toEqual([
        0,
        expect.stringContaining(`2 events written to ${out}; 1 complete day skipped`),
      ]);
      expect(await exported(out)).toEqual(asExported(...times));
      expect((await stat(first)).ino).toBe(ino);
      const last = await run(file, 'export', '--out', out);
      expect([last.code, last.output]).toEqual([0, expect.stringContaining('0 events written')]);
      expect(await exported(out)).toEqual(asExported(...times));
    },
    LONG_MS,
  );

  test(
    'export --out writes whole days, because a later run does not look at them again',
    async () => {
      const times = [noonOf(5), noonOf(4)];
      const { file } = await archiveAt(...times);
      const out = join(await workFolder(), 'export');
      const within = times.map((at, n) => new Date(at + (n === 0 ? 1 : -1) * 3_600_000).toISOString());
      const args = ['--since', String(within[0]), '--until', String(within[1])];
      expect((await run(file, 'export', '--out', out, ...args)).code).toBe(0);
      expect(await exported(out)).toEqual(asExported(...times));
    },
    LONG_MS,
  );

  test(
    'status has what is there and what is missing, without Redis too',
    async () => {
      const { url, file } = await archiveAt(noonOf(1));
      const client = await session(url);
      await client.query('analyze longshore.event');
      const missing = await run(file, 'status');
      expect(missing.code).toBe(1);
      expect(missing.output).toMatch(/^events +[12] \(estimate\)$/m);
      expect(missing.output).toMatch(/^waiting +0$/m);
      expect(missing.output).toMatch(/^partitions +0 ahead; missing for the present: event, history, /m);
      const relay = await startRelay(file, { roles: ['worker'] });
      // A relay serves before a slow PostgreSQL has made its partitions.
      const whole = await eventually(
        () => run(file, 'status'),
        ({ code }) => code === 0,
      );
      expect(whole.output).toMatch(/^partitions +7 ahead; missing for the present: none$/m);
      await relay.stop();
      const redis = { LONGSHORE_REDIS_URL: 'redis://127.0.0.1:1' };
      const away = await command(argsOf(file, ['status', '--json']), redis);
      expect([away.code, away.stderr]).toEqual([
        0,
        expect.stringMatching(/what waits is not known: .*ECONNREFUSED/s),
      ]);
      expect(JSON.parse(away.stdout)).toMatchObject({ ahead: 7, missing: [] });
    },
    LONG_MS,
  );

  test(
    'prune asks first, drops only whole partitions before the time, and is recorded',
    async () => {
      const times = [noonOf(5), noonOf(4)] as [number, number];
      const { url, file } = await archiveAt(...times);
      const client = await session(url);
      const left = async () =>
        (
          await client.query(
            "select (at at time zone 'UTC')::date::text as day from longshore.event order by 1",
          )
        ).rows.map(({ day }) => day);
      const relay = await startRelay(file, { roles: ['worker'] });
      // Within the day of the second event: that partition has something newer.
      const before = ['prune', '--before', new Date(times[1]).toISOString()];
      const asked = await spawned(file, ...before).exited;
      expect([asked.code, asked.output]).toEqual([
        2,
        expect.stringMatching(/Drop \d+ partitions with everything in them .*add --yes/s),
      ]);
      expect(await left()).toEqual(times.map(dayOf));
      const pruned = await run(file, ...before, '--yes');
      expect([pruned.code, pruned.output]).toEqual([
        0,
        expect.stringMatching(new RegExp(`^dropped event_${dayOf(times[0]).replaceAll('-', '_')}, `, 'm')),
      ]);
      expect(await left()).toEqual([dayOf(times[1])]);
      const done = await relay.waitFor(
        ({ record, action, result }) =>
          record === 'operator.acted' && action === 'archive.prune' && result === 'done',
        AT_LAST,
      );
      expect(done).toMatchObject({ kind: 'command', count: pruned.output.trim().split('\n').length });
      const none = await run(file, ...before, '--yes');
      expect([none.code, none.output]).toEqual([0, expect.stringContaining('no partition ends at')]);
      expect((await run(file, 'prune', '--before', '2099-01-01')).output).toContain('is in the future');
    },
    LONG_MS,
  );
});
