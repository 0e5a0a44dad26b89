/**
 * A real CNCF Distribution registry that sends notifications to the configured endpoints. Plain HTTP, files in a temporary folder,
 * deletes allowed. It runs `docker-registry` from the PATH, or the program that LONGSHORE_TEST_REGISTRY names
 * (a `registry` of 3.x, say).
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { atTestEnd, removeFolder, temporaryFolder } from './cleanup.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { runProcess } from './process.js';

/** What the registry is set up with. */
export interface RegistryOptions {
  /** The `notifications.endpoints` of its config.yml. Durations as Go writes them (`500ms`). */
  endpoints?: readonly Record<string, unknown>[];
  /** `notifications.events.includereferences`. */
  includereferences?: boolean;
  /** URL of the registry that this one is a pull-through cache of. */
  proxy?: string;
  /** Serves its counters at `debug`. */
  debug?: boolean;
  /** More top-level keys of config.yml. */
  config?: Record<string, unknown>;
  /** The program. Default: LONGSHORE_TEST_REGISTRY, else `docker-registry`. */
  program?: string;
}

/** A registry that runs. */
export interface TestRegistry {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `127.0.0.1:PORT`, as in the name of an image. */
  readonly host: string;
  /** `http://127.0.0.1:PORT` of its `http.debug.addr`; empty without. */
  readonly debug: string;
  /** What it logged so far. */
  log(): string;
  /**
   * Digests of the blobs of a repository that are in its storage by now. A pull-through cache may answer before:
   * Distribution 2.8 fetches a blob twice, for who asks and for itself.
   */
  blobs(repository: string): Promise<string[]>;
  /** SIGTERM. It does not wait for its queues: notifications that are not out are lost. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a registry and waits until `/v2/` answers. */
export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const folder = await temporaryFolder('registry');
  const [port, debugPort] = [await freePort(), options.debug ? await freePort() : undefined];
  const file = join(folder, 'config.yml');
  await writeFile(file, configText(configOf(options, folder, { port, debugPort })));
  const program = options.program ?? (process.env.LONGSHORE_TEST_REGISTRY || 'docker-registry');
  const registry = runProcess(program, ['serve', file]);
  const end = async (signal: NodeJS.Signals) => {
    registry.kill(signal);
    await registry.exited;
    await removeFolder(folder);
  };
  atTestEnd(() => end('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const ended = registry.exited.then(({ output }) => {
    throw new Error(`${program} ended:\n${output}`);
  });
  ended.catch(() => {});
  const answers = eventually(async () => (await fetch(`${url}/v2/`)).ok, undefined, {
    what: `${program} to answer`,
  });
  try {
    await Promise.race([answers, ended]);
  } catch (error) {
    await end('SIGKILL');
    if (String(error).includes('address already in use')) return startRegistry(options);
    throw error;
  }
  return {
    url,
    host: `127.0.0.1:${port}`,
    debug: debugPort === undefined ? '' : `http://127.0.0.1:${debugPort}`,
    log: () => registry.stderr + registry.stdout,
    blobs: (repository) => blobsIn(join(folder, 'data'), repository),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** By what is written last of a blob: that it belongs to the repository, as a file that holds its digest. */
async function blobsIn(data: string, repository: string): Promise<string[]> {
  const folder = join(data, 'docker/registry/v2/repositories', repository, '_layers/sha256');
  const names = await readdir(folder).catch((): string[] => []);
  const links = names.map((name) => readFile(join(folder, name, 'link'), 'utf8').catch(() => ''));
  return (await Promise.all(links)).filter((digest) => names.includes(digest.replace('sha256:', '')));
}

function configOf(
  { endpoints = [], includereferences, proxy, config }: RegistryOptions,
  folder: string,
  { port, debugPort }: { port: number; debugPort: number | undefined },
): Record<string, unknown> {
  return {
    version: 0.1,
    log: { level: 'info' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: {
      ...{ addr: `127.0.0.1:${port}`, secret: 'only-for-tests' },
      ...(debugPort !== undefined && {
        debug: { addr: `127.0.0.1:${debugPort}`, prometheus: { enabled: true } },
      }),
    },
    notifications: { ...(includereferences && { events: { includereferences } }), endpoints },
    ...(proxy && { proxy: { remoteurl: proxy } }),
    ...config,
  };
}

/** JSON is YAML; but the registry reads a duration only when it is not quoted. */
function configText(config: Record<string, unknown>): string {
  return JSON.stringify(config, null, 2).replaceAll(/: "((?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+)"/g, ': $1');
}
