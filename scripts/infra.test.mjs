/** What infra ships, with the real programs that it is for. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import {
  eventually,
  freePort,
  hasTool,
  pushImage,
  redisUrl,
  runProcess,
  startReceiver,
  testPrefix,
} from '../packages/testkit/dist/index.js';
import { longshore, ROOT, startRelay, temporaryFolder } from './testing/relay.mjs';

const run = promisify(execFile);
const REGISTRY = readFileSync(join(ROOT, 'infra/registry/config.yml'), 'utf8');
const UNIT = readFileSync(join(ROOT, 'infra/systemd/longshore.service'), 'utf8');

/** Each pair is there exactly once. */
function replaceAll(text, pairs) {
  return pairs.reduce((result, [from, to]) => {
    expect(result.split(from), from).toHaveLength(2);
    return result.replace(from, to);
  }, text);
}

async function relayTo(url) {
  const folder = await temporaryFolder();
  const file = join(folder, 'longshore.yml');
  await writeFile(file, `notifications: { endpoints: [{ name: one, url: "${url}" }] }\n`);
  return startRelay(file);
}

/** Debian's registry with this configuration, on a port and a folder of the test's own. */
async function startRegistry(config, env = {}) {
  const [folder, port, debug] = [await temporaryFolder(), await freePort(), await freePort()];
  const file = join(folder, 'config.yml');
  const text = replaceAll(config, [
    ['/var/lib/registry', join(folder, 'data')],
    ['addr: :5000', `addr: 127.0.0.1:${port}`],
  ]);
  await writeFile(file, text.replace('127.0.0.1:5001', `127.0.0.1:${debug}`));
  const registry = runProcess('docker-registry', ['serve', file], { env });
  onTestFinished(() => registry.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => (await fetch(`${url}/v2/`)).ok);
  return url;
}

describe('infra/registry/config.yml', () => {
  test.skipIf(!hasTool('docker-registry'))('a registry with it posts its events to Longshore', async () => {
    const receiver = await startReceiver();
    const { urls } = await relayTo(receiver.url);
    const debug = await freePort();
    const text = replaceAll(REGISTRY, [
      ['127.0.0.1:5001', `127.0.0.1:${debug}`],
      ['http://127.0.0.1:5080', urls.ingest],
    ]);
    const url = await startRegistry(text);
    await pushImage(url, 'acme/app', '1.0');

    const requests = await receiver.received(3);
    const tags = requests.map((request) => request.json().events[0].target.tag).filter(Boolean);
    expect(tags).toEqual(['1.0']);
    const { registry: vars } = await (await fetch(`http://127.0.0.1:${debug}/debug/vars`)).json();
    expect(vars.notifications.endpoints[0].Timeout).toBe(5e9);
  });

  test('Longshore knows that it is the receiver, and refuses to run with the file', async () => {
    const file = join(await temporaryFolder(), 'config.yml');
    await writeFile(file, REGISTRY);
    const { code, stdout } = await longshore(['check', file]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('sends to Longshore')]);
    const run = await longshore(['run', '--config', file]);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('own ingest: an infinite loop')]);
    await writeFile(file, replaceAll(REGISTRY, [['127.0.0.1:5080', 'listener.example.com:5080']]));
    const other = await longshore(['check', file]);
    expect([other.code, other.stdout]).toEqual([0, expect.stringContaining('5s for each attempt')]);
  });
});

