import { chmod, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { diskError } from '../folder.js';
import { gone, temporaryFolder } from '../testing/processes.js';
import { start } from '../testing/redis.js';
import { watchedProcess } from '../watched-process.js';
import { REDIS } from './kind.js';
import { findRedisServer } from './locate.js';
import { probe, redisCommand } from './resp.js';
import { endServer, refuseOlder, serverArguments, warningsIn } from './server.js';
import { findEmbeddedRedis } from './start.js';

test('what was written is there after a restart', async () => {
  const datadir = await temporaryFolder();
  const first = await start(datadir);
  await redisCommand(first.socket, ['SET', 'k', 'v']);
  await first.stop();
  const second = await start(datadir);
  expect(await redisCommand(second.socket, ['GET', 'k'])).toBe('v');
});

test('only this user reaches it, it writes everything down and evicts nothing', async () => {
  const datadir = await temporaryFolder();
  const { socket } = await start(datadir);
  await redisCommand(socket, ['SET', 'k', 'v']);
  const modes = [join(datadir, 'redis'), dirname(socket), socket].map(
    async (path) => (await stat(path)).mode & 0o777,
  );
  expect(await Promise.all(modes)).toEqual([0o700, 0o700, 0o700]);
  const aof = join(datadir, 'redis', 'appendonlydir');
  expect((await stat(aof)).mode & 0o777).toBe(0o700);
  const files = await readdir(aof);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) expect([file, (await stat(join(aof, file))).mode & 0o777]).toEqual([file, 0o600]);
  const names = [
    'port',
    'appendonly',
    'appendfsync',
    'save',
    'maxmemory',
    'maxmemory-policy',
    'aof-load-truncated',
  ];
  const values = await Promise.all(names.map((name) => redisCommand(socket, ['CONFIG', 'GET', name])));
  expect(values.map((pair) => (pair as string[])[1])).toEqual([
    '0',
    'yes',
    'no', // brought to the disk by sync.ts; `everysec` answers before it writes while the disk is busy
    '',
    String(64 * 1024 * 1024),
    'noeviction',
    'yes',
  ]);
});

test('it can be found while it runs, and not after', async () => {
  const datadir = await temporaryFolder();
  expect(await findEmbeddedRedis(datadir)).toBeUndefined();
  const redis = await start(datadir);
  expect(await findEmbeddedRedis(datadir)).toBe(redis.socket);
  await redis.stop();
  expect(await findEmbeddedRedis(datadir)).toBeUndefined();
});

test('stop leaves no process, no socket and no folder of the socket, and may be called twice', async () => {
  const datadir = await temporaryFolder();
  const redis = await start(datadir);
  await Promise.all([redis.stop(), redis.stop()]);
  await redis.stop();
  await gone(redis.pid);
  await expect(stat(dirname(redis.socket))).rejects.toThrow('ENOENT');
  expect(await readdir(join(datadir, 'redis'))).not.toContain('socket');
});

test('the owner learns that Redis died, and how; after stop() it learns nothing', async () => {
  const died = await start(await temporaryFolder());
  process.kill(died.pid ?? -1, 'SIGKILL');
  expect(await died.exited).toMatchObject({
    signal: 'SIGKILL',
    output: expect.stringMatching(/ready to accept/i),
  });
  await died.stop();

  const stopped = await start(await temporaryFolder());
  await stopped.stop();
  expect(await Promise.race([stopped.exited, Promise.resolve('nothing')])).toBe('nothing');
});

test('a Redis that hangs is ended all the same', async () => {
  const dir = await temporaryFolder();
  const socket = join(dir, 'redis.sock');
  const redis = watchedProcess(await findRedisServer(), serverArguments(socket, 1e8), { cwd: dir });
  redis.start();
  await expect.poll(() => probe(socket)).toBe('ready');
  redis.kill('SIGSTOP');
  await endServer(redis, socket, 100);
  expect(await redis.exited).toMatchObject({ signal: 'SIGKILL' });
});

test('a file that was cut off in a crash loses its last write and nothing else', async () => {
  const datadir = await temporaryFolder();
  const first = await start(datadir);
  await redisCommand(first.socket, ['SET', 'kept', 'v']);
  await redisCommand(first.socket, ['SET', 'cut', 'v']);
  await first.stop();
  const folder = join(datadir, 'redis', 'appendonlydir');
  const name = (await readdir(folder)).find((each) => each.endsWith('.incr.aof'));
  const path = join(folder, String(name));
  await truncate(path, (await stat(path)).size - 3);
  const second = await start(datadir);
  expect(await redisCommand(second.socket, ['MGET', 'kept', 'cut'])).toEqual(['v', null]);
});

test('a start that fails says what Redis said, gives the lock back and leaves nothing', async () => {
  const datadir = await temporaryFolder();
  const path = await fakeRedis('echo "Fatal: No space left on device"; exit 3');
  await expect(start(datadir, { path })).rejects.toMatchObject({
    code: 'REDIS_START_FAILED',
    message: expect.stringMatching(/ended \(3\)\. The disk is full: .*\nFatal: No space left/),
  });
  expect(await readdir(join(datadir, 'redis'))).not.toContain('socket');
  await start(datadir);
});

