import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeNote } from '../folder.js';
import { join as joinRedis } from '../join.js';
import { endPredecessor } from '../predecessor.js';
import { identify, isAlive } from '../process-identity.js';
import { childrenOf, gone, temporaryFolder } from '../testing/processes.js';
import { start, startRedisOwner } from '../testing/redis.js';
import { REDIS } from './kind.js';
import { redisCommand } from './resp.js';

test('an owner that is killed takes its Redis along, and the next start at once has the data', async () => {
  const datadir = await temporaryFolder();
  const owner = await startRedisOwner(datadir);
  for (let n = 0; n < 100; n++) await redisCommand(owner.server.socket, ['INCR', 'n']);
  await owner.killHard();
  const waits: string[] = [];
  const next = await start(datadir, { onWait: (reason) => waits.push(reason) });
  expect(next.owned).toBe(true);
  expect(await redisCommand(next.socket, ['GET', 'n'])).toBe('100');
  // For the end of the Redis and for its data, perhaps; not for ten seconds without a heartbeat of its owner.
  expect(waits.filter((reason) => !/\(pid \d+\)|data back/.test(reason))).toEqual([]);
  await gone(owner.server.pid);
});

test('an owner that is killed leaves no folder of the socket behind', async () => {
  const owner = await startRedisOwner(await temporaryFolder());
  await owner.killHard();
  await expect.poll(() => existsSync(dirname(owner.server.socket)), { timeout: 90_000 }).toBe(false);
});

test('a Redis ends with its owner though another child of the owner lives on', async () => {
  const owner = await startRedisOwner(
    await temporaryFolder(),
    `spawn('sleep', ['1000'], { stdio: 'inherit', detached: true });`,
  );
  const pids = await childrenOf(owner.process.pid ?? -1);
  const other = pids.find((pid) => pid !== owner.server.pid) ?? -1;
  onTestFinished(() => void process.kill(other, 'SIGKILL'));
  await owner.killHard();
  await gone(owner.server.pid);
  expect(await identify(other)).toBeDefined();
});

