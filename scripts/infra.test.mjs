/** What infra ships, with the real programs that it is for. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  eventually,
  freePort,
  hasTool,
  pushImage,
  runProcess,
  startReceiver,
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

describe('infra/registry/config.yml', () => {
  test.skipIf(!hasTool('docker-registry'))('a registry with it posts its events to Longshore', async () => {
    const receiver = await startReceiver();
    const { urls } = await relayTo(receiver.url);
    const [folder, port, debug] = [await temporaryFolder(), await freePort(), await freePort()];
    const file = join(folder, 'config.yml');
    const text = replaceAll(REGISTRY, [
      ['/var/lib/registry', join(folder, 'data')],
      ['addr: :5000', `addr: 127.0.0.1:${port}`],
      ['127.0.0.1:5001', `127.0.0.1:${debug}`],
      ['http://127.0.0.1:5080', urls.ingest],
    ]);
    await writeFile(file, text);
    const registry = runProcess('docker-registry', ['serve', file]);
    onTestFinished(() => registry.kill('SIGKILL'));
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => (await fetch(`${url}/v2/`)).ok);
    await pushImage(url, 'acme/app', '1.0');

    const requests = await receiver.received(3);
    const tags = requests.map((request) => request.json().events[0].target.tag).filter(Boolean);
    expect(tags).toEqual(['1.0']);
    const { registry: vars } = await (await fetch(`http://127.0.0.1:${debug}/debug/vars`)).json();
    expect(vars.notifications.endpoints[0].Timeout).toBe(5e9);
  });

  test('Longshore understands it, and refuses to be its own receiver', async () => {
    const file = join(await temporaryFolder(), 'config.yml');
    await writeFile(file, REGISTRY);
    const { code, stdout } = await longshore(['check', file]);
    expect([code, stdout]).toEqual([2, expect.stringContaining('each event would come back for ever')]);
    await writeFile(file, replaceAll(REGISTRY, [['127.0.0.1:5080', 'listener.example.com:5080']]));
    const other = await longshore(['check', file]);
    expect([other.code, other.stdout]).toEqual([0, expect.stringContaining('5s for each attempt')]);
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

  const systemd = existsSync('/usr/bin/systemd-analyze');
  test.runIf(systemd)('systemd has nothing to say against it', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    const file = join(folder, 'longshore.service');
    await writeFile(file, replaceAll(UNIT, [['/usr/bin/node', process.execPath]]));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', file]);
    expect([stdout, stderr]).toEqual(['', '']);
  });
});
