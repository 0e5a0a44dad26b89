import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { startPostgres } from './postgres.js';
import { psql } from './postgres-tools.js';
import { testDatabase } from './shared-postgres.js';
import { hasTool } from './tools.js';

const there = hasTool('postgres');

test.skipIf(!there)('what was committed is there after kill -9 and after an orderly stop', async () => {
  const postgres = await startPostgres();
  const url = await postgres.database();
  await postgres.sql('create table t (n int); insert into t values (1)', url);
  await postgres.kill9();
  await expect(postgres.sql('select 1', url)).rejects.toThrow('connection');
  await postgres.start();
  await postgres.sql('insert into t values (2)', url);
  await postgres.stop();
  await postgres.start();
  expect(await postgres.sql('select * from t', url)).toBe('1\n2');
});

test.skipIf(!there)(
  'a paused PostgreSQL does not answer, not even on a connection that was open',
  async () => {
    const postgres = await startPostgres();
    const open = postgres.sql('select pg_sleep(600)').then(
      () => 'slept',
      () => 'ended',
    );
    const sleeping = () => postgres.sql(`select count(*) from pg_stat_activity where wait_event = 'PgSleep'`);
    await eventually(sleeping, (count) => count === '1');
    await postgres.pause();
    expect(await stateOf(postgres.pid)).toBe('T');
    const answers: string[] = [];
    const first = open.then((answer) => answers.push(answer));
    const second = postgres.sql('select 2').then((answer) => answers.push(answer));
    expect(answers).toEqual([]);
    await postgres.resume();
    await second;
    await postgres.sql(`select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'`);
    await first;
    expect(answers.sort()).toEqual(['2', 'ended']);
  },
);

test.skipIf(!there)('it is not root that runs it, and its folder is private and goes', async () => {
  const postgres = await startPostgres({ settings: { work_mem: '5MB' } });
  const { uid } = await stat(postgres.data);
  expect(uid).not.toBe(0);
  expect((await stat(`/proc/${postgres.pid}`)).uid).toBe(uid);
  expect((await stat(postgres.socket)).mode & 0o777).toBe(0o700);
  expect(await postgres.sql('show work_mem')).toBe('5MB');
  await postgres.pause();
  await postgres.remove();
  await postgres.remove();
  expect(existsSync(postgres.socket)).toBe(false);
});

test.skipIf(!there)(
  'each test has a database of its own on the shared server, or a copy of one',
  async () => {
    const [first, second] = [await testDatabase(), await testDatabase()];
    await psql(first, 'create table t (n int); insert into t values (1)');
    await expect(psql(second, 'select * from t')).rejects.toThrow('does not exist');
    expect(await psql(await testDatabase(first), 'select * from t')).toBe('1');
  },
);

async function stateOf(pid: number): Promise<string | undefined> {
  return /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8'))?.[1];
}
