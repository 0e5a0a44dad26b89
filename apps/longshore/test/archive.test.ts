/** The archive as an endpoint of the relay: events arrive in PostgreSQL, once each, whatever PostgreSQL does meanwhile. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventually,
  redisUrl,
  startPostgres,
  startReceiver,
  testDatabase,
  testPrefix,
} from '@longshore/testkit';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { AT_LAST } from './control.js';
import {
  anEvent,
  envelope,
  longshore,
  type Settings,
  startRelay,
  startRelayProcess,
  workFolder,
  writeConfig,
} from './relay.js';

const LONG_MS = 240_000;
const DIGEST = `sha256:${'0'.repeat(64)}`;

async function config(archive: Settings, more: Settings = {}): Promise<string> {
  const redis = { url: redisUrl(), prefix: testPrefix() };
  return writeConfig(await workFolder(), { archive, redis, ...more });
}

/** Rows of a query on the archive. */
async function rowsOf(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const countOf = async (url: string): Promise<number> =>
  Number((await rowsOf(url, 'select count(*) as n from longshore.event'))[0]?.n);

/** Pushes with the present time. */
const fresh = (count: number) =>
  Array.from(
    { length: count },
    (): Record<string, unknown> => ({ ...anEvent(), timestamp: new Date().toISOString() }),
  );

test('every event is in the archive, beside the receivers, with what its rules ignore left out', async () => {
  const url = await testDatabase();
  const receiver = await startReceiver();
  const endpoints = [{ name: 'one', url: receiver.url }];
  const file = await config({ url, ignore: { actions: ['mount'] } }, { notifications: { endpoints } });
  const relay = await startRelay(file);
  const events = fresh(20);
  await relay.post(envelope(...events, anEvent({ action: 'mount' })));
  await eventually(
    () => countOf(url),
    (n) => n === 20,
    AT_LAST,
  );
  const rows = await rowsOf(url, 'select event_uuid from longshore.event order by 1');
  expect(rows.map((row) => row.event_uuid)).toEqual(events.map((event) => event.id).sort());
  const attempted = relay.records.filter(
    ({ record, endpoint }) => record === 'delivery.attempted' && endpoint === 'archive',
  );
  await eventually(() => attempted.length === 20 || attempted.length, undefined, AT_LAST);
  expect(new Set(attempted.map(({ reason }) => reason))).toEqual(new Set(['archived']));
});

test('the archive knows what a manifest lists, also where no receiver gets it', async () => {
  const url = await testDatabase();
  const receiver = await startReceiver();
  const relay = await startRelay(
    await config({ url }, { notifications: { endpoints: [{ name: 'one', url: receiver.url }] } }),
  );
  const references = [{ mediaType: 'application/vnd.oci.image.config.v1+json', size: 1, digest: DIGEST }];
  const [push, bare] = [fresh(1), fresh(1)];
  Object.assign(push[0]?.target ?? {}, { references });
  await relay.post(envelope(...push));
  await relay.post(envelope(...bare));
  await receiver.received(2, AT_LAST);
  expect(receiver.requests.map(({ body }) => body.includes('references'))).toEqual([false, false]);
  await eventually(
    () => countOf(url),
    (n) => n === 2,
    AT_LAST,
  );
  const found = await rowsOf(url, 'select refs from longshore.manifest');
  expect(found).toEqual([{ refs: references }]);
  // The registry sends it again, and the same event without them is the same event.
  await relay.post(envelope(...push));
  Reflect.deleteProperty(push[0]?.target ?? {}, 'references');
  const again = await relay.post(envelope(...push));
  expect(await again.json()).toMatchObject({ enqueued: 0, duplicates: 2 });
});

test(
  'PostgreSQL away costs no attempt and no dead letter, is reported everywhere, and slows no other endpoint',
  async () => {
    const postgres = await startPostgres();
    const url = await postgres.database();
    const receiver = await startReceiver();
    const endpoints = [{ name: 'one', url: receiver.url }];
    const file = await config({ url }, { notifications: { endpoints } });
    const relay = await startRelay(file);
    await relay.post(envelope(...fresh(50)));
    await eventually(
      () => countOf(url),
      (n) => n === 50,
      AT_LAST,
    );
    await postgres.kill9();
    await relay.post(envelope(...fresh(100)));
    // The other endpoint gets everything meanwhile.
    await receiver.received(150, AT_LAST);
    const status = () => longshore(['status', '--config', file]).exited;
    const words =
      /archive .*waiting since .*PostgreSQL of the archive is unavailable.*100 deliveries are kept.*start PostgreSQL/s;
    await eventually(
      async () => (await status()).output,
      (output) => words.test(output.replace(/\s+/g, ' ')),
      AT_LAST,
    );
    expect((await status()).code).toBe(1);
    const readyz = await fetch(`${relay.admin}/readyz`);
    expect(readyz.status).toBe(200);
    expect(await readyz.text()).toMatch(/the archive is unavailable since .*wait in the queue/);
    await postgres.start();
    await eventually(
      () => countOf(url),
      (n) => n === 150,
      AT_LAST,
    );
    await eventually(async () => (await status()).code === 0, undefined, AT_LAST);
    const failed = relay.records.filter(
      ({ record, outcome }) => record === 'delivery.attempted' && outcome !== 'delivered',
    );
    expect(failed).toEqual([]);
    expect(relay.records.some(({ msg }) => msg === 'the archive is available again')).toBe(true);
  },
  LONG_MS,
);

test(
  'a relay starts without PostgreSQL, and ingest takes events for it',
  async () => {
    const postgres = await startPostgres();
    const url = await postgres.database();
    await postgres.stop();
    const relay = await startRelay(await config({ url }));
    expect((await relay.post(envelope(...fresh(3)))).status).toBe(202);
    await postgres.start();
    await eventually(
      () => countOf(url).catch(() => 0),
      (n) => n === 3,
      AT_LAST,
    );
  },
  LONG_MS,
);

test(
  'another, empty database in its place, by a url in a file, is migrated without a restart',
  async () => {
    const [first, second] = [await testDatabase(), await testDatabase()];
    const folder = await workFolder();
    const place = join(folder, 'url');
    await writeFile(place, first);
    const relay = await startRelay(await config({ url: `file:${place}` }));
    await relay.post(envelope(...fresh(3)));
    await eventually(
      () => countOf(first),
      (n) => n === 3,
      AT_LAST,
    );
    await writeFile(place, second);
    await rowsOf(
      first,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await relay.post(envelope(...fresh(5)));
    await eventually(
      () => countOf(second).catch(() => 0),
      (n) => n === 5,
      AT_LAST,
    );
    expect(await countOf(first)).toBe(3);
  },
  LONG_MS,
);

test('an older process refuses a schema that a newer one has migrated', async () => {
  const url = await testDatabase();
  const file = await config({ url });
  await (await startRelay(file)).stop();
  await rowsOf(url, `insert into longshore.archive_migration (id, name) values (999, 'of the future')`);
  const run = longshore(['run', '--config', file]);
  const { code, output } = await run.exited;
  expect(code).toBe(1);
  expect(output).toMatch(/ARCHIVE_SCHEMA.*schema version 999.*run the newer Longshore/);
});

test(
  'taken = archived + duplicates, over kill -9 of workers, ingest and PostgreSQL in a stream',
  async () => {
    const postgres = await startPostgres({ settings: { fsync: 'on' } });
    const url = await postgres.database();
    const file = await config({ url });
    let ingest = await startRelayProcess(file, { roles: ['ingest'] });
    let workers = [
      await startRelayProcess(file, { roles: ['worker'] }),
      await startRelayProcess(file, { roles: ['worker'] }),
    ];
    const acknowledged = new Set<string>();
    const send = async (): Promise<void> => {
      const events = fresh(10);
      const sent = async () => (await ingest.post(envelope(...events))).status === 202;
      await eventually(() => sent().catch(() => false));
      for (const { id } of events) acknowledged.add(String(id));
    };
    const kill = async (n: number): Promise<void> => {
      if (n % 3 === 0) {
        await postgres.kill9();
        await send();
        await postgres.start();
      } else if (n % 3 === 1) {
        const [victim, ...others] = workers;
        await victim?.crash();
        workers = [...others, await startRelayProcess(file, { roles: ['worker'] })];
      } else {
        await ingest.crash();
        ingest = await startRelayProcess(file, { roles: ['ingest'] });
      }
    };
    for (let n = 0; n < 3; n++) {
      await Promise.all([kill(n), ...Array.from({ length: 10 }, send)]);
    }
    const missing = async (): Promise<number> => {
      const rows = await rowsOf(url, 'select event_uuid from longshore.event');
      const archived = new Set(rows.map((row) => String(row.event_uuid)));
      expect(rows).toHaveLength(archived.size);
      return [...acknowledged].filter((id) => !archived.has(id)).length;
    };
    await eventually(missing, (count) => count === 0);
    // The counts of the day are those of the rows.
    const [sums] = await rowsOf(
      url,
      'select (select sum(pushes) from longshore.push_day) as pushes, (select count(*) from longshore.event) as events',
    );
    expect(Number(sums?.pushes)).toBe(Number(sums?.events));
    const settled = [ingest, ...workers]
      .flatMap(({ records }) => records)
      .filter(({ record }) => record === 'delivery.settled');
    expect(settled).toEqual([]);
    onTestFinished(
      async () => void (await Promise.all([ingest, ...workers].map((process) => process.stop()))),
    );
  },
  LONG_MS,
);
