/**
 * Ingest as a process runs it, in this one: a configuration file, a real Redis, real HTTP on a free port. Records
 * are kept in memory, in order. Everything ends with the test.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Config, loadConfig } from '@longshore/config';
import type { HistoryEntry } from '@longshore/event';
import { createObserver, type Observer } from '@longshore/observe';
import { connect, createMonitor, type Monitor, type RedisClient } from '@longshore/queue';
import { createInspector, type Inspector } from '@longshore/queue/operator';
import { createQuarantine, type Quarantine } from '@longshore/queue/quarantine';
import { claimFolder, redisUrl, testPrefix } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import { createIngest, type Ingest } from '../ingest.js';

/** One JSON line of the log. */
export type Line = Record<string, unknown>;

export interface TestIngest {
  readonly url: string;
  /** Of its keys in Redis. */
  readonly prefix: string;
  readonly port: number;
  /** How many connections are open now. */
  connections(): Promise<number>;
  /** Every line that was logged. */
  readonly lines: Line[];
  /** The lines that are records, named by their field `record`. */
  records(): Line[];
  post(body: unknown, options?: PostOptions): Promise<Answer>;
  /** Takes over other settings, as a changed file does. */
  apply(settings: object): Promise<void>;
  /** Deliveries and quarantined bodies that are in Redis. */
  stored(): Promise<{ deliveries: number; quarantined: number }>;
  /** Where its spool is, in `spool`. */
  readonly datadir: string;
  notes(): string[];
  readonly onRefused: Ingest['onRefused'];
  /** How many requests held no secret, or a wrong one. */
  unauthorized(): number;
  /** As at SIGTERM. A test's end calls it. */
  stop(): Promise<void>;
  readonly quarantine: Quarantine;
  readonly inspector: Inspector;
  readonly monitor: Monitor;
  /** Its connection to Redis. */
  readonly client: RedisClient;
  readonly observer: Observer;
  /** What was noted in the trail. */
  readonly noted: HistoryEntry[];
}

export interface PostOptions {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as JSON; undefined when there is none. */
  json: unknown;
}

export interface IngestOptions {
  /** Of a Redis of the test's own; default: the shared one. */
  redis?: string;
  /** Of another one, to share its deliveries; default: one of its own. */
  prefix?: string;
  /** What `env:NAME` is looked up in. */
  env?: Record<string, string>;
  /** Where its spool is, in `spool`; default: a folder of the test's own. */
  datadir?: string;
}

/** Starts ingest with these settings of `longshore.yml` and waits until Redis has answered it. */
export async function startIngest(settings: object = {}, options: IngestOptions = {}): Promise<TestIngest> {
  const prefix = options.prefix ?? testPrefix();
  const url = options.redis ?? redisUrl();
  const datadir = options.datadir ?? (await temporaryDatadir());
  const all = { redis: { url, prefix }, datadir };
  let config = await configOf({ ...settings, ...all }, options.env);
  const { lines, observer } = observeInMemory();
  const client = connect({ url }, 'producer', () => {});
  const monitor = createMonitor(client, () => {});
  const inspector = createInspector(client, prefix);
  const quarantine = createQuarantine(client, prefix);
  const noted: HistoryEntry[] = [];
  const trail = { note: (entry: HistoryEntry) => void noted.push(entry) };
  await monitor.firstAnswer(5_000);
  let unauthorized = 0;
  const onUnauthorized = async (): Promise<void> => {
    unauthorized++;
  };
  const ingest = createIngest({
    config: () => config,
    ...{ client, monitor, claim: claimFolder, observer, trail, onUnauthorized },
  });
  await ingest.start();
  const server = createServer(ingest.listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await Promise.all([ingest.close(), inspector.close()]).catch(() => {});
    monitor.close();
    client.disconnect();
  };
  const stopOnce = () => {
    stopping ??= stop();
    return stopping;
  };
  onTestFinished(stopOnce);

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ prefix, client, port, lines, datadir, quarantine, inspector, monitor, observer, noted },
    connections: promisify(server.getConnections).bind(server),
    records: () => lines.filter(({ record }) => record !== undefined),
    post: (body, { path = OPEN_PATH, ...request } = {}) =>
      send(`http://127.0.0.1:${port}${path}`, body, request),
    async apply(next) {
      config = await configOf({ ...next, ...all }, options.env);
      ingest.prepare(config)();
    },
    stored: async () => ({
      deliveries: await pendingAt(config, inspector),
      quarantined: await quarantine.count(),
    }),
    notes: ingest.notes,
    onRefused: ingest.onRefused,
    unauthorized: () => unauthorized,
    stop: stopOnce,
  };
}

async function pendingAt({ notifications }: Config, inspector: Inspector): Promise<number> {
  const counts = await Promise.all(notifications.endpoints.map(({ name }) => inspector.counts(name)));
  return counts.reduce((sum, { waiting, delayed, active }) => sum + waiting + delayed + active, 0);
}

function observeInMemory(): Pick<TestIngest, 'lines' | 'observer'> {
  const lines: Line[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  return { lines, observer: createObserver({ level: 'debug', pretty: false, version: '0', destination }) };
}

async function temporaryDatadir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

const OPEN_PATH = '/registry/notifications';
const EVENTS_V2 = 'application/vnd.docker.distribution.events.v2+json';

/** From a real file, read as `longshore run` reads it. JSON is YAML. */
async function configOf(settings: object, env: Record<string, string> = {}): Promise<Config> {
  const file = join(tmpdir(), `${testPrefix()}.yml`);
  await writeFile(file, JSON.stringify({ version: 0.1, ...settings }));
  try {
    return loadConfig(file, env);
  } finally {
    await rm(file);
  }
}

async function send(
  url: string,
  body: unknown,
  { method = 'POST', headers = {} }: PostOptions,
): Promise<Answer> {
  const text =
    body instanceof Uint8Array
      ? new Uint8Array(body)
      : typeof body === 'string'
        ? body
        : JSON.stringify(body);
  const response = await fetch(url, {
    method,
    headers: { 'content-type': EVENTS_V2, ...headers },
    ...(body !== undefined && { body: text }),
  });
  const answer = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: answer ? JSON.parse(answer) : undefined,
  };
}
