/** Redis loses its data under a running relay, or takes no writes: the operator sees it everywhere, and work continues. */
import { eventually, startReceiver, startRedis, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, envelope, startRelay, workFolder, writeConfig } from './relay.js';

async function relayOn(url: string) {
  const receiver = await startReceiver();
  const endpoints = ['one', 'two'].map((name) => ({ name, url: receiver.url }));
  const redis = { url, prefix: testPrefix() };
  const relay = await startRelay(
    await writeConfig(await workFolder(), { notifications: { endpoints }, redis }),
  );
  const text = async (address: string) => (await fetch(address)).text();
  return {
    ...{ relay, receiver, prefix: redis.prefix },
    home: () => text(relay.dashboard),
    readyz: () => text(`${relay.admin}/readyz`),
    metrics: () => text(`${relay.admin}/metrics`),
    pause: (endpoint: string) =>
      fetch(`${relay.dashboard}/api/v1/endpoints/${endpoint}/pause`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"reason":"repair"}',
      }),
  };
}

test('FLUSHALL: a record, a metric, a note and the home page have the window, and pauses hold', async () => {
  const redis = await startRedis();
  const { relay, receiver, prefix, home, readyz, metrics, pause } = await relayOn(redis.url);
  expect((await pause('two')).status).toBe(200);
  await relay.post(envelope(anEvent()));
  await receiver.received(1);
  // What was paused is known to the process once it has looked again.
  const count = async () => Number(await redis.cli('HGET', `${prefix}:{~health}:witness`, 'count'));
  const before = await count();
  await eventually(count, (now) => now >= before + 2);

  await redis.cli('FLUSHALL');
  const lost = await relay.waitFor(({ record }) => record === 'queue.lost');
  expect(lost).toMatchObject({ level: 'error', msg: 'Redis lost data', state: 'empty' });
  const window = `deliveries received from ${lost.from} until ${lost.until} may be missing`;
  expect(String(lost.detail)).toContain(window);
  expect(Date.parse(String(lost.from))).toBeLessThan(Date.parse(String(lost.until)));
  await eventually(readyz, (text) => text.includes(window));
  await eventually(home, (html) => html.includes(window));
  expect(await metrics()).toMatch(/^longshore_redis_losses_total 1$/m);

  await eventually(home, (html) => html.includes('by an operator; 0 deliveries queued'));
  const event = anEvent();
  await eventually(async () => (await relay.post(envelope(event))).status === 202);
  await receiver.received(2);
  await eventually(metrics, (text) => /queue_deliveries\{endpoint="two",state="waiting"\} 1\n/.test(text));
}, 240_000);

test('the home page says why Redis takes no writes', async () => {
  const redis = await startRedis();
  const { home } = await relayOn(redis.url);
  expect(await home()).not.toContain('Ingest answers 503');
  await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
  const words = 'Ingest answers 503, or spools: Redis has too few replicas to take writes';
  await eventually(home, (html) => html.includes(words));
  await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '0');
  await eventually(home, (html) => !html.includes(words));
}, 240_000);