describe('infra/compose', () => {
  const folder = join(ROOT, 'infra/compose');
  const text = readFileSync(join(folder, 'compose.yml'), 'utf8');
  const { services, volumes } = parse(text, { merge: true });
  const ours = ['ingest', 'worker', 'dashboard'];

  test('has the roles with two workers, a Redis and a registry, and each waits for what it needs', () => {
    expect(Object.keys(services).sort()).toEqual(
      [...ours, 'postgres', 'receiver', 'redis', 'registry'].sort(),
    );
    expect(services.worker.deploy.replicas).toBe(2);
    for (const role of ours) expect(services[role].command).toEqual(['run', '--role', role]);
    for (const [name, { depends_on = {} }] of Object.entries(services)) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        expect(condition, `${name} -> ${needed}`).toBe('service_healthy');
        // Of ours the image has the check.
        expect(services[needed].healthcheck?.test ?? services[needed].build, needed).toBeDefined();
      }
    }
    expect([services.registry.depends_on, services.ingest.depends_on].map(Object.keys)).toEqual([
      ['ingest'],
      ['redis'],
    ]);
  });

  test('every file that it mounts is there, and every volume is declared', () => {
    const mounts = Object.values(services).flatMap((service) => service.volumes ?? []);
    expect(mounts.length).toBeGreaterThan(5);
    for (const mount of mounts) {
      const [source] = mount.split(':');
      if (source.startsWith('.')) expect(existsSync(join(folder, source)), mount).toBe(true);
      else expect(Object.keys(volumes), mount).toContain(source);
    }
  });

  test('the spool of ingest is in a volume that has a name', () => {
    expect(services.ingest.volumes).toEqual([...services.worker.volumes, 'ingest:/data']);
    expect(Object.keys(volumes)).toContain('ingest');
  });

  test('ours run read-only, without capabilities, and have the time that they need to stop', () => {
    for (const name of ours) {
      expect(services[name]).toMatchObject({
        ...{ read_only: true, cap_drop: ['ALL'], stop_grace_period: '75s' },
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  test('ports are published on loopback only', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.map((port) => port.replace(/:\d+:\d+$/, ''))).toEqual(Array(3).fill('127.0.0.1'));
  });

  test('every variable that it asks for is in .env.example, and Longshore accepts the configuration', async () => {
    const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    const example = readFileSync(join(folder, '.env.example'), 'utf8');
    for (const name of asked) expect(example).toMatch(new RegExp(`^${name}=$`, 'm'));
    const env = { INGEST_TOKEN: 'a', DASHBOARD_PASSWORD: 'b' };
    const { code, stdout } = await longshore(['check', join(folder, 'longshore.yml')], { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining('POST http://receiver:8080/events')]);
    expect(stdout).toContain('0 errors, 0 warnings');
  });

  test('its PostgreSQL is one that the archive of its configuration finds, once it is asked for', async () => {
    const { environment, profiles, volumes: kept } = services.postgres;
    expect([profiles, kept]).toEqual([['archive'], ['postgres:/var/lib/postgresql/data']]);
    const { POSTGRES_USER: user, POSTGRES_DB: database, POSTGRES_PASSWORD: password } = environment;
    expect(services.worker.environment.DATABASE_URL).toBe(
      `postgres://${user}:${password}@postgres/${database}`,
    );
    const file = join(await temporaryFolder(), 'longshore.yml');
    const settings = readFileSync(join(folder, 'longshore.yml'), 'utf8');
    await writeFile(file, settings.replace('# archive:', 'archive:'));
    const env = {
      INGEST_TOKEN: 'a',
      DASHBOARD_PASSWORD: 'b',
      DATABASE_URL: 'postgres://longshore:x@postgres/l',
    };
    const { code, stdout } = await longshore(['check', file], { env });
    expect([code, stdout]).toEqual([0, expect.stringContaining('writes to env:DATABASE_URL')]);
  });

  test.skipIf(!hasTool('docker-registry'))(
    'a registry with its settings gets its events past the token, to the receiver',
    async () => {
      const port = await freePort();
      const receiver = runProcess(process.execPath, [join(folder, 'receiver.mjs')], {
        env: { PORT: String(port) },
      });
      onTestFinished(() => receiver.kill('SIGKILL'));
      await eventually(() => receiver.stdout.includes('listening'));
      const { urls } = await startRelay(join(folder, 'longshore.yml'), {
        env: {
          ...{ INGEST_TOKEN: 'abc123', DASHBOARD_PASSWORD: 'b', LONGSHORE_REDIS_URL: redisUrl() },
          LONGSHORE_REDIS_PREFIX: testPrefix(),
          LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_URL: `http://127.0.0.1:${port}/events`,
        },
      });
      const endpoints = services.registry.environment.REGISTRY_NOTIFICATIONS_ENDPOINTS;
      const url = await startRegistry(REGISTRY, {
        REGISTRY_NOTIFICATIONS_ENDPOINTS: replaceAll(endpoints, [
          ['http://ingest:5080', urls.ingest],
          [/\$\{INGEST_TOKEN[^}]*\}/.exec(endpoints)[0], 'abc123'],
        ]),
      });
      await pushImage(url, 'acme/app', '1.0');
      await eventually(() => receiver.stdout.includes('received push acme/app 1.0'));
    },
  );
});