test('the pipe that tells of the owner is not open in Redis', async () => {
  const { pid } = await start(await temporaryFolder());
  const [watcher] = await childrenOf(pid ?? -1);
  const pipe = await readlink(`/proc/${watcher}/fd/3`);
  expect(pipe).toMatch(/^(socket|pipe):/);
  const open = await Promise.all(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  expect(open[0]).toBe('/dev/null');
  expect(open).not.toContain(pipe);
});

test('Ctrl-C in the terminal reaches the owner and not its Redis', async () => {
  const owner = await startRedisOwner(
    await temporaryFolder(),
    `process.on('SIGINT', () => console.log('interrupted'));`,
  );
  const heard = new Promise((resolve) => owner.process.stdout?.once('data', resolve));
  process.kill(-(owner.process.pid ?? 0), 'SIGINT');
  expect(String(await heard)).toContain('interrupted');
  expect(await redisCommand(owner.server.socket, ['PING'])).toBe('PONG');
});

test('a Redis that nothing watches any more is ended by the next start, its data kept', async () => {
  const datadir = await temporaryFolder();
  const owner = await startRedisOwner(datadir);
  await redisCommand(owner.server.socket, ['SET', 'k', 'v']);
  for (const pid of await childrenOf(owner.server.pid ?? -1)) process.kill(pid, 'SIGKILL');
  await owner.killHard();
  expect(await redisCommand(owner.server.socket, ['PING'])).toBe('PONG');
  const waits: string[] = [];
  const next = await start(datadir, { onWait: (reason) => waits.push(reason) });
  // The new one may take a moment to read its data back, and says so as well.
  const forTheEnd = waits.filter((reason) => !reason.includes('data back'));
  expect(forTheEnd).toEqual([expect.stringContaining(`pid ${owner.server.pid}`)]);
  expect(await redisCommand(next.socket, ['GET', 'k'])).toBe('v');
  await gone(owner.server.pid);
});

test('a Redis of an earlier owner that does not end is killed', async () => {
  const datadir = await temporaryFolder();
  const owner = await startRedisOwner(datadir);
  for (const pid of await childrenOf(owner.server.pid ?? -1)) process.kill(pid, 'SIGKILL');
  await owner.killHard();
  process.kill(owner.server.pid ?? -1, 'SIGSTOP');
  await endPredecessor(REDIS, join(datadir, 'redis'), undefined, 200);
  await gone(owner.server.pid);
});

test('a process that only has the pid of an earlier Redis is left alone', async () => {
  const dir = await temporaryFolder();
  const other = spawn('sleep', ['1000']);
  onTestFinished(() => void other.kill('SIGKILL'));
  const identity = await identify(other.pid ?? -1);
  if (!identity) throw new Error('sleep did not start');
  await writeNote(REDIS, dir, { ...identity, socket: '/nowhere/redis.sock' });
  await endPredecessor(REDIS, dir, undefined, 50);
  await writeNote(REDIS, dir, { ...identity, start: '1', socket: '/nowhere/redis.sock' });
  await endPredecessor(REDIS, dir, undefined, 50);
  expect(await isAlive(identity)).toBe(true);
});

test('a second process uses the Redis of the first, and learns when it goes', async () => {
  const datadir = await temporaryFolder();
  const owner = await startRedisOwner(datadir);
  const joined = await start(datadir);
  expect(joined).toMatchObject({ owned: false, socket: owner.server.socket });
  await owner.killHard();
  expect(await joined.exited).toEqual({ output: `the Redis of process ${owner.process.pid} ended` });
});

test('a second process that stops leaves the Redis of the first running', async () => {
  const datadir = await temporaryFolder();
  const owner = await start(datadir);
  const joined = await start(datadir);
  await joined.stop();
  expect(await Promise.race([joined.exited, Promise.resolve('nothing')])).toBe('nothing');
  expect(await redisCommand(owner.socket, ['PING'])).toBe('PONG');
});

test('a live owner whose Redis does not answer is named, with what to do', async () => {
  const dir = await temporaryFolder();
  const self = await identify(process.pid);
  if (!self) throw new Error('no identity');
  const holder = { ...self, place: 'db1 boot ns' };
  await expect(joinRedis(REDIS, dir, { holder, here: true }, undefined, 50)).rejects.toMatchObject({
    code: 'DATADIR_LOCKED',
    message: expect.stringMatching(
      new RegExp(
        `^${dir} is in use by process ${process.pid}, whose Redis does not answer\\. Stop that process`,
      ),
    ),
  });
  await expect(joinRedis(REDIS, dir, { holder, here: false })).rejects.toThrow(
    'on host db1, whose Redis is unreachable',
  );
  expect(await joinRedis(REDIS, dir, { holder: { ...holder, start: '1' }, here: true })).toBeUndefined();
});

test('of many processes that start on a stale lock one owns the Redis and all use it', async () => {
  const datadir = await temporaryFolder();
  const dead = await startRedisOwner(datadir);
  await dead.killHard();
  const owners = await Promise.all(Array.from({ length: 4 }, () => startRedisOwner(datadir)));
  expect(owners.filter((each) => each.server.owned)).toHaveLength(1);
  expect(new Set(owners.map((each) => each.server.socket)).size).toBe(1);
});

test('an owner that dies before Redis runs leaves nothing behind', async () => {
  const datadir = await temporaryFolder();
  const marker = join(datadir, 'ran');
  const code = `
    import { watchedProcess } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    console.log(watchedProcess('touch', [process.argv[1]]).pid);
    process.exit();
  `;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code, marker]);
  const pid = await new Promise<number>((resolve) =>
    owner.stdout.once('data', (text) => resolve(Number(text))),
  );
  await gone(pid);
  await expect(readFile(marker)).rejects.toThrow('ENOENT');
});

test('the next owner trusts no socket that an earlier one left', async () => {
  const datadir = await temporaryFolder();
  const first = await start(datadir);
  await first.stop();
  await writeFile(join(datadir, 'redis', 'socket'), '/nowhere/redis.sock');
  const second = await start(datadir);
  expect(await readFile(join(datadir, 'redis', 'socket'), 'utf8')).toBe(second.socket);
});
