/** Kraken and Dragonfly as they answer over time: what is under way holds no slot and is no attempt. */
import { connect } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { eventually, redisUrl, startReceiver } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { attemptsOf } from './control.js';
import { pushOf, relayWith, warmEndpoint } from './preheat.js';
import { envelope } from './relay.js';
import { anImage, scriptedRegistry } from './scripted-registry.js';

const SLOW_MS = 120_000;
const AT_LAST = { timeout: 90_000 };

/** An origin: 202 for the blobs in `running`, 200 for the others. */
async function krakenOrigin(running: Set<string>) {
  const triggers = new Map<string, number>();
  const origin = await startReceiver(({ url, method }) => {
    const digest = /sha256:[0-9a-f]{64}/.exec(decodeURIComponent(url))?.[0] ?? '';
    if (url.endsWith('/locations')) {
      return { headers: { 'origin-locations': `127.0.0.1:${origin.port}` } };
    }
    if (method === 'HEAD') return { status: running.has(digest) ? 404 : 200 };
    triggers.set(digest, (triggers.get(digest) ?? 0) + 1);
    return { status: running.has(digest) ? 202 : 200 };
  });
  return { origin, triggers };
}

test(
  'a blob that Kraken is still at holds no slot, shows how far it is, and is no attempt',
  async () => {
    const [slow, quick] = [anImage(['slow'], { n: 1 }), anImage(['quick'], { n: 2 })];
    const registry = await scriptedRegistry();
    registry.has(slow, 'slow');
    registry.has(quick, 'quick');
    const running = new Set(slow.parts.map(({ digest }) => digest));
    const { origin } = await krakenOrigin(running);
    const targets = [{ name: 'kraken', kind: 'kraken', origin: origin.url }];
    const preheat = { registry: { url: registry.url }, targets };
    const { relay, prefix } = await relayWith([warmEndpoint(preheat, { concurrency: 1 })]);
    const client = connect({ url: redisUrl() }, 'producer', () => {});
    onTestFinished(() => client.disconnect());
    const queue = createInspector(client, prefix).boardQueue('warm');

    await relay.post(envelope(pushOf(registry.url, 'team/slow', slow.root, { tag: 'slow' })));
    await eventually(
      () => queue.getDelayedCount(),
      (count) => count === 1,
      AT_LAST,
    );
    await relay.post(envelope(pushOf(registry.url, 'team/quick', quick.root, { tag: 'quick' })));
    await relay.waitFor(
      ({ record, repository }) => record === 'preheat.finished' && repository === 'team/quick',
      AT_LAST,
    );

    running.delete(slow.parts[0]?.digest ?? '');
    await eventually(
      async () => (await queue.getJobs(['delayed', 'active', 'waiting']))[0]?.progress as { blobs?: string },
      (progress) => progress?.blobs === '1 / 3',
      AT_LAST,
    );
    running.clear();
    const done = await relay.waitFor(
      ({ record, repository }) => record === 'preheat.finished' && repository === 'team/slow',
      AT_LAST,
    );
    expect(done).toMatchObject({ result: 'succeeded', warmed: 3, failed: 0 });
    const attempts = await eventually(
      () => attemptsOf(relay, 'warm'),
      ({ length }) => length === 2,
    );
    expect(attempts.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
      [1, 'delivered'],
      [1, 'delivered'],
    ]);
  },
  SLOW_MS,
);

test(
  'a blob that Kraken has is not asked for again under another repository',
  async () => {
    const image = anImage(['a']);
    const registry = await scriptedRegistry();
    registry.has(image, '1.0');
    const { origin, triggers } = await krakenOrigin(new Set());
    const targets = [{ name: 'kraken', kind: 'kraken', origin: origin.url }];
    const { relay } = await relayWith([warmEndpoint({ registry: { url: registry.url }, targets })]);
    for (const repository of ['team/one', 'team/two']) {
      await relay.post(envelope(pushOf(registry.url, repository, image.root)));
      await relay.waitFor(
        (line) => line.record === 'preheat.finished' && line.repository === repository,
        AT_LAST,
      );
    }
    for (const { digest } of image.parts) expect(triggers.get(digest), digest).toBe(1);
  },
  SLOW_MS,
);

test('Dragonfly: one job for each platform, looked at until it is done; what it did not do is partial', async () => {
  const image = anImage(['kept', 'lost']);
  const registry = await scriptedRegistry();
  registry.has(image, '1.0');
  const lost = image.parts.at(-1)?.digest ?? '';
  const blobs = image.parts.slice(1).map(({ digest }) => `${registry.url}/v2/team/api/blobs/${digest}`);
  let looks = 0;
  const manager = await startReceiver(({ method }) => {
    if (method === 'POST') return { body: JSON.stringify({ id: 7, state: 'PENDING' }) };
    const done = ++looks > 1;
    const tasks = blobs
      .filter((url) => !url.endsWith(lost))
      .map((url) => ({ url, hostname: 'seed', ip: '10.0.0.1' }));
    const result = {
      job_states: [{ state: 'SUCCESS', results: [{ success_tasks: tasks, failure_tasks: [] }] }],
    };
    return { body: JSON.stringify({ id: 7, state: done ? 'SUCCESS' : 'PENDING', ...(done && { result }) }) };
  });
  const targets = [{ name: 'dragonfly', kind: 'dragonfly', url: manager.url, token: 't' }];
  const hook = await startReceiver();
  const { relay } = await relayWith([
    warmEndpoint({ registry: { url: registry.url }, targets }, { threshold: 1 }),
    { name: 'hook', url: hook.url, accept: ['event', 'other'] },
  ]);
  await relay.post(envelope(pushOf(registry.url, 'team/api', image.root)));
  const done = await relay.waitFor('preheat.finished');
  expect(done).toMatchObject({ result: 'partial', failed: 1 });
  expect(done.detail).toContain(lost.slice(0, 19));
  expect(manager.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  await eventually(() =>
    hook.requests.some(({ body }) => body.includes('preheat.partial') && body.includes(lost)),
  );
}, 240_000);