describe('infra/redis/redis.conf', () => {
  test('a Redis with it starts, and Longshore has nothing to say against it', async () => {
    const [folder, port] = [await temporaryFolder(), await freePort()];
    await writeFile(
      join(folder, 'redis.conf'),
      readFileSync(join(ROOT, 'infra/redis/redis.conf'), 'utf8').replace(/^dir .*$/m, `dir ${folder}`),
    );
    const redis = runProcess('redis-server', [join(folder, 'redis.conf'), '--port', String(port)]);
    onTestFinished(() => redis.kill('SIGKILL'));
    await eventually(() => redis.stdout.includes('Ready to accept connections'));
    const file = join(folder, 'longshore.yml');
    await writeFile(file, 'notifications: { endpoints: [{ name: one, url: http://127.0.0.1:9/ }] }\n');
    const { child } = await startRelay(file, { env: { LONGSHORE_REDIS_URL: `redis://127.0.0.1:${port}` } });
    await child.waitFor((line) => line.msg === 'Redis available');
    expect(child.records.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('as it is, it is reached from this machine alone; in compose by name from its network', async () => {
    const [folder, port] = [await temporaryFolder(), await freePort()];
    await mkdir(folder, { recursive: true });
    const conf = join(ROOT, 'infra/redis/redis.conf');
    const { services } = parse(readFileSync(join(ROOT, 'infra/compose/compose.yml'), 'utf8'), {
      merge: true,
    });
    const [program, , ...more] = services.redis.command;
    for (const [args, bind, mode] of [
      [[], '127.0.0.1 -::1', 'yes'],
      [more, '* -::*', 'no'],
    ]) {
      const redis = runProcess(program, [conf, '--port', String(port), '--dir', folder, ...args]);
      onTestFinished(() => redis.kill('SIGKILL'));
      await eventually(() => redis.stdout.includes('Ready to accept connections'));
      const asked = await run('redis-cli', ['-p', String(port), 'config', 'get', 'bind', 'protected-mode']);
      expect(asked.stdout.trim().split('\n')).toEqual(expect.arrayContaining([bind, mode]));
      redis.kill('SIGKILL');
      await redis.exited;
    }
  });

  test('every line has its reason above it', () => {
    const groups = readFileSync(join(ROOT, 'infra/redis/redis.conf'), 'utf8').trim().split('\n\n');
    for (const group of groups) expect(group).toMatch(/^# /);
  });
});

describe('infra/systemd/longshore.service', () => {
  const setting = (name) => new RegExp(`^${name}=(.*)$`, 'm').exec(UNIT)?.[1];

  test('runs the command that there is, and stops it as it wants to be stopped', () => {
    const [, command] = setting('ExecStart').split(' ');
    expect(existsSync(command.replace('/opt/longshore', ROOT))).toBe(true);
    expect(setting('KillMode')).toBe('mixed');
    expect(setting('RestartPreventExitStatus')).toBe('2');
    // worker.grace, what the workers, the three listeners and the Redis may take beyond it
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThan(25 + 2 + 3 * 5 + 16);
  });

  test('no core file, which would hold secrets, and no file that others can read', () => {
    expect([setting('LimitCORE'), setting('UMask')]).toEqual(['0', '0077']);
  });

  const systemd = existsSync('/usr/bin/systemd-analyze');
  test.runIf(systemd)('systemd has nothing to say against it', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'longshore.service');
    await writeFile(file, replaceAll(UNIT, [['/usr/bin/node', process.execPath]]));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', file]);
    expect([stdout, stderr]).toEqual(['', '']);
    // Of 10.0. What is left is the network, and memory that Node.js makes executable.
    const exposure = await run('systemd-analyze', ['security', '--offline=yes', '--no-pager', file]);
    expect(Number(/Overall exposure level for \S+: ([\d.]+)/.exec(exposure.stdout)?.[1])).toBeLessThan(2.5);
  });
});
