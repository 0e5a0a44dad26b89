/** The dashboard over a real Redis and real HTTP on a free port. Everything ends with the test. */
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchiveReader } from '@longshore/archive/read';
import { type Config, loadConfig } from '@longshore/config';
import { type Delivery, deliveryOf, EVENTS_V2, type TakenEvent } from '@longshore/event';
import { type AdminService, createAdminService } from '@longshore/operator';
import { connect, type RedisClient } from '@longshore/queue';
import { createTakeLoop } from '@longshore/queue/consumer';
import { createInspector, type Inspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import { eventually, redisUrl, testPrefix } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import type { SignIns } from '../access/authenticate.js';
import { createDashboard, type Dashboard } from '../dashboard.js';

export interface TestDashboard {
  readonly url: string;
  readonly inspector: Inspector;
  readonly admin: AdminService;
  /** Of its keys in the shared Redis. */
  readonly prefix: string;
  readonly client: RedisClient;
  /** Errors that are not in the table. */
  readonly internalErrors: readonly unknown[];
  /** Sign-ins at an issuer that failed. */
  readonly signInTroubles: readonly unknown[];
  /** Kinds that requests of quarantine were tried as. */
  readonly replayedAs: readonly (string | undefined)[];
  /** Applies other settings, as a changed file does. */
  apply(settings: object): Promise<void>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Posts JSON to the API, as a script does. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Names of the queues that the board shows. */
  shown(): Promise<string[]>;
  /** Enqueues one delivery. */
  enqueue(endpoint: string): Promise<Delivery>;
  /** Puts one delivery into the dead-letter set. */
  die(endpoint: string): Promise<Delivery>;
}

/** Sign-ins that are never slowed down. */
export const unthrottled: SignIns = {
  begin: async () => ({ passed() {}, failed: async () => {} }),
  failed: async () => {},
};

/** Settings with endpoints of these names. */
export const endpoints = (...names: string[]): object => ({
  notifications: { endpoints: names.map((name) => ({ name, url: 'http://127.0.0.1:9/' })) },
});

/** Ingest is another app: every replayed request is accepted, and leaves quarantine. @param kinds hears as what */
const replayTo = (kinds: (string | undefined)[]) => async (_source: string, _raw: unknown, as?: string) => {
  kinds.push(as);
  return { accepted: 1, enqueued: 1, duplicates: 0, ignored: 0, kept: [] };
};

const republish = async (events: readonly unknown[]) => ({ enqueued: events.length, duplicates: 0 });
/** Ingest is another app: a test is added as it is. */
const sendTestTo =
  (producer: ReturnType<typeof createProducer>) =>
  async (taken: TakenEvent, endpoint: string): Promise<void> =>
    void (await producer.enqueue([deliveryOf(taken, endpoint)]));
const recordReplayed = async (): Promise<void> => {};

/** Starts a dashboard with these settings of `longshore.yml`, and with this archive. */
export async function startDashboard(settings: object = {}, archive?: ArchiveReader): Promise<TestDashboard> {
  const prefix = testPrefix();
  const client = connect({ url: redisUrl() }, 'producer', () => {});
  await new Promise((resolve) => client.once('ready', resolve));
  const inspector = createInspector(client, prefix);
  const producer = createProducer(client, prefix);
  let config = await configOf(settings, prefix);
  const replayedAs: (string | undefined)[] = [];
  const admin = createAdminService({
    ...{ client, config: () => config, by: 'the dashboard', replay: replayTo(replayedAs) },
    ...{ republish, recordReplayed },
    sendTest: sendTestTo(producer),
  });
  const internalErrors: unknown[] = [];
  const signInTroubles: unknown[] = [];
  const dashboard = createDashboard({
    inspector,
    admin,
    archive,
    redis: () => ({ up: client.status === 'ready', full: false, warnings: [] }),
    version: '0.0.0',
    refused: () => undefined,
    signIns: unthrottled,
    onSignInTrouble: (error) => void signInTroubles.push(error),
    onInternalError: (error) => void internalErrors.push(error),
  });
  const apply = async (next: object): Promise<void> => {
    const read = await configOf(next, prefix);
    dashboard.prepare(read)();
    config = read;
    await dashboard.refresh();
  };
  await apply(settings);
  const server = await serve(dashboard.app);
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await dashboard.close();
    await Promise.all([producer.close(), inspector.close(), admin.close()]);
    client.disconnect();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const enqueue = async (endpoint: string): Promise<Delivery> => {
    const delivery = aDelivery(endpoint);
    await producer.enqueue([delivery]);
    return delivery;
  };
  return {
    url,
    inspector,
    admin,
    prefix,
    client,
    internalErrors,
    signInTroubles,
    replayedAs,
    apply,
    ...requestsTo(url),
    shown: () => queuesOfBoard(url),
    enqueue,
    async die(endpoint) {
      const delivery = await enqueue(endpoint);
      await bury(prefix, endpoint);
      return delivery;
    },
  };
}

async function queuesOfBoard(url: string): Promise<string[]> {
  const response = await fetch(`${url}/queues/api/queues`);
  const { queues } = (await response.json()) as { queues: { displayName: string }[] };
  return queues.map(({ displayName }) => displayName);
}

async function serve(app: Dashboard['app']): Promise<Server> {
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const requestsTo = (url: string): Pick<TestDashboard, 'get' | 'post'> => ({
  get: (path, headers) => fetch(url + path, { headers, redirect: 'manual' }),
  post: (path, body = {}, headers = {}) =>
    fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
    }),
});

/** From a real file, read as `longshore run` reads it. JSON is YAML. */
export async function configOf(settings: object, prefix?: string): Promise<Config> {
  const file = join(tmpdir(), `${randomUUID()}.yml`);
  await writeFile(file, JSON.stringify({ version: 0.1, ...(prefix && { redis: { prefix } }), ...settings }));
  try {
    return loadConfig(file, {});
  } finally {
    await rm(file);
  }
}

function aDelivery(endpoint: string): Delivery {
  const id = randomUUID();
  const target = { repository: 'acme/app', tag: '1.0' };
  const taken = {
    event: { id, class: 'event' as const, action: 'push', nativeType: 'push', target },
    payload: { event: { id, action: 'push', target } },
    contentType: EVENTS_V2,
    source: 'distribution',
    kind: 'distribution',
    receivedAt: Date.now(),
  };
  return deliveryOf(taken, endpoint);
}

/** A worker whose every attempt is the last. */
async function bury(prefix: string, endpoint: string): Promise<void> {
  const client = connect({ url: redisUrl() }, 'consumer', () => {});
  const outcome = { kind: 'dead' as const, reason: 'http_500' as const, detail: 'the receiver answered 500' };
  const loop = createTakeLoop({ client, prefix, onError: () => {}, onStuck: () => {} });
  const consumer = loop.serve({
    endpoint,
    take: { concurrency: 8, order: 'none', maxBackoffMs: 1_000 },
    delivered: { age: 86_400_000, count: 1_000 },
    handle: async () => ({ settle: 'dead', outcome }),
    unreadable: () => ({ settle: 'dead', outcome }),
    onError: () => {},
    onStalled: () => {},
  });
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts(endpoint),
    ({ waiting, active, dead }) => waiting + active === 0 && dead > 0,
  );
  await consumer.close(1_000);
  loop.close();
  await inspector.close();
  client.disconnect();
}
