import { atTestEnd, hasTool, startPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
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
