import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually, redisUrl, startReceiver, testPrefix } from '../../packages/testkit/dist/index.js';
import { longshore, post, startRelay } from '../../scripts/testing/relay.mjs';

const FILE = fileURLToPath(new URL('longshore.yml', import.meta.url));
const SECRETS = { EU_TOKEN: 'eu-secret', US_TOKEN: 'us-secret' };

test('events of two registries pass through two ingests and two workers, one of which is killed', async () => {
  const receiver = await startReceiver();
  const env = {
    ...SECRETS,
    REDIS_URL: redisUrl(),
    LONGSHORE_REDIS_PREFIX: testPrefix(),
    LONGSHORE_NOTIFICATIONS_ENDPOINTS_0_URL: receiver.url,
  };
  const start = (role) => startRelay(FILE, { roles: [role], env });
  const [eu, us, worker, , dashboard] = await Promise.all(
    ['ingest', 'ingest', 'worker', 'worker', 'dashboard'].map(start),
  );
  const send = (relay, source, id) => {
    const event = { id, action: 'push', target: { repository: 'acme/app' } };
    const headers = { authorization: `Bearer ${source}-secret` };
    return post(relay.urls.ingest, [event], { path: `/sources/${source}`, headers });
  };
  const wrong = await post(eu.urls.ingest, [], {
    path: '/sources/eu',
    headers: { authorization: 'Bearer x' },
  });
  expect(wrong.status).toBe(401);

  for (let n = 0; n < 10; n++) await send(eu, 'eu', `event-${n}`);
  worker.child.kill('SIGKILL');
  for (let n = 0; n < 10; n++) await send(us, 'us', `event-${n}`);
  const seen = () =>
    new Set(receiver.requests.map((r) => `${r.json().events[0].longshore.source}-${r.json().events[0].id}`));
  await eventually(seen, ({ size }) => size === 20, { timeout: 90_000, what: '20 different events' });

  const metrics = await (await fetch(`${dashboard.urls.admin}/metrics`)).text();
  expect(metrics).toMatch(/^longshore_queue_deliveries\{endpoint="catalog",state="dead"\} 0$/m);
}, 240_000);

test('the configuration is usable without a warning', async () => {
  const env = { ...SECRETS, REDIS_URL: 'redis://127.0.0.1:6379' };
  const { code, stdout } = await longshore(['check', FILE], { env });
  expect([code, stdout]).toEqual([0, expect.stringContaining('0 warnings')]);
});
