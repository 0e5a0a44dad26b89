/** Addresses that mean something else within a container: the classic reason why nothing arrives. */
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { type Config, type Env, isLoopback, type Listen, type Secret } from '@longshore/config';
import { addressesOf } from '@longshore/network/egress';
import { type Finding, of, pass, skip, warn } from '../finding.js';
import type { DoctorParts } from '../parts.js';
import { destinations } from './destinations.js';

const MARKS = ['/.dockerenv', '/run/.containerenv'];

/** Whether this process runs in a container. */
const isContainer = (env: Env): boolean =>
  env.KUBERNETES_SERVICE_HOST !== undefined || MARKS.some((path) => existsSync(path));

/** See the header. */
export async function checkContainer({ config, env }: DoctorParts): Promise<Finding[]> {
  if (!isContainer(env)) return [skip('container', 'this is no container')];
  const listeners = checkListener('ingest', config.ingest.listen, 'registries');
  const dashboard = config.dashboard.listen;
  const urls = await Promise.all(destinations(config).map(({ name, url }) => checkUrl(name, url)));
  const found = [
    ...listeners,
    ...(dashboard ? checkListener('dashboard', dashboard, 'browsers') : []),
    ...checkRedisUrl(config),
    ...urls.flat(),
  ];
  return found.length > 0 ? found : [pass('container', 'no address leads to the container itself')];
}

function checkListener(name: string, { host, port }: Listen, who: string): Finding[] {
  if (!isLoopback(host)) return [];
  const variable = `LONGSHORE_${name.toUpperCase()}_LISTEN`;
  return [
    warn(
      name,
      `listens on ${host}, which only this container reaches: ${who} outside cannot connect`,
      `${variable}=0.0.0.0:${port}`,
    ),
  ];
}

function checkRedisUrl({ redis: { url } }: Config): Finding[] {
  const text = url && revealed(url);
  if (text === undefined || !URL.canParse(text)) return [];
  const { hostname } = new URL(text);
  if (!isSelf(hostname)) return [];
  return [warn('redis', `redis.url leads to ${hostname}, which is this container`, INSTEAD)];
}

const INSTEAD =
  'write the name of the service or container; for a program on the host: host.docker.internal or host.containers.internal';

async function checkUrl(name: string, text: string): Promise<Finding[]> {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  if (isSelf(url.hostname)) {
    return [of(name, warn('address', `its url leads to ${url.hostname}, which is this container`, INSTEAD))];
  }
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address)),
  );
  const addresses = await addressesOf(url);
  if (!addresses.some((address) => own.has(address))) return [];
  return [
    of(
      name,
      warn('address', `${url.hostname} is an address of this container (${addresses.join(', ')})`, INSTEAD),
    ),
  ];
}

const isSelf = (hostname: string): boolean =>
  isLoopback(hostname.replace(/^\[|\]$/g, '')) || hostname === '0.0.0.0' || hostname === '[::]';

function revealed(secret: Secret): string | undefined {
  try {
    return secret.reveal();
  } catch {
    return undefined; // the group config says so
  }
}
