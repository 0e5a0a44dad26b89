/** Counters of a real registry, and of those that answer something else. */
import type { RegistrySettings } from '@longshore/config';
import type { CounterState } from '@longshore/queue/reconcile';
import { eventually, hasTool, pushImage, startReceiver, startRegistry } from '@longshore/testkit';
import { expect, test } from 'vitest';
import type { Judged } from './judge.js';
import { lookAtCounters } from './look.js';
import { readCounters } from './read.js';

const url = (text: string) => ({ reveal: () => text });

/** Looks at a source of which a test says what was received. */
function looking(debug: string[], received: () => number) {
  const state: { now?: CounterState; spooled: boolean } = { spooled: false };
  const look = (): Promise<Judged> =>
    lookAtCounters({
      settings: { source: 'distribution', debug: debug.map(url) } as unknown as RegistrySettings,
      memory: {
        counters: async () => state.now,
        async setCounters(_, next) {
          state.now = next;
        },
      },
      received: { read: async () => ({ events: received(), senders: [] }) },
      isSpooled: async () => state.spooled,
      open: () => fetch,
      ...{ userAgent: 'longshore/test', signal: new AbortController().signal, settle: 0 },
    });
  return { look, state };
}

test.skipIf(!hasTool('docker-registry'))(
  'a registry whose events were answered by something else is found by its counters, and one that waits is not',
  async () => {
    const receiver = await startReceiver();
    const elsewhere = await startReceiver();
    const common = { timeout: '20s', threshold: 3, backoff: '10ms' };
    const registry = await startRegistry({
      debug: true,
      endpoints: [
        { name: 'other', url: `${elsewhere.url}/other`, ...common },
        { name: 'relay', url: `${receiver.url}/registry/notifications`, ...common },
      ],
    });
    let received = () => receiver.requests.length;
    const { look, state } = looking([registry.debug], () => received());
    const delivered = (count: number) =>
      eventually(
        () =>
          readCounters({
            url: registry.debug,
            source: 'a',
            fetch,
            userAgent: 'a',
            signal: new AbortController().signal,
          }),
        ({ pending, successes }) => pending === 0 && successes === count,
      );
    const settled = () =>
      eventually(look, ({ state: { last, anchor } }) => anchor !== undefined && anchor === last);
    await pushImage(registry.url, 'acme/app', '1.0');
    await receiver.received(3);
    await settled();
    expect(state.now?.last?.processes[registry.debug]).toMatchObject({ pending: 0, successes: 3, events: 3 });

    // While it is refused, the events are in the registry's queue and nothing is lost.
    receiver.reply({ status: 503 });
    const before = receiver.requests.length;
    received = () => before;
    await pushImage(registry.url, 'acme/app', '2.0', { layers: ['two'] });
    await receiver.received(before + 1);
    const { lost, state: busy } = await look();
    expect(lost).toBeUndefined();
    expect(busy.last?.processes[registry.debug]?.pending).toBeGreaterThan(0);
    receiver.reply({ status: 200 });
    await delivered(6);
    received = () => 6;
    await settled();
    expect(state.now?.lost).toBeUndefined();
    expect(state.now?.agreedSince).toBeLessThan(state.now?.anchor?.at ?? 0);

    // What a proxy answered instead of the relay.
    await pushImage(registry.url, 'acme/app', '3.0', { layers: ['three'] });
    await delivered(9);
    received = () => 7;
    state.spooled = true;
    expect(await look()).toEqual({ state: state.now });
    state.spooled = false;
    expect(await look()).toMatchObject({ lost: { events: 2 } });
    expect((await look()).lost).toBeUndefined();

    await registry.kill();
    expect((await look()).state.trouble).toContain('check http.debug.addr');
  },
);

const METRICS = `# TYPE registry_notifications_events_total counter
registry_notifications_events_total{endpoint="relay",type="Errors"} 1
registry_notifications_events_total{endpoint="relay",type="Events"} 1.2e+01
registry_notifications_events_total{endpoint="relay",type="Failures"} 2
registry_notifications_events_total{endpoint="relay",type="Successes"} 9
registry_notifications_pending_total{endpoint="relay"} 3
registry_notifications_status_total{code="200 OK",endpoint="relay"} 9
`;

test('metrics of Prometheus are read at their own path', async () => {
  const server = await startReceiver({
    headers: { 'content-type': 'text/plain; version=0.0.4' },
    body: METRICS,
  });
  const signal = new AbortController().signal;
  const question = { url: `${server.url}/metrics`, source: 'a', fetch, userAgent: 'longshore/test', signal };
  expect(await readCounters(question)).toEqual({
    events: 12,
    successes: 9,
    failures: 2,
    errors: 1,
    pending: 3,
  });
  expect(server.requests[0]?.url).toBe('/metrics');
  server.reply({ body: METRICS + METRICS.replaceAll('relay', 'other') });
  await expect(readCounters(question)).rejects.toThrow('several endpoints (relay, other)');
  await expect(readCounters({ ...question, url: server.url })).rejects.toThrow('several endpoints');
});

test('an answer without the counters of one endpoint is an error, and is said', async () => {
  const server = await startReceiver({ headers: { 'content-type': 'application/json' }, body: '{}' });
  const { look, state } = looking([server.url], () => 0);
  expect((await look()).state.trouble).toContain('no registry.notifications.endpoints');
  expect(server.requests[0]?.url).toBe('/debug/vars');
  server.reply({ status: 404 });
  expect((await look()).state.trouble).toContain('HTTP 404');
  const endpoint = { name: 'relay', url: 'http://relay/sources/distribution/', Metrics: { Events: 1 } };
  const vars = (...endpoints: object[]) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ registry: { notifications: { endpoints } } }),
  });
  server.reply(vars(endpoint));
  expect((await look()).state.trouble).toContain('no counters');
  server.reply(vars());
  expect((await look()).state.trouble).toContain('no endpoint');
  const counters = { Events: 1, Successes: 1, Failures: 0, Errors: 0, Pending: 0 };
  server.reply(vars({ ...endpoint, Metrics: counters }, { name: 'b', url: 'http://b/', Metrics: counters }));
  expect((await look()).state.trouble).toBeUndefined();
  expect(state.now?.last).toBeDefined();
});
