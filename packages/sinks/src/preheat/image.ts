/**
 * Which image a delivery is about, and where it is read from. The registry is the configured one, else the one that
 * the event names: in the url of its target, or as the host that was pushed to.
 */
import { type Delivery, globMatcher, payloadValue, trimEnd } from '@longshore/event';
import type { PreheatRegistry } from './options.js';

/** An image, and where it is. */
export interface ImageRef {
  /** Base url of the registry, without a slash at its end. */
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

/** @returns `problem` in words when it cannot be known */
export function imageOf(delivery: Delivery, settings: PreheatRegistry): ImageRef | { problem: string } {
  const { repository, tag, digest } = delivery.view;
  if (!repository || !(digest || tag))
    return { problem: 'the event names no image: no repository, tag or digest' };
  const registry = settings.url ?? namedRegistry(delivery);
  if (registry === undefined) {
    return { problem: 'the event does not say which registry it is from; set preheat.registry.url' };
  }
  if (settings.url === undefined && !allowed(new URL(registry).host, settings.hosts)) {
    const host = new URL(registry).host;
    return {
      problem: `the event names the registry ${host}, which is not in preheat.registry.hosts; add it`,
    };
  }
  return { ...atItsApi(trimEnd(registry, '/'), repository), tag, digest };
}

/** What an event or a person calls Docker Hub is not the host that serves it; its own images are in `library`. */
function atItsApi(registry: string, repository: string): { registry: string; repository: string } {
  if (!/^(index\.)?docker\.io$/.test(new URL(registry).host)) return { registry, repository };
  const official = !repository.includes('/');
  return {
    registry: 'https://registry-1.docker.io',
    repository: official ? `library/${repository}` : repository,
  };
}

/** The host that the event names, when it is not the one that is asked. */
export function otherRegistry(delivery: Delivery, { url }: PreheatRegistry): string | undefined {
  const named = namedRegistry(delivery);
  if (named === undefined || url === undefined || !URL.canParse(url)) return undefined;
  const host = new URL(named).host;
  return host === new URL(url).host ? undefined : host;
}

function namedRegistry({ payload }: Delivery): string | undefined {
  const event = payloadValue(payload);
  const url = textAt(event, 'target', 'url');
  const [base] = url?.split(/\/v2\//) ?? [];
  if (base !== undefined && base !== url && /^https?:\/\//.test(base) && URL.canParse(base)) return base;
  const host = textAt(event, 'request', 'host');
  return host !== undefined && URL.canParse(`https://${host}`) ? `https://${host}` : undefined;
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  let at: unknown = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, key);
  }
  return typeof at === 'string' && at !== '' ? at : undefined;
}

function allowed(host: string, globs: readonly string[]): boolean {
  return globMatcher(globs.map((glob) => glob.toLowerCase()))(host.toLowerCase());
}
