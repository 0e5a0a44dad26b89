/**
 * Credentials from a file as docker, podman or Kubernetes keep them: `config.json`, `.dockerconfigjson`,
 * `auth.json` (with keys for parts of a registry), and the old `.dockercfg` without `auths`.
 *
 * It is read again every minute and after a 401, because secrets that are mounted are replaced under a running
 * process. Between two reads a credential helper runs once for each host: it knows no repositories, and some take
 * seconds. Not read: wildcards in host names, which only Kubernetes knows.
 */
import { readFile } from 'node:fs/promises';
import { parseJson, trimEnd } from '@longshore/event';
import { askHelper } from './credential-helper.js';
import { RegistryError } from './error.js';
import type { Credential } from './port.js';

/** For which what was read is used. */
const FRESH_MS = 60_000;
/** What docker calls Docker Hub in its files. */
const HUB = 'index.docker.io';
const HUB_NAMES: ReadonlySet<string> = new Set([
  'docker.io',
  HUB,
  'registry-1.docker.io',
  'registry.hub.docker.com',
]);

type Json = Readonly<Record<string, unknown>>;

/** A credentials file. */
export class DockerConfig {
  readonly #path: string;
  readonly #now: () => number;
  #config: Promise<Json> | undefined;
  /** By the name of the server, as the helper knows it. */
  #helped = new Map<string, Promise<Credential | undefined>>();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  /** For one repository of a registry; undefined when the file has none. Rejects with `credentials`. */
  async credential(host: string, repository: string): Promise<Credential | undefined> {
    if (this.#now() - this.#readAt > FRESH_MS) this.forget();
    const helpers = this.#helped;
    const config = await this.#parsed();
    const registry = HUB_NAMES.has(host) ? HUB : host;
    const helper = helperFor(config, registry);
    const server = registry === HUB ? `https://${HUB}/v1/` : host;
    const helped = helper && (await askOnce(helpers, helper, server));
    if (helped) return helped;
    const auths = object(config.auths) ?? config;
    const entries = new Map(Object.entries(auths).map(([key, value]) => [normalized(key), value]));
    return candidates(registry, repository)
      .map((key) => credentialOf(entries.get(key)))
      .find((credential) => credential !== undefined);
  }

  /** Reads the file, and asks the helper, the next time. */
  forget(): void {
    this.#config = undefined;
    this.#helped = new Map();
    this.#readAt = this.#now();
  }

  #parsed(): Promise<Json> {
    if (this.#config) return this.#config;
    const config = this.#read();
    this.#config = config;
    config.catch(() => {
      if (this.#config === config) this.#config = undefined;
    });
    return config;
  }

  async #read(): Promise<Json> {
    try {
      const config = object(parseJson(await readFile(this.#path, 'utf8')));
      if (config) return config;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      throw new RegistryError('credentials', `${this.#path}: cannot be read as a docker config${code}`);
    }
    throw new RegistryError('credentials', `${this.#path}: is not a docker config`);
  }
}

/** What fails is not kept. */
function askOnce(
  helped: Map<string, Promise<Credential | undefined>>,
  helper: string,
  server: string,
): Promise<Credential | undefined> {
  const known = helped.get(server);
  if (known) return known;
  const asked = askHelper(helper, server);
  helped.set(server, asked);
  asked.catch(() => helped.delete(server));
  return asked;
}

function helperFor({ credHelpers, credsStore }: Json, registry: string): string | undefined {
  const helpers = Object.entries(object(credHelpers) ?? {});
  const helper = helpers.find(([key]) => normalized(key) === registry)?.[1] ?? credsStore;
  return typeof helper === 'string' && helper !== '' ? helper : undefined;
}

/** `https://index.docker.io/v1/`, `index.docker.io` and podman's `docker.io` are the same. */
function normalized(key: string): string {
  const [host = '', ...path] = key
    .replace(/^https?:\/\//, '')
    .replace(/\/(v[12]\/?)?$/, '')
    .split('/');
  return [HUB_NAMES.has(host) ? HUB : host, ...path].join('/');
}

/** `quay.io/team/app`, `quay.io/team`, `quay.io`: the longest wins (containers-auth.json). */
function candidates(host: string, repository: string): string[] {
  const parts = repository.split('/');
  return [...parts.keys(), parts.length].reverse().map((n) => [host, ...parts.slice(0, n)].join('/'));
}

function credentialOf(entry: unknown): Credential | undefined {
  const { auth, username, password, identitytoken, registrytoken } = object(entry) ?? {};
  if (isText(registrytoken)) return { bearer: registrytoken };
  if (isText(identitytoken)) return { identityToken: identitytoken };
  if (isText(username) && isText(password)) return { username, password };
  if (!isText(auth)) return undefined;
  const text = trimEnd(Buffer.from(auth, 'base64').toString('utf8'), '\0');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function object(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
