/**
 * The relay as its users run it: the `longshore` command with a configuration file. Listeners take free ports, which
 * the `ready` record names.
 *
 * `startRelay` and `command` (operator.ts) run the command within the process of the test: a process costs a second
 * of CPU before it does anything. A test of a process itself (its exit code, `kill -9`, pipes, variables that Node.js
 * reads) uses `startRelayProcess` or `longshore`. So does one of two relays that share a `datadir` at the same time.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  atTestEnd,
  collectOutput,
  type ProgramOutput,
  type Receiver,
  runProcess,
  startReceiver,
  type TestProcess,
} from '@longshore/testkit';
import { main } from 'longshore';
import { onTestFinished } from 'vitest';
import { stringify } from 'yaml';

/** `npm test` bundles it, so that a process starts with a third of the CPU. */
const BIN = process.env.TESTED_COMMAND ?? fileURLToPath(new URL('../bin/longshore.js', import.meta.url));

/** As in the YAML file. */
export type Settings = Record<string, unknown>;

/** A relay that serves. */
export interface Relay extends ProgramOutput {
  ingest: string;
  admin: string;
  dashboard: string;
  /** Posts a body to the open path. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a signal: SIGTERM or SIGHUP. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and waits for its end. */
  stop(): Promise<{ code?: number }>;
}

/** A relay in a process of its own. */
export interface RelayProcess extends Relay, Pick<TestProcess, 'kill' | 'pid'> {
  /** SIGKILL, and waits for its end. */
  crash(): Promise<void>;
}

const ANY_PORTS = {
  ingest: { listen: '127.0.0.1:0' },
  dashboard: { listen: '127.0.0.1:0' },
  admin: { listen: '127.0.0.1:0' },
};

/** A folder of the test's own, for configuration and data. */
export async function workFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/**
 * Writes the configuration and returns its path. Settings replace whole groups. A relay that runs with it sees one
 * change, and never half of it.
 */
export async function writeConfig(folder: string, settings: Settings): Promise<string> {
  const file = join(folder, 'longshore.yml');
  const all = { version: 0.1, ...ANY_PORTS, datadir: join(folder, 'data'), ...withTimeouts(settings) };
  await writeFile(`${file}.new`, stringify(all));
  await rename(`${file}.new`, file);
  return file;
}

/**
 * An answer that comes late on a busy machine is no failure: with the default of 1 s it would be one, and the delivery
 * would come twice. A test of timeouts sets its own.
 */
function withTimeouts({ notifications, ...others }: Settings): Settings {
  if (!notifications) return others;
  const { endpoints = [], ...more } = notifications as { endpoints?: Settings[] };
  const timeout = (endpoint: Settings) =>
    endpoint.kind === 'preheat' || endpoint.kind === 'copy' ? {} : { timeout: '60s' };
  const patient = endpoints.map((endpoint) => ({ ...timeout(endpoint), ...endpoint }));
  return { ...others, notifications: { ...more, endpoints: patient } };
}

/** Runs the command line in a process of its own. */
export function longshore(
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): TestProcess {
  return runProcess(process.execPath, [BIN, ...args], { env });
}

/** A command that runs, or ran. */
type Running = ProgramOutput & Pick<Relay, 'signal' | 'stop'>;

/** Runs the command line within this process, with streams and signals of its own. */
export function runHere(args: readonly string[], env: Record<string, string | undefined> = {}): Running {
  const signals = new EventEmitter();
  const output = collectOutput('longshore', async (take) => {
    const code = await main(args, {
      env: { ...process.env, ...env },
      stdout: { write: (text) => take(text, 'stdout') },
      stderr: { write: (text) => take(text, 'stderr') },
      signals,
      log: { write: (line) => take(line, 'stdout') },
    });
    return { code, output: '' };
  });
  let stopping = false;
  return Object.assign(output, {
    signal: (signal: NodeJS.Signals) => void signals.emit(signal),
    stop() {
      // A second signal would end the process at once, which is this one.
      if (!stopping) signals.emit('SIGTERM');
      stopping = true;
      return output.exited;
    },
  });
}

const SERVES = ['ready', 'serving, Redis unavailable'];

const runArgs = (file: string, roles: readonly string[]): string[] => [
  'run',
  '--config',
  file,
  ...roles.flatMap((role) => ['--role', role]),
];

/** Starts a relay within this process, and waits until it serves, with or without Redis. The test's end stops it. */
export async function startRelay(file: string, { roles = [] }: { roles?: string[] } = {}): Promise<Relay> {
  const running = runHere(runArgs(file, roles));
  atTestEnd(running.stop);
  return served(running);
}

/** Starts a relay in a process of its own. @param env variables on top of those of this process */
export async function startRelayProcess(
  file: string,
  { roles = [], env = {} }: { roles?: string[]; env?: Record<string, string> } = {},
): Promise<RelayProcess> {
  const child = longshore(runArgs(file, roles), env);
  const stop = () => {
    child.kill('SIGTERM');
    return child.exited;
  };
  const relay = await served(Object.assign(child, { signal: child.kill, stop }));
  return Object.assign(relay, {
    async crash() {
      child.kill('SIGKILL');
      await child.exited;
    },
  });
}

/** The relay once it serves. */
async function served<Served extends Running>(running: Served): Promise<Served & Relay> {
  const ready = await running.waitFor(({ msg }) => SERVES.includes(String(msg)));
  const url = (name: string): string => String(ready[name] ?? '');
  return Object.assign(running, {
    ingest: url('ingest'),
    admin: url('admin'),
    dashboard: url('dashboard'),
    post: (body: unknown, headers = {}) => postTo(url('ingest'), body, headers),
  });
}

export function postTo(
  ingest: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${ingest}/registry/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json', ...headers },
    body:
      body instanceof Uint8Array
        ? new Uint8Array(body)
        : typeof body === 'string'
          ? body
          : JSON.stringify(body),
  });
}

/** A manifest push as registry 3 sends it. */
export function anEvent(
  more: { id?: string; action?: string; target?: object } = {},
): Record<string, unknown> {
  const digest = 'sha256:858a8366125ba1ee606c2d28f6b029eb431b3db12b8a79389ee03434a762913c';
  return {
    id: more.id ?? randomUUID(),
    timestamp: '2026-11-21T06:29:56.133647856Z',
    action: more.action ?? 'push',
    target: {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest,
      size: 445,
      length: 445,
      repository: 'acme/app',
      url: `http://registry.example.com/v2/acme/app/manifests/${digest}`,
      tag: '1.0',
      ...more.target,
    },
    request: {
      id: randomUUID(),
      addr: '10.0.0.1:4000',
      host: 'registry.example.com',
      method: 'PUT',
      useragent: 'test',
    },
    actor: {},
    source: { addr: 'registry:5000', instanceID: randomUUID() },
  };
}

export const envelope = (...events: unknown[]): object => ({ events });

/** Ids of the events that a receiver got, in order. */
export function idsOf(requests: readonly { body: string }[]): string[] {
  return requests.flatMap(({ body }) => JSON.parse(body).events.map((event: { id: string }) => event.id));
}

/** A receiver that answers nothing before `answer()` is called, and everything with 200 from then on. */
export async function heldReceiver(): Promise<{ receiver: Receiver; answer: () => void }> {
  let answer = (): void => {};
  const reported = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const receiver = await startReceiver(async () => {
    await reported;
    return { status: 200 };
  });
  return { receiver, answer };
}
