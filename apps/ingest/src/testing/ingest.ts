/**
 * Ingest as a process runs it, in this one: a configuration file, a real Redis, real HTTP on a free port. Records
 * are kept in memory, in order. Everything ends with the test.
 */
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Config, loadConfig } from '@longshore/config';
import { createObserver, type Observer } from '@longshore/observe';
import { connect, createMonitor, type Monitor } from '@longshore/queue';
import {
  createInspector,
  createQuarantine,
  type Inspector,
  type Quarantine,
  type TrailEntry,
} from '@longshore/queue/operator';
import { redisUrl, testPrefix } from '@longshore/testkit';
import { onTestFinished } from 'vitest';
import { createIngest } from '../ingest.js';

/** One JSON line of the log. */
export type Line = Record<string, unknown>;

export interface TestIngest {
  readonly url: string;
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
  readonly quarantine: Quarantine;
  readonly inspector: Inspector;
  readonly monitor: Monitor;
  readonly observer: Observer;
  /** What the trail was told. */
  readonly noted: TrailEntry[];
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
  /** What `env:NAME` is looked up in. */
  env?: Record<string, string>;
}

/** Starts ingest with these settings of `longshore.yml` and waits until Redis has answered it. */
export async function startIngest(settings: object = {}, options: IngestOptions = {}): Promise<TestIngest> {
  const prefix = testPrefix();
  const url = options.redis ?? redisUrl();
  let config = await configOf({ ...settings, redis: { url, prefix } }, prefix, options.env);
  const lines: Line[] = [];
  const observer = createObserver({
    level: 'debug',
    pretty: false,
    version: '0',
    destination: { write: (line) => void lines.push(JSON.parse(line)) },
  });
  const client = connect({ url }, 'producer', () => {});
  const monitor = createMonitor(client, () => {});
  const inspector = createInspector(client, prefix);
  const quarantine = createQuarantine(client, prefix);
  const noted: TrailEntry[] = [];
  const trail = { note: (entry: TrailEntry) => void noted.push(entry) };
  await monitor.firstAnswer(5_000);
  const ingest = createIngest({ config: () => config, client, monitor, observer, trail });
  const server = createServer(ingest.app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    monitor.close();
    await Promise.all([ingest.close(), inspector.close()]).catch(() => {});
    client.disconnect();
  });

  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections: promisify(server.getConnections).bind(server),
    lines,
    records: () => lines.filter(({ record }) => record !== undefined),
    post: (body, { path = OPEN_PATH, ...request } = {}) =>
      send(`http://127.0.0.1:${port}${path}`, body, request),
    async apply(next) {
      config = await configOf({ ...next, redis: { url, prefix } }, prefix, options.env);
      ingest.prepare(config)();
    },
    async stored() {
      const names = config.notifications.endpoints.map(({ name }) => name);
      const counts = await Promise.all(names.map((name) => inspector.counts(name)));
      const deliveries = counts.reduce((sum, each) => sum + each.waiting + each.delayed + each.active, 0);
      return { deliveries, quarantined: await quarantine.count() };
    },
    quarantine,
    inspector,
    monitor,
    observer,
    noted,
  };
}

const OPEN_PATH = '/registry/notifications';
const EVENTS_V2 = 'application/vnd.docker.distribution.events.v2+json';

/** From a real file, read as `longshore run` reads it. JSON is YAML. */
async function configOf(settings: object, name: string, env: Record<string, string> = {}): Promise<Config> {
  const file = join(tmpdir(), `${name}.yml`);
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
