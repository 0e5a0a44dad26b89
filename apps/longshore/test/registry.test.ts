/**
 * End to end with a real registry and a real client. Whatever happens to Longshore meanwhile, its receiver ends up
 * with exactly the events that a plain receiver beside it has seen. LONGSHORE_TEST_REGISTRY runs it on another
 * version.
 */
import {
  eventually,
  freePort,
  hasTool,
  pushImage,
  redisUrl,
  startReceiver,
  testPrefix,
} from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { AT_LAST, metricsOf, patient } from './control.js';
import { eventsOf, startNotifying, walk } from './registry-walk.js';
import { startRelay, startRelayProcess, workFolder, writeConfig } from './relay.js';

const SLOW_MS = 120_000;

/** A configuration with a port of its own, so that a relay that is started again is at the same place. */
async function configFor(receiverUrl: string, redis: object = { url: redisUrl(), prefix: testPrefix() }) {
  const endpoints = [{ name: 'one', url: receiverUrl, timeout: '10s', ...patient }];
  const notifications = { events: { includereferences: true }, endpoints };
  const listen = `127.0.0.1:${await freePort()}`;
  return writeConfig(await workFolder(), { notifications, redis, ingest: { listen } });
}

const hasRegistry = () => Boolean(process.env.LONGSHORE_TEST_REGISTRY) || hasTool('docker-registry');

describe.runIf(hasRegistry() && hasTool('skopeo'))('a real registry', () => {
  test(
    'every notification of a walk arrives as the registry sent it, once',
    async () => {
      const receiver = await startReceiver();
      const relay = await startRelay(await configFor(receiver.url));
      const { registry, expectSame } = await startNotifying(relay.ingest);
      await walk(registry);
      const events = await expectSame(receiver);
      expect(eventsOf(receiver)).toHaveLength(events.length);
      // The walk has made what it was to make.
      const kinds = new Set(events.map(({ action, request }) => `${action} ${request.method}`));
      const expected = ['push PUT', 'pull GET', 'pull HEAD', 'mount POST', 'delete DELETE'];
      expect([...kinds].sort()).toEqual(expected.sort());
      const types = new Set(events.map(({ target }) => target.mediaType).filter(Boolean));
      expect(types.size).toBeGreaterThanOrEqual(4);
      expect(JSON.stringify(events)).toContain('"references":[');
      expect(await metricsOf(relay, 'one')).toMatchObject({
        Events: events.length,
        Successes: events.length,
      });
    },
    SLOW_MS,
  );

  test(
    'a receiver that fails in between gets everything in the end',
    async () => {
      const receiver = await startReceiver();
      const relay = await startRelay(await configFor(receiver.url));
      const { registry, expectSame } = await startNotifying(relay.ingest);
      await pushImage(registry.url, 'acme/app', 'before');
      receiver.reply({ status: 503 });
      await walk(registry);
      await relay.waitFor(({ outcome }) => outcome === 'retry', AT_LAST);
      await receiver.stop();
      await pushImage(registry.url, 'acme/app', 'meanwhile');
      await relay.waitFor(({ reason }) => reason === 'refused', AT_LAST);
      await receiver.start();
      receiver.reply({ status: 200 });
      await expectSame(receiver);
      await metricsOf(relay, 'one');
    },
    SLOW_MS,
  );

  test(
    'Longshore killed and started again during pushes: the registry sends again, and nothing is lost',
    async () => {
      const receiver = await startReceiver();
      const file = await configFor(receiver.url);
      let relay = await startRelayProcess(file);
      const { registry, recorder, expectSame } = await startNotifying(relay.ingest);
      const pushing = pushMany(registry.url, 40);
      for (const seen of [10, 50]) {
        await eventually(() => eventsOf(recorder).length >= seen, undefined, AT_LAST);
        await relay.crash();
        relay = await startRelayProcess(file);
      }
      await pushing;
      await expectSame(receiver);
      await metricsOf(relay, 'one');
    },
    SLOW_MS,
  );

  test(
    'the process that owns the embedded Redis is killed: another takes it over, and nothing is lost',
    async () => {
      const receiver = await startReceiver();
      const file = await configFor(receiver.url, {});
      const owner = await startRelayProcess(file, { roles: ['ingest'] });
      const worker = await startRelay(file, { roles: ['worker'] });
      const { registry, recorder, expectSame } = await startNotifying(owner.ingest);
      const pushing = pushMany(registry.url, 20);
      await eventually(() => eventsOf(recorder).length >= 20, undefined, AT_LAST);
      await owner.crash();
      await worker.waitFor(
        'the process that ran the embedded Redis has ended; starting one on the same data',
        {
          timeout: 90_000,
        },
      );
      await startRelayProcess(file, { roles: ['ingest'] });
      await pushing;
      await expectSame(receiver);
      await metricsOf(worker, 'one');
    },
    SLOW_MS,
  );
});

async function pushMany(registry: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++)
    await pushImage(registry, `acme/app-${n % 4}`, `v${n}`, { layers: [`layer ${n}`] });
}
