/**
 * The image, run by podman as an operator would: an unprivileged user, a root file system that is read-only, no
 * capabilities, and no network but its own loopback. Started by `npm run image:test`.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, runProcess } from '../../packages/testkit/dist/index.js';

const run = promisify(execFile);
const podman = (...args) => run('podman', args);

const IMAGE = process.env.LONGSHORE_IMAGE;
const FLAGS = process.env.LONGSHORE_PODMAN_FLAGS.split(' ');
/** As strict as it gets. Docker has no tmpfs on /tmp of its own accord, so podman's is taken away. */
const STRICT = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop=all', '--security-opt=no-new-privileges'],
];

const CONFIG = `
notifications:
  endpoints:
    - { name: one, url: http://127.0.0.1:9000/events, timeout: 20s }
    - { name: later, url: http://127.0.0.1:9001/events, backoff: 100ms, maxbackoff: 100ms, threshold: 10000 }
dashboard: { auth: { basic: { ops: secret } } }
`;

/** A file with a configuration that the container's user may read, and a volume; both go with the test. */
async function relayFiles(config = CONFIG) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-image-'));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, config, { mode: 0o644 });
  const volume = `longshore-test-${randomUUID()}`;
  await podman('volume', 'create', volume);
  onTestFinished(async () => {
    await podman('volume', 'rm', '--force', volume);
    await rm(folder, { recursive: true });
  });
  return ['--volume', `${file}:/etc/longshore/longshore.yml:ro`, '--volume', `${volume}:/data`];
}

/** A container in the foreground; what it prints is its log. */
function start(options, args = []) {
  const name = `longshore-test-${randomUUID()}`;
  const child = runProcess('podman', [
    ...FLAGS,
    '--rm',
    '--name',
    name,
    ...STRICT,
    ...options,
    IMAGE,
    ...args,
  ]);
  onTestFinished(async () => {
    await podman('rm', '--force', '--ignore', name);
    await child.exited;
  });
  return {
    child,
    exec: (...command) => podman('exec', name, ...command),
    signal: (signal) => podman('kill', '--signal', signal, name),
    /** A receiver in the container's own network; it answers once it receives a signal. */
    receive: (port, held) => runProcess('podman', ['exec', name, 'node', '-e', receiver(port, held)]),
    send: async (...more) =>
      JSON.parse((await podman('exec', name, 'longshore', 'send', '--json', ...more)).stdout),
  };
}

/** The program of a receiver: prints each event's id; with `held`, answers events after a GET only. */
const receiver = (port, held) => `
  const waiting = [];
  require('node:http').createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method === 'GET') return response.end(String(waiting.splice(0).map((one) => one.end()).length));
    console.log(JSON.stringify({ msg: 'received', id: JSON.parse(body).events[0].id }));
    if (${held}) waiting.push(response); else response.end();
  }).listen(${port}, '127.0.0.1', () => console.log(JSON.stringify({ msg: 'listening' })));
`;

test('read-only and unprivileged: an event arrives, SIGTERM drains, and the next container has the rest', async () => {
  const files = await relayFiles();
  const first = start(files);
  const ready = await first.child.waitFor('ready', { timeout: 30_000 });
  expect([ready.ingest, ready.dashboard, ready.admin]).toEqual([
    'http://[::]:5080',
    'http://[::]:5081',
    'http://[::]:5082',
  ]);
  expect((await first.exec('id', '-u')).stdout.trim()).toBe('10001');
  await expect(first.exec('touch', '/opt/longshore/x')).rejects.toThrow(/[Rr]ead-only/);

  const one = first.receive(9000, true);
  await one.waitFor('listening');
  const answer = await first.send('--to', 'http://127.0.0.1:5080/registry/notifications');
  expect(answer).toMatchObject({ status: 202 });
  const { id } = await one.waitFor('received');
  await first.signal('TERM');
  await first.child.waitFor('stopping');
  expect((await first.exec('node', '-e', "fetch('http://127.0.0.1:9000/')")).stderr).toBe('');
  const { code } = await first.child.exited;
  expect(code).toBe(0);
  expect(first.child.records.find(({ msg }) => msg === 'notification sent')).toMatchObject({
    endpoint: 'one',
    eventId: id,
  });

  const second = start(files);
  await second.child.waitFor('ready', { timeout: 30_000 });
  const later = second.receive(9001, false);
  expect(await later.waitFor('received', { timeout: 20_000 })).toMatchObject({ id });
  // Not sent again: it was settled before the end.
  expect(second.child.records.filter(({ endpoint }) => endpoint === 'one')).toEqual([]);
  await second.signal('TERM');
  expect((await second.child.exited).code).toBe(0);
});

