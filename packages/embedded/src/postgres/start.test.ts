import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { datadirWithData, hasPostgres, sql, start } from '../testing/postgres.js';
import { gone, temporaryFolder } from '../testing/processes.js';
import { listPostgres } from './locate.js';
import { probe } from './probe.js';
import { isStillInUse, removeStaleLock, warningsIn } from './server.js';
import { joinEmbeddedPostgres } from './start.js';

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

describe.skipIf(!hasPostgres())('the embedded PostgreSQL', () => {
  test('what was committed is there after a restart, and it can be found while it runs', async () => {
    const datadir = await temporaryFolder();
    expect(await joinEmbeddedPostgres(datadir)).toBeUndefined();
    const waits: string[] = [];
    const first = await start(datadir, { onWait: (reason) => waits.push(reason) });
    expect(waits).toContain('making the data of the embedded PostgreSQL');
    expect(await joinEmbeddedPostgres(datadir)).toEqual({
      socket: dirname(first.socket),
      port: 5432,
      user: 'longshore',
      database: 'postgres',
    });
    await sql(first.socket, 'create table t (n int); insert into t values (1)');
    await first.stop();
    expect(await joinEmbeddedPostgres(datadir)).toBeUndefined();
    const second = await start(datadir);
    expect(await sql(second.socket, 'select * from t')).toBe('1');
  });

  test('only one user reaches it, never root; it has no port and a commit is on the disk', async () => {
    const datadir = await datadirWithData();
    vi.stubEnv('A_SECRET', 'hunter2');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { socket, pid } = await start(datadir);
    const dir = join(datadir, 'postgres');
    const { uid, mode } = await stat(dir);
    expect([uid === 0, mode & 0o777]).toEqual([false, 0o700]);
    expect((await stat(datadir)).mode & 0o777).toBe(isRoot ? 0o711 : 0o700);
    expect((await stat(dirname(socket))).mode & 0o777).toBe(0o700);
    expect((await stat(`/proc/${pid}`)).uid).toBe(uid);
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('hunter2');
    const names = ['listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes', 'server_encoding'];
    const values = await Promise.all(names.map((name) => sql(socket, `show ${name}`)));
    expect(values).toEqual(['', 'on', 'on', 'on', 'UTF8']);
    await sql(socket, 'create extension pg_trgm');
  });

  test('stop is an orderly one: no process, no socket, nothing to recover; and it may be called twice', async () => {
    const datadir = await datadirWithData();
    const postgres = await start(datadir);
    await Promise.all([postgres.stop(), postgres.stop()]);
    await postgres.stop();
    await gone(postgres.pid);
    await expect(stat(dirname(postgres.socket))).rejects.toThrow('ENOENT');
    expect(await readdir(join(datadir, 'postgres'))).not.toContain('socket');
    const [programs] = await listPostgres();
    const control = join(programs?.bin ?? '', 'pg_controldata');
    const { stdout } = await run(control, [join(datadir, 'postgres', 'data')]);
    expect(stdout).toMatch(/^Database cluster state: +shut down$/m);
  });

  test('data without a start is whole or is not there: what an interrupted one left is moved aside', async () => {
    const datadir = await temporaryFolder();
    const data = join(datadir, 'postgres', 'data');
    const draft = join(datadir, 'postgres', 'data.draft-0');
    for (const folder of [draft, data]) await mkdir(join(folder, 'base'), { recursive: true });
    const first = await start(datadir);
    const names = await readdir(join(datadir, 'postgres'));
    expect(names.filter((name) => name.startsWith('data.draft'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('data.incomplete-'))).toHaveLength(1);
    await first.stop();
    await rm(join(data, 'global', 'pg_control'));
    await expect(start(datadir)).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringContaining(`${data} is damaged: it has no global/pg_control`),
    });
    expect(await readdir(data)).toContain('PG_VERSION');
  });

  test('data of another version is named, with the commands that move it', async () => {
    const datadir = await temporaryFolder();
    const data = join(datadir, 'postgres', 'data');
    await mkdir(data, { recursive: true });
    await writeFile(join(data, 'PG_VERSION'), '12\n');
    await expect(start(datadir)).rejects.toMatchObject({
      code: 'POSTGRES_NOT_FOUND',
      message: expect.stringMatching(
        /by PostgreSQL 12, and this machine has \d+ in .*Install PostgreSQL 12 again.*pg_ctl -D .*pg_dump .*pg_restore .*archive\.url/s,
      ),
    });
    expect(await readFile(join(data, 'PG_VERSION'), 'utf8')).toBe('12\n');
  });

  test('without a PostgreSQL on this machine the error says how to get one', async () => {
    vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const nowhere = { path: '/nonexistent', folders: [] };
    await expect(start(await temporaryFolder(), nowhere)).rejects.toMatchObject({
      code: 'POSTGRES_NOT_FOUND',
      message: expect.stringMatching(/has none\. Install one: .+\. Or set archive\.url to your own/),
    });
  });

  test('the data decides which version runs, else the PATH, and one that is too old never does', async () => {
    const cache = await temporaryFolder();
    vi.stubEnv('XDG_CACHE_HOME', cache);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [name, version] of [
      ['a', '14.1'],
      ['b', '16.2'],
      ['c', '17.0'],
    ]) {
      const bin = join(cache, 'longshore', 'postgres', String(name), 'bin');
      await mkdir(bin, { recursive: true });
      const script = `#!/bin/sh\necho "postgres (PostgreSQL) ${version}"\n`;
      await writeFile(join(bin, 'postgres'), script, { mode: 0o755 });
    }
    const path = join(cache, 'longshore', 'postgres', 'a', 'bin');
    const found = await listPostgres({ path, folders: [] });
    expect(found.map(({ major }) => major)).toEqual([14, 17, 16, 14]);
  });

  test('a lock file of another program that got the pid is removed, and that of a live one is not', async () => {
    const datadir = await datadirWithData();
    const { pid } = await start(datadir);
    const data = join(datadir, 'postgres', 'data');
    await removeStaleLock(data);
    expect(await readFile(join(data, 'postmaster.pid'), 'utf8')).toMatch(new RegExp(`^${pid}\n`));
    const other = await temporaryFolder();
    await writeFile(join(other, 'postmaster.pid'), `${process.pid}\n/somewhere\n`);
    await removeStaleLock(other);
    expect(await readdir(other)).toEqual([]);
  });

  test.runIf(isRoot)('a folder that its user may not enter is named, with what to do', async () => {
    const closed = await temporaryFolder();
    await chmod(closed, 0o700);
    await expect(start(join(closed, 'data'))).rejects.toMatchObject({
      code: 'POSTGRES_START_FAILED',
      message: expect.stringMatching(
        new RegExp(
          `${closed}/data/postgres cannot be used: PostgreSQL refuses to run as root, .*may not enter ${closed}\\. .*chmod o\\+x ${closed}.*archive\\.url`,
        ),
      ),
    });
  });
});

test('nothing answers where nothing listens', async () => {
  expect(await probe(await temporaryFolder())).toBe('silent');
});

test('warnings of PostgreSQL are distinguished from its other lines, and from clients that come early', () => {
  const line = (text: string) => `2026-11-30 03:00:00.000 UTC [12] ${text}`;
  const output = [
    line('LOG:  checkpoint starting: time'),
    line('FATAL:  the database system is starting up'),
    line('FATAL:  terminating connection due to administrator command'),
    line('PANIC:  could not write to file "pg_wal/xlogtemp.12": No space left on device'),
  ];
  expect(warningsIn(output.join('\n'))).toEqual([output[3]]);
});

test('a start that meets backends of a killed PostgreSQL is recognized', () => {
  expect(isStillInUse('FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use')).toBe(true);
  expect(isStillInUse('FATAL:  out of memory')).toBe(false);
});
