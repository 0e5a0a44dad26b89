import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  atTestEnd,
  hasTool,
  selfSigned,
  startPostgres,
  type TestPostgres,
  testDatabase,
} from '@longshore/testkit';
import { expect, test } from 'vitest';
import { MIGRATION_LOCK } from './migrate.js';
import { openArchive } from './open.js';

test.skipIf(!hasTool('postgres'))('a PostgreSQL that moved to another socket is found there', async () => {
  const [first, second] = [await startPostgres(), await startPostgres()];
  await second.sql('create table here ()');
  let current = first;
  const connection = { socket: () => current.socket, port: 5432, user: 'longshore', database: 'postgres' };
  const archive = openArchive({ connection, onError: () => {} });
  atTestEnd(archive.close);
  const isSecond = async () =>
    (await archive.pool.query(`select to_regclass('here') as t`)).rows[0].t !== null;
  expect(await isSecond()).toBe(false);
  await first.stop();
  current = second;
  expect(await isSecond()).toBe(true);
});

test.skipIf(!hasTool('postgres'))(
  'a server that hangs holds up no close, and what waited for it rejects',
  async () => {
    const postgres = await startPostgres();
    const archive = openArchive({ connection: { url: await postgres.database() }, onError: () => {} });
    const client = await archive.pool.connect();
    await postgres.pause();
    const waiting = client.query('select 1').finally(() => client.release(true));
    const rejected = expect(waiting).rejects.toThrow('terminated');
    await archive.close();
    await rejected;
    await postgres.resume();
  },
);

test.skipIf(!hasTool('postgres'))('a url is asked for with each connection', async () => {
  const [first, second] = [await testDatabase(), await testDatabase()];
  let url = first;
  const archive = openArchive({ connection: { url: () => url }, max: 1, onError: () => {} });
  atTestEnd(archive.close);
  const { rows } = await archive.pool.query('select current_database() as name, pg_backend_pid() as pid');
  expect(first).toContain(rows[0].name);
  url = second;
  const client = await archive.pool.connect();
  client.release(true);
  const again = await archive.pool.query('select current_database() as name');
  expect(second).toContain(again.rows[0].name);
});

test.skipIf(!hasTool('postgres'))(
  'without an answer a query is given up, and its connection with it; a migration has its own time',
  async () => {
    const connection = { url: await testDatabase() };
    const archive = openArchive({ connection, max: 2, answerTimeout: 500, onError: () => {} });
    const held = openArchive({ connection, max: 1, onError: () => {} });
    for (const { close } of [archive, held]) atTestEnd(close);
    const holder = await held.pool.connect();
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const migrating = archive.migrate();
    await expect(archive.pool.query('select pg_sleep(60)')).rejects.toThrow(/timeout/);
    holder.release(true);
    await migrating;
    expect(archive.pool.totalCount).toBe(0);
  },
);

/** With TLS, on an address of its own. */
async function tlsPostgres(): Promise<{ postgres: TestPostgres; url: string; ca: string }> {
  const address = `127.${[0, 0, 0].map(() => 2 + Math.floor(Math.random() * 250)).join('.')}`;
  const postgres = await startPostgres({ settings: { listen_addresses: address } });
  const { cert, key } = selfSigned({ names: [address] });
  const { uid, gid } = await stat(postgres.data);
  const files = { 'server.crt': cert, 'server.key': key };
  for (const [name, text] of Object.entries(files)) {
    const file = join(postgres.data, name);
    await writeFile(file, text, { mode: 0o600 });
    await chown(file, uid, gid);
  }
  const rules = join(postgres.data, 'pg_hba.conf');
  await writeFile(rules, `${await readFile(rules, 'utf8')}\nhostssl all all 127.0.0.0/8 trust\n`);
  await postgres.sql('alter system set ssl = on');
  await postgres.sql('select pg_reload_conf()');
  return { postgres, url: `postgres://longshore@${address}/postgres`, ca: cert };
}

test.skipIf(!hasTool('postgres'))('over TLS, with an authority of its own', async () => {
  const { url, ca } = await tlsPostgres();
  const opened = (tls: () => object) => {
    const archive = openArchive({ connection: { url, tls }, max: 1, onError: () => {} });
    atTestEnd(archive.close);
    return archive.pool;
  };
  const pool = opened(() => ({ ca }));
  const isEncrypted = () => pool.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
  await expect.poll(async () => (await isEncrypted().catch(() => undefined))?.rows).toEqual([{ ssl: true }]);
  await expect(opened(() => ({})).query('select 1')).rejects.toThrow(/self-signed certificate/);
});
