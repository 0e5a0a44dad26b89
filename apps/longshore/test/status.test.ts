/** `longshore status` beside a relay that runs. */
import { eventually, freePort, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { bury, command, looking } from './operator.js';
import { anEvent, envelope, runHere, startRelay, workFolder, writeConfig } from './relay.js';

const LONG = 120_000;

/** One endpoint that accepts, one whose deliveries are dead-lettered after three refusals, one that is paused. */
async function relayInTrouble() {
  const [good, bad] = await Promise.all([startReceiver(), startReceiver({ status: 422 })]);
  const endpoints = [
    { name: 'good', url: good.url, timeout: '60s' },
    { name: 'bad', url: bad.url, timeout: '60s', threshold: 3, backoff: '10ms' },
    { name: 'quiet', url: good.url, paused: true },
  ];
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const relay = await startRelay(file);
  await relay.post(envelope(anEvent()));
  await Promise.all([good.received(1, AT_LAST), bad.received(3, AT_LAST)]);
  await eventually(
    async () => (await fetch(`${relay.dashboard}/api/v1/endpoints/bad`)).json(),
    (bad) => (bad as { state: { name: string } }).state.name === 'failing',
    { ...AT_LAST, what: 'an endpoint that is failing' },
  );
  return { file };
}

test(
  'each endpoint has a line, the worst first, and the exit code says whether one needs help',
  async () => {
    const { file } = await relayInTrouble();
    const all = await command(['status', '--config', file]);
    const [head, ...lines] = all.stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ENDPOINT +STATE +WAITING +DELAYED +IN FLIGHT +DEAD +PER MIN +OLDEST +DETAILS$/);
    expect(lines).toEqual([
      expect.stringMatching(/^bad +failing +0 +0 +0 +1 +0 +3 failed attempts: .*422/),
      expect.stringMatching(/^quiet +paused +1 +0 +0 +0 +0 +\S+ .*in the configuration; 1 delivery queued$/),
      expect.stringMatching(/^good +delivering +0 +0 +0 +0 +0$/),
    ]);
    expect(all.code).toBe(1);

    const one = await command(['status', '--endpoint', 'good', '-o', 'wide', '--config', file]);
    expect([one.code, one.stdout]).toEqual([
      0,
      expect.stringMatching(/LAST DELIVERED +URL +DETAILS\n.*http:/),
    ]);
    const json = await command(['status', '-o', 'json', '--config', file]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      { name: 'bad', state: { name: 'failing' }, failures: 3 },
      { name: 'quiet', pausedByConfig: true, waiting: 1 },
      { name: 'good', state: { name: 'delivering' } },
    ]);
    const unknown = await command(['status', '--endpoint', 'goot', '--config', file]);
    expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('good') });
  },
  LONG,
);

test(
  '--watch prints again until it is interrupted',
  async () => {
    const { file } = await relayInTrouble();
    const watching = runHere(['status', '--watch', '--endpoint', 'good', '--config', file]);
    await eventually(
      () => watching.stdout.split('ENDPOINT').length - 1,
      (times) => times >= 2,
      { ...AT_LAST, what: 'two tables' },
    );
    watching.signal('SIGINT');
    expect(await watching.exited).toMatchObject({ code: 0 });
  },
  LONG,
);

test('a removed endpoint is listed while something is kept for it', async () => {
  const [url, prefix] = [redisUrl(), testPrefix()];
  const { inspector } = await looking(prefix);
  await bury(prefix, 'kept', 1);
  await inspector.remember(['empty']);
  const file = await writeConfig(await workFolder(), { redis: { url, prefix } });
  const { stdout } = await command(['status', '-o', 'json', '--config', file]);
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'kept', configured: false, dead: 1 }]);
});

test('a named Redis that is away is the reason, not a relay that is not started', async () => {
  const redis = { url: `redis://127.0.0.1:${await freePort()}` };
  const file = await writeConfig(await workFolder(), { redis });
  const { code, stderr } = await command(['status', '--config', file]);
  expect([code, stderr]).toEqual([1, expect.stringContaining('longshore doctor --only redis')]);
  expect(stderr).not.toContain('start the relay');
});

test.each([[['status', '-o', 'yaml']], [['status', 'extra']]])(
  'wrong usage %j exits with 2',
  async (args) => {
    expect(await command(args)).toMatchObject({ code: 2 });
  },
);

test(
  'a certificate that is not checked is shown by status, the pages and the log',
  async () => {
    const { url } = await startReceiver();
    const endpoints = [{ name: 'one', url, tls: { insecure: true } }];
    const redis = { url: redisUrl(), prefix: testPrefix() };
    const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
    const relay = await startRelay(file);
    const status = await command(['status', '--config', file]);
    expect(status.stdout).toMatch(/^one .* INSECURE: a certificate is not checked/m);
    const page = async (path: string) => (await fetch(`${relay.dashboard}${path}`)).text();
    expect(await page('/')).toContain('insecure<span class="hidden">: certificate not checked</span>');
    expect(await page('/endpoints/one')).toContain('Insecure: a certificate is not checked');
    expect(JSON.parse(await page('/api/v1/endpoints/one'))).toMatchObject({ insecure: true });
    expect(JSON.stringify(relay.records)).toContain('tls.insecure');
  },
  LONG,
);
