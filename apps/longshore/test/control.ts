/** What the tests against the registry's own behaviour share: a relay on the shared Redis, its numbers, and samples. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, redisUrl, testPrefix } from '@longshore/testkit';
import { type Relay, type Settings, startRelay, workFolder, writeConfig } from './relay.js';

/**
 * A relay with these endpoints whose queues are in the shared Redis. On a busy machine a good receiver can take
 * longer than the default of 1 s; where that would be another outcome, it is not what a test is about.
 * @param start a load of thousands has a process of its own, so that it and its receiver do not slow each other down
 */
export async function relayTo(
  endpoints: object[],
  more: Settings = {},
  start: (file: string) => Promise<Relay> = startRelay,
): Promise<Relay> {
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const patiently = endpoints.map((endpoint) => ({ timeout: '10s', ...endpoint }));
  const settings = { notifications: { endpoints: patiently }, redis, ...more };
  return start(await writeConfig(await workFolder(), settings));
}

/** For what takes a moment on an idle machine, and much longer on a busy one. */
export const AT_LAST = { timeout: 90_000 };

/** Retries that come soon and never end within a test. */
export const patient = { threshold: 10_000, backoff: '10ms', maxbackoff: '40ms' };

/** The numbers that the registry shows of an endpoint. */
export interface Metrics {
  Pending: number;
  Events: number;
  Successes: number;
  Failures: number;
  Errors: number;
  Statuses: Record<string, number>;
}

/** `registry.notifications.endpoints` of `/debug/vars`. */
export async function varsOf(relay: Relay): Promise<{ name: string; Metrics: Metrics }[] | null> {
  const vars = await (await fetch(`${relay.admin}/debug/vars`)).json();
  return (vars as { registry: { notifications: { endpoints: never } } }).registry.notifications.endpoints;
}

/** The metrics of an endpoint once nothing is pending there. */
export async function metricsOf(relay: Relay, name: string, timeout = 90_000): Promise<Metrics> {
  return eventually(
    async () => (await varsOf(relay))?.find((endpoint) => endpoint.name === name)?.Metrics as Metrics,
    (metrics) => metrics.Pending === 0,
    // Each look costs the relay a few milliseconds, which it needs for what is waited for.
    { timeout, every: 100, what: `${name} without pending deliveries` },
  );
}

/** Records of attempts at an endpoint, in order. */
export function attemptsOf(relay: Relay, endpoint: string) {
  return relay.records.filter((each) => each.record === 'delivery.attempted' && each.endpoint === endpoint);
}

/** An event as a real registry has sent it. */
export interface Sample {
  /** The request's body, byte for byte. */
  body: string;
  contentType: string;
  /** The one event of it. */
  event: SampleEvent;
}

export interface SampleEvent {
  id: string;
  action: string;
  target: Record<string, unknown>;
  request: { method: string };
  [member: string]: unknown;
}

const SAMPLES = new URL('../../../packages/sources/src/kinds/distribution/samples/', import.meta.url);

/** A request that was captured, by its path below the samples of kind `distribution`. */
export function sample(name: string): Sample {
  const file = readFileSync(new URL(`${name}.http`, SAMPLES), 'utf8');
  const end = file.indexOf('\n\n');
  const body = file.slice(end + 2);
  const contentType = /^content-type: (.*)$/im.exec(file.slice(0, end))?.[1] ?? '';
  return { body, contentType, event: JSON.parse(body).events[0] };
}

/** Names of the captured requests of a version: `registry-2.8.3`, `registry-3.1`. */
export function samplesOf(version: string): string[] {
  const files = readdirSync(new URL(`${version}/`, SAMPLES));
  return files.filter((file) => file.endsWith('.http')).map((file) => `${version}/${file.slice(0, -5)}`);
}

/** A relay for all tests of a file; what starts it in `beforeAll` ends it in `afterAll`. */
export async function sharedRelay(settings: Settings): Promise<{ relay: Relay; end(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  const redis = { url: redisUrl(), prefix: testPrefix() };
  const relay = await startRelay(await writeConfig(folder, { redis, ...settings }));
  return {
    relay,
    async end() {
      await relay.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
