/** `archive: {}`: a PostgreSQL of the relay's own, which loses nothing that was archived whatever is killed. */
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { joinEmbeddedPostgres } from '@longshore/embedded/postgres';
import { eventually, hasTool, redisUrl, testPrefix } from '@longshore/testkit';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { anEvent, envelope, longshore, startRelayProcess, workFolder, writeConfig } from './relay.js';

const LONG_MS = 240_000;

async function relayFolder() {
  const folder = await workFolder();
  // As root's PostgreSQL runs as another user.
  await chmod(folder, 0o711);
  const redis = { url: redisUrl(), prefix: testPrefix() };
  return { datadir: join(folder, 'data'), file: await writeConfig(folder, { archive: {}, redis }) };
}

/** Ids of the archived events; none while PostgreSQL does not answer. */
async function archived(datadir: string): Promise<string[]> {
  const address = await joinEmbeddedPostgres(datadir);
  if (!address) return [];
  const { socket: host, ...rest } = address;
  const client = new pg.Client({ host, ...rest });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query('select event_uuid as id from longshore.event order by 1');
    return rows.map(({ id }) => id);
  } catch {
    return [];
  } finally {
    await client.end().catch(() => {});
  }
}

const fresh = (count: number) =>
  Array.from(
    { length: count },
    (): Record<string, unknown> => ({ ...anEvent(), timestamp: new Date().toISOString() }),
  );

const pidOf = async (datadir: string): Promise<number> =>
  JSON.parse(await readFile(join(datadir, 'postgres', 'postgres.json'), 'utf8')).pid;

describe.skipIf(!hasTool('postgres'))('an embedded archive', () => {
  test(
    'has every event after kill -9 of PostgreSQL and of the relay, and after an orderly stop',
    async () => {
      const { datadir, file } = await relayFolder();
      const first = await startRelayProcess(file);
      const events = fresh(10);
      const ids = (count: number) =>
        events
          .slice(0, count)
          .map(({ id }) => String(id))
          .sort();
      const has = (count: number) =>
        eventually(
          () => archived(datadir),
          (found) => found.length === count,
          AT_LAST,
        );
      await first.post(envelope(...events));
      expect(await has(10)).toEqual(ids(10));

      process.kill(await pidOf(datadir), 'SIGKILL');
      await first.waitFor('the embedded PostgreSQL has died; starting one on the same data', AT_LAST);
      events.push(...fresh(10));
      await first.post(envelope(...events.slice(10)));
      expect(await has(20)).toEqual(ids(20));

      await first.crash();
      const second = await startRelayProcess(file);
      expect(await has(20)).toEqual(ids(20));
      events.push(...fresh(5));
      await second.post(envelope(...events.slice(20)));
      expect(await has(25)).toEqual(ids(25));
      expect((await second.stop()).code).toBe(0);
      expect(await joinEmbeddedPostgres(datadir)).toBeUndefined();
    },
    LONG_MS,
  );

  test(
    'is shared by the processes of a datadir, and by the command',
    async () => {
      const { datadir, file } = await relayFolder();
      const off = await longshore(['archive', 'status', '--config', file]).exited;
      expect([off.code, off.output]).toEqual([
        1,
        expect.stringContaining('no PostgreSQL of the archive runs in'),
      ]);
      const worker = await startRelayProcess(file, { roles: ['worker'] });
      const ingest = await startRelayProcess(file, { roles: ['ingest', 'dashboard'] });
      await ingest.post(envelope(...fresh(3)));
      await eventually(
        () => archived(datadir),
        (found) => found.length === 3,
        AT_LAST,
      );
      const status = await longshore(['archive', 'status', '--config', file, '--json']).exited;
      expect(status.code).toBe(0);
      expect(JSON.parse(status.output)).toMatchObject({ waiting: 0, ahead: 2, missing: [] });
      const lines = await longshore(['archive', 'export', '--config', file]).exited;
      expect(lines.output.trim().split('\n')).toHaveLength(3);
      // The dashboard's process takes PostgreSQL over from the worker's that owned it.
      await worker.crash();
      await ingest.waitFor(
        'the process that ran the embedded PostgreSQL has ended; starting one on the same data',
        AT_LAST,
      );
      expect(
        await eventually(
          () => archived(datadir),
          (found) => found.length > 0,
          AT_LAST,
        ),
      ).toHaveLength(3);
    },
    LONG_MS,
  );
});
