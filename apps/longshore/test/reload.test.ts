/** Endpoints come, change and go while events flow, and what is queued stays queued. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { AT_LAST } from './control.js';
import { command } from './operator.js';
import {
  anEvent,
  envelope,
  heldReceiver,
  idsOf,
  longshore,
  startRelay,
  workFolder,
  writeConfig,
} from './relay.js';

async function relayWith(endpoints: object[]) {
  const folder = await workFolder();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(folder, { notifications: { endpoints }, redis });
  const relay = await startRelay(file);
  const reloads = (): number => relay.records.filter(({ msg }) => msg === 'configuration reloaded').length;
  const change = async (next: object[]): Promise<void> => {
    const before = reloads();
    await writeConfig(folder, { notifications: { endpoints: next }, redis });
    await eventually(() => reloads() > before);
  };
  return { relay, file, change };
}

test('an endpoint that is added gets events from then on', async () => {
  const [old, added] = [await startReceiver(), await startReceiver()];
  const { relay, change } = await relayWith([{ name: 'old', url: old.url }]);
  await relay.post(envelope(anEvent()));
  await change([
    { name: 'old', url: old.url },
    { name: 'added', url: added.url },
  ]);
  const line = relay.records.findLast(({ msg }) => msg === 'configuration reloaded');
  expect(line).toMatchObject({ endpoints: 2, added: ['added'] });
  expect([line?.removed, line?.changed]).toEqual([undefined, undefined]);
  const event = anEvent();
  expect(await (await relay.post(envelope(event))).json()).toMatchObject({ enqueued: 2 });
  await old.received(2);
  await added.received(1);
  expect(idsOf(added.requests)).toEqual([event.id]);
});

test('what waits for an endpoint goes to its new url', async () => {
  const right = await startReceiver();
  const wrong = await startReceiver({ status: 500 });
  const settings = { threshold: 100, backoff: '100ms', maxbackoff: '200ms' };
  const { relay, change } = await relayWith([{ name: 'one', url: wrong.url, ...settings }]);
  const event = anEvent();
  await relay.post(envelope(event));
  await wrong.received(1);
  await change([{ name: 'one', url: right.url, ...settings }]);
  await right.received(1);
  expect(idsOf(right.requests)).toEqual([event.id]);
});

test('a rule that is added holds for what is queued already', async () => {
  const receiver = await startReceiver();
  const { relay, change } = await relayWith([{ name: 'one', url: receiver.url, paused: true }]);
  const [pull, push] = [anEvent({ action: 'pull' }), anEvent()];
  await relay.post(envelope(pull, push));
  await change([{ name: 'one', url: receiver.url, ignore: { actions: ['pull'] } }]);
  await receiver.received(1);
  // What comes later arrives after whatever was queued before it.
  const last = anEvent();
  await relay.post(envelope(last));
  await receiver.received(2);
  expect(idsOf(receiver.requests)).toEqual([push.id, last.id]);
});

test('a threshold that is lowered counts from the next attempt on', async () => {
  const receiver = await startReceiver({ status: 500 });
  const slow = { backoff: '300ms', maxbackoff: '300ms' };
  const { relay, change } = await relayWith([{ name: 'one', url: receiver.url, threshold: 1_000, ...slow }]);
  await relay.post(envelope(anEvent()));
  await receiver.received(2);
  await change([{ name: 'one', url: receiver.url, threshold: 2, ...slow }]);
  expect(await relay.waitFor('delivery.settled')).toMatchObject({ outcome: 'dead', reason: 'http_500' });
});

test('what is queued for an endpoint that was removed is there when it is added again', async () => {
  const receiver = await startReceiver();
  await receiver.stop();
  const one = { name: 'one', url: receiver.url, threshold: 100, backoff: '100ms', maxbackoff: '200ms' };
  const { relay, change } = await relayWith([one]);
  const event = anEvent();
  await relay.post(envelope(event));
  await relay.waitFor(({ reason }) => reason === 'refused');
  await change([]);
  const left = (record: Record<string, unknown>) =>
    String(record.msg).includes('no longer in the configuration');
  expect(await relay.waitFor(left)).toMatchObject({ level: 'warn', endpoint: 'one', queued: 1 });
  await receiver.start();
  expect(await (await relay.post(envelope(anEvent()))).json()).toMatchObject({ accepted: 1, enqueued: 0 });
  await change([one]);
  await receiver.received(1);
  expect(idsOf(receiver.requests)).toEqual([event.id]);
});

test('an attempt that is in flight while its endpoint changes is finished, and counted once', async () => {
  const { receiver, answer } = await heldReceiver();
  const one = { name: 'one', url: receiver.url, timeout: '60s' };
  const { relay, change } = await relayWith([one]);
  await relay.post(envelope(anEvent()));
  await receiver.received(1);
  await change([{ ...one, timeout: '61s', concurrency: 2 }]);
  answer();
  await relay.waitFor(({ outcome }) => outcome === 'delivered');
  expect(receiver.requests).toHaveLength(1);
});

test('a file that cannot be used changes nothing and says why', async () => {
  const receiver = await startReceiver();
  const { relay, file } = await relayWith([{ name: 'one', url: receiver.url }]);
  await writeFile(file, 'notifications:\n  endpoints:\n    - name: one\n      urll: http://x/\n');
  const failed = await relay.waitFor('configuration not reloaded, the old one stays in force');
  expect(JSON.stringify(failed)).toContain('url');
  await relay.post(envelope(anEvent()));
  await receiver.received(1);
});

test('a file that cannot be used is seen in /readyz, the metrics, every page and status until it is corrected', async () => {
  const endpoints = [{ name: 'one', url: 'http://127.0.0.1:9/' }];
  const { relay, file, change } = await relayWith(endpoints);
  const seen = async () => ({
    ready: await (await fetch(`${relay.admin}/readyz`)).json(),
    metrics: await (await fetch(`${relay.admin}/metrics`)).text(),
    page: await (await fetch(`${relay.dashboard}/quarantine`)).text(),
  });
  // On another machine the file is whole.
  const whole = join(await workFolder(), 'longshore.yml');
  await copyFile(file, whole);
  const said = () => command(['status', '--config', whole]).then(({ stderr }) => stderr);
  expect((await seen()).metrics).toContain('longshore_config_last_reload_successful 1');
  await writeFile(file, 'notifications:\n  endpoints:\n    - name: one\n      urll: http://x/\n');
  await relay.waitFor('configuration not reloaded, the old one stays in force');
  const { ready, metrics, page } = await seen();
  expect(ready).toMatchObject({ status: 'ready', notes: [expect.stringContaining('unknown key "urll"')] });
  expect(metrics).toContain('longshore_config_last_reload_successful 0');
  expect(page).toContain('was rejected at');
  await eventually(said, (text) => text.includes(`${file} is not in force`), AT_LAST);
  const rejected = async () =>
    (await fetch(`${relay.dashboard}/api/v1/configuration/rejected`)).json() as Promise<{ items: object[] }>;
  expect(await rejected()).toMatchObject({ items: [{ file, reason: expect.stringContaining('urll') }] });
  const doctor = await command(['doctor', '--json', '--only', 'processes', '--config', whole]);
  expect(JSON.parse(doctor.stdout).checks).toContainEqual(
    expect.objectContaining({ name: 'configuration', status: 'warn', fix: expect.stringContaining(file) }),
  );
  await change(endpoints);
  const after = await seen();
  expect(after.ready).toEqual({ status: 'ready' });
  expect(after.metrics).toContain('longshore_config_last_reload_successful 1');
  expect(after.page).not.toContain('was rejected at');
  await eventually(rejected, ({ items }) => items.length === 0, AT_LAST);
  await eventually(said, (text) => !text.includes('not in force'), AT_LAST);
});

test('SIGHUP reads the file, and secrets beside it, again', async () => {
  const receiver = await startReceiver();
  const folder = await workFolder();
  const secret = `${folder}/token`;
  await writeFile(secret, 'Bearer old');
  const endpoints = [{ name: 'one', url: receiver.url, headers: { Authorization: [`file:${secret}`] } }];
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const relay = await startRelay(await writeConfig(folder, { notifications: { endpoints }, redis }));
  await relay.post(envelope(anEvent()));
  await receiver.received(1);
  await writeFile(secret, 'Bearer new');
  relay.signal('SIGHUP');
  await relay.waitFor('configuration reloaded');
  await relay.post(envelope(anEvent()));
  const requests = await receiver.received(2);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
});

test('a new endpoint whose secret is missing changes nothing anywhere', async () => {
  const receiver = await startReceiver();
  const folder = await workFolder();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const one = { name: 'one', url: receiver.url };
  const relay = await startRelay(await writeConfig(folder, { notifications: { endpoints: [one] }, redis }));
  const two = { name: 'two', url: receiver.url, headers: { Authorization: ['env:LONGSHORE_TEST_NO_SUCH'] } };
  await writeConfig(folder, { notifications: { endpoints: [one, two] }, redis });
  await relay.waitFor('configuration not reloaded, the old one stays in force');
  expect(await (await relay.post(envelope(anEvent()))).json()).toMatchObject({ enqueued: 1 });
  await receiver.received(1);
});

test('a reload while an attempt hangs holds up neither the next reload nor the end', async () => {
  const receiver = await startReceiver('hang');
  const folder = await workFolder();
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const worker = { grace: '500ms' };
  const settings = (concurrency: number) => ({
    notifications: { endpoints: [{ name: 'one', url: receiver.url, timeout: '10m', concurrency }] },
    redis,
    worker,
  });
  const relay = await startRelay(await writeConfig(folder, settings(1)));
  await relay.post(envelope(anEvent()));
  await receiver.received(1);
  const reloads = () => relay.records.filter(({ msg }) => msg === 'configuration reloaded').length;
  await writeConfig(folder, settings(22));
  await eventually(() => reloads() === 1);
  await writeConfig(folder, settings(333));
  await eventually(() => reloads() === 2);
  expect((await relay.stop()).code).toBe(0);
});

test('SIGHUP at any moment ends nothing', async () => {
  const file = await writeConfig(await workFolder(), {});
  const child = longshore(['run', '--config', file]);
  await child.waitFor('ready');
  const storm = setInterval(() => child.kill('SIGHUP'), 5);
  await child.waitFor('configuration reloaded').finally(() => clearInterval(storm));
  child.kill('SIGTERM');
  child.kill('SIGHUP');
  expect((await child.exited).code).toBe(0);
});
