/** The admin listener over a real Redis: red without it, green with it, and numbers in the registry's shape. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '@longshore/config';
import { deliveryOf, EVENTS_V2 } from '@longshore/event';
import { createObserver } from '@longshore/observe';
import { connect, createMonitor } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import { eventually, redisUrl, startRedis, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { openAdmin } from './admin-role.js';
import type { Role } from './role.js';
import { openTrail } from './trail.js';

const ENDPOINTS = [
  { name: 'one', url: 'http://user:s3cret@hook.example.com/', headers: { Authorization: ['s3cret'] } },
  { name: 'two', url: 'http://hook.example.com/', timeout: '500ms', ignore: { actions: ['pull'] } },
];

async function openOn(
  redis: string,
  endpoints: object[],
  roles: Role[] = ['ingest', 'dashboard'],
  absent?: () => string[],
) {
  const prefix = testPrefix();
  const config = await configOf({ notifications: { endpoints }, redis: { url: redis, prefix } });
  const client = connect({ url: redis }, 'producer', () => {});
  const monitor = createMonitor(client, () => {});
  const inspector = createInspector(client, prefix);
  const quiet = { write() {} };
  const observer = createObserver({ level: 'silent', pretty: false, version: '0', destination: quiet });
  await monitor.firstAnswer(5_000);
  const clients = { producer: client, consumer: client };
  const parts = {
    config: () => config,
    refused: () => undefined,
    losses: () => [],
    archive: undefined,
    file: 'longshore.yml',
    env: {},
    ...clients,
    version: '0',
  };
  const trail = openTrail({ ...parts, observer, monitor });
  const { url, close } = await openAdmin(roles, { ...parts, observer, monitor, inspector, trail }, absent);
  onTestFinished(async () => {
    await close(0);
    monitor.close();
    client.disconnect();
  });
  return {
    get: (path: string) => fetch(url + path),
    /** The `endpoints` of `/debug/vars`. */
    vars: async () =>
      ((await (await fetch(`${url}/debug/vars`)).json()) as Vars).registry.notifications.endpoints,
    enqueue: (...ids: string[]) =>
      createProducer(client, prefix).enqueue(ids.map((id) => deliveryOf(taken(id), 'one'))),
  };
}

async function configOf(settings: object): Promise<Config> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'longshore.yml');
  await writeFile(file, JSON.stringify({ version: 0.1, admin: { listen: '127.0.0.1:0' }, ...settings }));
  return loadConfig(file, {});
}

interface Vars {
  registry: { notifications: { endpoints: unknown } };
}

const taken = (id: string) => ({
  event: { id, class: 'event' as const, action: 'push', nativeType: 'push', target: {} },
  payload: { event: { id } },
  contentType: EVENTS_V2,
  source: 'distribution',
  kind: 'distribution',
  receivedAt: 0,
});

test('/readyz is red while a role does not serve', async () => {
  const absent = ['the ingest has not started yet'];
  const { get } = await openOn(redisUrl(), ENDPOINTS, ['ingest'], () => absent);
  const answer = await get('/readyz');
  expect([answer.status, await answer.json()]).toEqual([503, { status: 'not ready', missing: [...absent] }]);
  absent.pop();
  expect((await get('/readyz')).status).toBe(200);
});

test('/readyz is red without Redis and green again with it; /healthz and the pages answer all the time', async () => {
  const redis = await startRedis();
  const { get, vars } = await openOn(redis.url, ENDPOINTS);
  const ready = (status: number) => eventually(async () => (await get('/readyz')).status === status);
  await ready(200);
  await redis.kill();
  await ready(503);
  expect(await (await get('/readyz')).json()).toEqual({
    status: 'not ready',
    missing: [expect.stringContaining('Redis does not answer')],
  });
  for (const path of ['/healthz', '/metrics', '/debug/vars']) expect((await get(path)).status).toBe(200);
  expect(await vars()).toHaveLength(2);
  await redis.restart();
  await ready(200);
});

test('/readyz is red for ingest alone while Redis is nearly full', async () => {
  const redis = await startRedis({ maxmemory: '16mb' });
  await redis.cli('SETRANGE', 'ballast', String(13 * 2 ** 20), 'x');
  const ingest = await openOn(redis.url, ENDPOINTS, ['ingest']);
  const worker = await openOn(redis.url, ENDPOINTS, ['worker']);
  const red = await ingest.get('/readyz');
  expect([red.status, await red.text()]).toEqual([503, expect.stringContaining('of its maxmemory')]);
  expect((await worker.get('/readyz')).status).toBe(200);
});

test('/debug/vars has null without an endpoint', async () => {
  const { vars } = await openOn(redisUrl(), []);
  expect(await vars()).toBeNull();
});

test('/debug/vars has each endpoint as the registry shows it, without its secrets', async () => {
  const { get, vars, enqueue } = await openOn(redisUrl(), ENDPOINTS);
  await enqueue('1', '2', '3');
  const none = { Pending: 0, Events: 0, Successes: 0, Failures: 0, Errors: 0, Statuses: {} };
  expect(await vars()).toEqual([
    {
      name: 'one',
      url: 'http://hook.example.com/',
      Headers: { Authorization: ['***'] },
      Timeout: 1_000_000_000,
      Threshold: 10,
      Backoff: 1_000_000_000,
      IgnoredMediaTypes: null,
      Ignore: { MediaTypes: null, Actions: null },
      // What waits is what is in Redis, no matter what has put it there.
      Metrics: { ...none, Pending: 3 },
    },
    expect.objectContaining({
      name: 'two',
      Headers: null,
      Timeout: 500_000_000,
      Ignore: { MediaTypes: null, Actions: ['pull'] },
      Metrics: none,
    }),
  ]);
  expect(await (await get('/debug/vars')).text()).not.toContain('s3cret');
});

test('/metrics is Prometheus text, with the depth of the queues from one role alone', async () => {
  const dashboard = await openOn(redisUrl(), ENDPOINTS, ['dashboard']);
  await dashboard.enqueue('1', '2');
  const response = await dashboard.get('/metrics');
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text).toContain('longshore_queue_deliveries{endpoint="one",state="waiting"} 2');
  expect(text).toContain('registry_notifications_pending_total{endpoint="one"} 2');
  expect(text).toMatch(/^longshore_queue_oldest_seconds\{endpoint="one"\} [\d.]+$/m);
  expect(text).toContain('longshore_endpoint_failing_seconds{endpoint="one"} 0');
  expect(text).toContain('longshore_quarantine_entries 0');
  const worker = await openOn(redisUrl(), ENDPOINTS, ['worker', 'ingest']);
  expect(await (await worker.get('/metrics')).text()).not.toContain('longshore_queue_deliveries{');
});