test('valkey-server is taken where there is no redis-server', async () => {
  const folder = await temporaryFolder();
  const program = await findRedisServer();
  await writeFile(join(folder, 'valkey-server'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  vi.stubEnv('XDG_CACHE_HOME', folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  await start(await temporaryFolder(), { path: folder });
});

test('without a Redis on this machine the error says how to get one', async () => {
  vi.stubEnv('XDG_CACHE_HOME', await temporaryFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(start(await temporaryFolder(), { path: '/nonexistent' })).rejects.toMatchObject({
    code: 'REDIS_NOT_FOUND',
    message: expect.stringMatching(/^No redis-server .* Install one: .+\. Or set redis\.url .*\.$/),
  });
});

test('a Redis that set-up unpacked for this user is found', async () => {
  const cache = await temporaryFolder();
  const bin = join(cache, 'longshore', 'redis', 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'redis-server'), '#!/bin/sh\necho unpacked; exit 1\n', { mode: 0o755 });
  vi.stubEnv('XDG_CACHE_HOME', cache);
  onTestFinished(() => void vi.unstubAllEnvs());
  const started = start(await temporaryFolder(), { path: '/nonexistent' });
  await expect(started).rejects.toThrow(/unpacked$/);
});

test('a datadir that is a file is named in the error', async () => {
  const datadir = join(await temporaryFolder(), 'data');
  await writeFile(datadir, '');
  await expect(start(datadir)).rejects.toMatchObject({
    code: 'REDIS_START_FAILED',
    message: `${datadir}/redis cannot be used (ENOTDIR). A part of the path is a file, not a folder: remove it, or set datadir to a folder.`,
  });
});

test.each([
  ['EACCES', 'chown'],
  ['EROFS', 'read-only'],
  ['ENOSPC', 'free some space'],
  ['EIO', 'another folder'],
])('%s of the file system comes with a next step', (code, next) => {
  const error = diskError(REDIS, '/data/redis', Object.assign(new Error(code), { code, syscall: 'open' }));
  expect(error).toMatchObject({ code: 'REDIS_START_FAILED' });
  expect(String(error)).toMatch(new RegExp(`/data/redis cannot be used \\(${code}\\)\\. .*${next}`));
});

test.each([
  ['6.2.14', 'Redis server v=6.2.14 sha=00000000:0 malloc=jemalloc-5.1.0 bits=64 build=0'],
  ['6.0.16', 'Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=a'],
])('Redis %s is refused before it runs', async (version, line) => {
  const datadir = await temporaryFolder();
  const path = await fakeRedis(`echo '${line}'`, { alone: true });
  await expect(start(datadir, { path })).rejects.toMatchObject({
    code: 'REDIS_START_FAILED',
    message: expect.stringMatching(`is Redis ${version}, .*Redis 7 or newer, or Valkey\\. Install one: `),
  });
  expect(await readdir(join(datadir, 'redis'))).not.toContain('socket');
});

test('a Redis that turns out to be older once it runs is refused too', async () => {
  const dir = await temporaryFolder();
  const socket = join(dir, 's');
  const server = createServer((connection) => {
    connection.on('data', () => connection.write('$20\r\nredis_version:6.2.14\r\n'));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  await expect(refuseOlder(socket)).rejects.toMatchObject({
    code: 'REDIS_START_FAILED',
    message: expect.stringContaining('6.2.14'),
  });
});

test('warnings of Redis are distinguished from its other lines', () => {
  const output =
    '1:M 30 Nov 2026 03:00:00.000 * Ready to accept connections\n1:M 30 Nov 2026 03:00:01.000 # Error writing to the AOF file: No space left on device\n';
  expect(warningsIn(output)).toEqual(['Error writing to the AOF file: No space left on device']);
});

test('who joins learns whose Redis it is, and with which configuration it runs', async () => {
  const datadir = await temporaryFolder();
  const configuration = { file: '/etc/longshore/a.yml', fingerprint: 'a' };
  await start(datadir, { configuration });
  const { owned, owner } = await start(datadir, {
    configuration: { file: '/etc/longshore/b.yml', fingerprint: 'b' },
  });
  expect([owned, owner]).toEqual([false, { pid: process.pid, configuration }]);
});

test('a Redis whose folder was removed ends, and says why', async () => {
  const datadir = await temporaryFolder();
  const redis = await start(datadir);
  await rm(join(datadir, 'redis'), { recursive: true });
  expect(await redis.exited).toMatchObject({ output: expect.stringContaining('its datadir was removed') });
});

/** A search path that starts with a program that only claims to be Redis. */
async function fakeRedis(script: string, { alone = false } = {}): Promise<string> {
  const folder = await temporaryFolder();
  const program = join(folder, 'redis-server');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  expect(await readFile(program, 'utf8')).toContain(script);
  return alone ? folder : [folder, '/usr/bin', '/bin'].join(delimiter);
}

test.runIf(process.platform === 'linux')('neither Redis nor its watchdog has our environment', async () => {
  vi.stubEnv('A_SECRET', 'hunter2');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { pid } = await start(await temporaryFolder());
  // The watchdog is a child of the program that its shell became.
  const all = await readdir('/proc');
  const parents = await Promise.all(
    all.map(async (name) => [name, await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')] as const),
  );
  const children = parents.flatMap(([name, stat]) =>
    Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]) === pid ? [name] : [],
  );
  expect(children.length).toBeGreaterThan(0);
  for (const process of [String(pid), ...children]) {
    expect(await readFile(`/proc/${process}/environ`, 'utf8')).not.toContain('hunter2');
  }
});
