/** What is left of the archive after a kill of the relay, of the postmaster, and of both. */
import { existsSync } from 'node:fs';
import { chown, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identify } from '../process-identity.js';
import { spawnOwner, startOwner } from '../testing/owner.js';
import { datadirWithData, hasPostgres, sql, start } from '../testing/postgres.js';
import { childrenOf, gone, temporaryFolder } from '../testing/processes.js';

const isRoot = process.getuid?.() === 0;
const own = (datadir: string, then?: string) => startOwner(datadir, { kind: 'postgres', then });

describe.skipIf(!hasPostgres())('the embedded PostgreSQL', () => {
  test('an owner that is killed takes it along, and the next start at once has every commit', async () => {
    const datadir = await datadirWithData();
    const owner = await own(datadir);
    const { socket } = owner.server;
    await sql(socket, 'create table t (n int)');
    for (let n = 0; n < 5; n++) await sql(socket, `insert into t values (${n})`);
    await owner.killHard();
    const next = await start(datadir);
    expect(next.owned).toBe(true);
    expect(await sql(next.socket, 'select count(*) from t')).toBe('5');
    await gone(owner.server.pid);
    expect(existsSync(dirname(socket))).toBe(false);
  });

  test('a postmaster that is killed is reported, and the next start has every commit', async () => {
    const datadir = await datadirWithData();
    const first = await start(datadir);
    await sql(first.socket, 'create table t (n int); insert into t values (1)');
    process.kill(first.pid ?? -1, 'SIGKILL');
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' });
    await first.stop();
    const second = await start(datadir);
    expect(await sql(second.socket, 'select * from t')).toBe('1');
  });

  test('owner, watchdog and postmaster killed together: the next start has every commit', async () => {
    const datadir = await datadirWithData();
    const owner = await own(datadir);
    await sql(owner.server.socket, 'create table t (n int); insert into t values (1)');
    const pid = owner.server.pid ?? -1;
    await killWatchdog(pid);
    process.kill(pid, 'SIGKILL');
    await owner.killHard();
    const next = await start(datadir);
    expect(await sql(next.socket, 'select * from t')).toBe('1');
    expect(existsSync(dirname(owner.server.socket))).toBe(false);
  });

  test('one that nothing watches any more is ended by the next start, with every commit', async () => {
    const datadir = await datadirWithData();
    const owner = await own(datadir);
    await sql(owner.server.socket, 'create table t (n int); insert into t values (1)');
    await killWatchdog(owner.server.pid ?? -1);
    await owner.killHard();
    // The postmaster takes the watchdog for a backend of its own that crashed, and recovers.
    const rows = () => sql(owner.server.socket, 'select * from t').catch(String);
    await expect.poll(rows, { timeout: 90_000 }).toBe('1');
    const waits: string[] = [];
    const next = await start(datadir, { onWait: (reason) => waits.push(reason) });
    expect(waits).toContainEqual(expect.stringContaining(`(pid ${owner.server.pid}) to flush and end`));
    expect(await sql(next.socket, 'select * from t')).toBe('1');
    await gone(owner.server.pid);
  });

  test('an owner that is killed while the data is made leaves a draft, and the next start begins again', async () => {
    const datadir = await temporaryFolder();
    const dir = join(datadir, 'postgres');
    const drafts = async () =>
      (await readdir(dir).catch(() => [])).filter((name) => name.startsWith('data.draft-'));
    const child = spawnOwner(datadir, { kind: 'postgres' });
    await expect.poll(drafts, { timeout: 90_000, interval: 2 }).not.toEqual([]);
    child.kill('SIGKILL');
    const next = await start(datadir);
    expect(await sql(next.socket, 'select 1')).toBe('1');
    expect(await drafts()).toEqual([]);
  });

  test('a second process uses that of the first, learns when it goes, and leaves it when it stops', async () => {
    const datadir = await datadirWithData();
    const owner = await own(datadir);
    const second = await start(datadir);
    const third = await start(datadir);
    expect([second.owned, second.socket]).toEqual([false, owner.server.socket]);
    expect(second.owner?.pid).toBe(owner.process.pid);
    await third.stop();
    expect(await sql(second.socket, 'select 1')).toBe('1');
    await owner.killHard();
    expect(await second.exited).toMatchObject({ output: expect.stringContaining('PostgreSQL of process') });
    await second.stop();
    const next = await start(datadir);
    expect(next.owned).toBe(true);
  });

  test('of several processes that start at once one owns it and all use it', async () => {
    const datadir = await temporaryFolder();
    const owners = await Promise.all(Array.from({ length: 3 }, () => own(datadir)));
    expect(owners.filter((each) => each.server.owned)).toHaveLength(1);
    expect(new Set(owners.map((each) => each.server.socket)).size).toBe(1);
  });

  test.runIf(isRoot)('a relay of another user runs it as that user', async () => {
    const datadir = await temporaryFolder();
    // english: allow nobody, a user of every system
    const ids = /^nobody:[^:]*:(\d+):(\d+)/m.exec(await readFile('/etc/passwd', 'utf8'));
    const user = { uid: Number(ids?.[1]), gid: Number(ids?.[2]) };
    await chown(datadir, user.uid, user.gid);
    const owner = await startOwner(datadir, { kind: 'postgres', user });
    expect(await sql(owner.server.socket, 'select 1')).toBe('1');
    const status = await readFile(`/proc/${owner.server.pid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:\\s+${user.uid}\\s`, 'm'));
    expect(await identify(owner.server.pid ?? -1)).toBeDefined();
  });
});

/** It is the shell among the children of the postmaster. */
async function killWatchdog(postmaster: number): Promise<void> {
  for (const pid of await childrenOf(postmaster)) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8');
    if (name.trim() === 'sh') return void process.kill(pid, 'SIGKILL');
  }
  throw new Error(`${postmaster} has no watchdog`);
}