test('the health check says healthy while it runs, and its processes leave no zombies', async () => {
  const relay = start(await relayFiles());
  await relay.child.waitFor('ready', { timeout: 30_000 });
  const [{ Healthcheck }] = JSON.parse((await podman('inspect', IMAGE)).stdout);
  const [, ...check] = Healthcheck.Test;
  await relay.exec(...check);
  // The dashboard has its files.
  const options = JSON.stringify({ headers: { authorization: `Basic ${btoa('ops:secret')}` } });
  const page = `fetch('http://127.0.0.1:5081/', ${options}).then((r) => process.exit(r.ok ? 0 : 1))`;
  await relay.exec('node', '-e', page);
  // Redis dies and is started again: process 1 has to take care of what the old one leaves.
  await relay.exec('sh', '-c', 'kill -9 $(cat /proc/[0-9]*/stat | grep "(redis-server)" | cut -d" " -f1)');
  await relay.child.waitFor((line) => String(line.msg).includes('starting one on the same data'));
  const ready = "fetch('http://127.0.0.1:5082/readyz').then((r) => process.exit(r.ok ? 0 : 1))";
  const isUp = () => relay.exec('node', '-e', ready);
  await eventually(isUp, undefined, { timeout: 30_000, every: 250 });
  const { stdout } = await relay.exec('sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null || true');
  expect(stdout.split('\n').filter((line) => / Z /.test(line))).toEqual([]);
});

test('any user may run it who can write its volume', async () => {
  const [, config] = await relayFiles();
  const data = await mkdtemp(join(tmpdir(), 'longshore-image-'));
  onTestFinished(() => rm(data, { recursive: true }));
  await chown(data, 12345, 0);
  const options = ['--volume', config, '--volume', `${data}:/data`, '--user', '12345:0'];
  const relay = start(options);
  await relay.child.waitFor('ready', { timeout: 30_000 });
  await relay.signal('TERM');
  expect((await relay.child.exited).code).toBe(0);
});

test('roles and commands are arguments', async () => {
  const [, config] = await relayFiles();
  const options = ['--volume', config];
  const check = start(options, ['check', '/etc/longshore/longshore.yml']);
  expect((await check.child.exited).code).toBe(0);
  expect(check.child.stdout).toContain('POST http://127.0.0.1:9000/events');
  const url = ['--env', 'LONGSHORE_REDIS_URL=redis://127.0.0.1:6379'];
  const ingest = start([...options, ...url], ['run', '--role', 'ingest']);
  const ready = await ingest.child.waitFor('ready', { timeout: 30_000 });
  expect([ready.ingest, ready.dashboard]).toEqual(['http://[::]:5080', undefined]);
  await ingest.signal('TERM');
  expect((await ingest.child.exited).code).toBe(0);
});

test('without a password the dashboard does not open, and the reason names the setting', async () => {
  const relay = start(await relayFiles('notifications: { endpoints: [] }\n'));
  expect((await relay.child.exited).code).toBe(2);
  expect(relay.child.stderr).toContain('dashboard.auth');
});

test('it holds what runs and nothing else', async () => {
  const look = async (script) => {
    const found = start(['--entrypoint', 'sh'], ['-c', script]);
    await found.child.exited;
    return found.child.stdout.trim();
  };
  const extra = '^(typescript|vitest|@biomejs|turbo|playwright|testkit)';
  expect(
    await look(`ls /opt/longshore/node_modules/.pnpm /opt/longshore/packages | grep -E '${extra}' || true`),
  ).toBe('');
  expect(
    await look(
      'find /opt/longshore/apps /opt/longshore/packages -name "*.ts" -not -name "*.d.ts" -not -path "*/node_modules/*"',
    ),
  ).toBe('');
  expect(
    await look('ls -A /run/secrets /data /etc/longshore 2>/dev/null | grep -v ":$" | grep . || true'),
  ).toBe('');
  const [{ Config }] = JSON.parse((await podman('inspect', IMAGE)).stdout);
  expect(Config).toMatchObject({
    User: '10001:10001',
    Entrypoint: ['tini', '--', 'longshore'],
    Cmd: ['run'],
    Volumes: { '/data': {} },
    ExposedPorts: { '5080/tcp': {}, '5081/tcp': {}, '5082/tcp': {} },
  });
});
