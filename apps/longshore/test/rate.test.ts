/** The rate of an endpoint, as its receiver sees it. */
import { redisUrl, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { anEvent, envelope, idsOf, startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

test('20/s holds over two worker processes, and every event arrives at its first attempt', async () => {
  const receiver = await startReceiver();
  const endpoints = [{ name: 'one', url: receiver.url, rate: '20/s', concurrency: 100, timeout: '60s' }];
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const file = await writeConfig(await workFolder(), { notifications: { endpoints }, redis });
  const ingest = await startRelay(file, { roles: ['ingest'] });
  const events = Array.from({ length: 150 }, () => anEvent());
  await ingest.post(envelope(...events));
  const roles = ['worker'];
  const started = Date.now();
  await Promise.all([startRelay(file, { roles }), startRelayProcess(file, { roles })]);
  const requests = await receiver.received(150);
  // A busy machine can only delay them, so the n-th may come later than the rate allows, and never earlier.
  for (const [n, { at }] of requests.entries()) {
    expect(n + 1).toBeLessThanOrEqual(20 + (20 * (at - started)) / 1_000);
  }
  expect(new Set(idsOf(requests)).size).toBe(150);
  expect(new Set(requests.map(({ headers }) => headers['x-longshore-attempt']))).toEqual(new Set(['1']));
}, 240_000);
