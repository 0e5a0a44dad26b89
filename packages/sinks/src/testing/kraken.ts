/**
 * An origin, a tracker and a proxy of Kraken as the tests need them: their paths, statuses and bodies, with what
 * they know of a blob scripted. Paths are matched raw, as chi does.
 */
import type { ServerResponse } from 'node:http';
import { type Received, type Receiver, receiver } from './receiver.js';

/** What an origin is like. */
export interface OriginScript {
  /** v0.1.13 and later. Default true. */
  prefetch?: boolean;
  /** An `Origin-Locations` header. Default: itself. */
  locations?: () => string;
  /** Status of the nth trigger (from 1) of any blob. Default 200. */
  trigger?: (nth: number) => number;
  /** Status of `HEAD ?local=true`. Default 200. */
  local?: number;
}

export interface FakeOrigin extends Receiver {
  /** `http://127.0.0.1:PORT` */
  base: string;
  /** `127.0.0.1:PORT` */
  host: string;
  /** Method and path of each request but those for locations. */
  asked(): string[];
}

const BLOB = '[^/]+/blobs/sha256:[0-9a-f]{64}';
const METAINFO = `{"Info":{"PieceLength":4194304,"PieceSums":[1],"Name":"x","Length":4567}}`;

/** Starts an origin. */
export async function krakenOrigin(script: OriginScript = {}, tls?: { cert: string; key: string }) {
  const { prefetch = true, trigger = () => 200, local = 200 } = script;
  let triggers = 0;
  const server = await receiver((response, { method, url }) => {
    const is = (verb: string, path: string) => method === verb && new RegExp(`^${path}$`).test(url);
    if (is('GET', '/blobs/sha256:[0-9a-f]{64}/locations')) {
      const locations = script.locations?.() ?? `127.0.0.1:${server.port}`;
      return response.writeHead(200, { 'Origin-Locations': locations }).end();
    }
    if (is('HEAD', `/internal/namespace/${BLOB}\\?local=true`)) {
      return response.writeHead(local, local === 200 ? { 'Content-Length': '4567' } : {}).end();
    }
    if (prefetch && is('POST', `/namespace/${BLOB}/prefetch`)) return handled(response, trigger(++triggers));
    if (is('GET', `/internal/namespace/${BLOB}/metainfo`)) {
      const status = trigger(++triggers);
      return handled(response, status, status === 200 ? METAINFO : '');
    }
    noRoute(response);
  }, tls);
  return asOrigin(server, tls !== undefined);
}

/** Starts a tracker: `statuses` of its nth answer. */
export async function krakenTracker(
  trigger: (nth: number) => number,
  tls?: { cert: string; key: string },
): Promise<FakeOrigin> {
  const server = await receiver((response, { method, url }, nth) => {
    if (method !== 'GET' || !new RegExp(`^/namespace/${BLOB}/metainfo$`).test(url)) return noRoute(response);
    const status = trigger(nth);
    handled(response, status, status === 200 ? METAINFO : '');
  }, tls);
  return asOrigin(server, tls !== undefined);
}

/**
 * Starts a proxy, as it decodes: keys in any case, an envelope with a push of a manifest gets 200, any other
 * 500, and of several events only the last is taken.
 */
export async function krakenProxy(tls?: {
  cert: string;
  key: string;
}): Promise<FakeOrigin & { preheated(): { repository: string; digest: string }[] }> {
  const preheated: { repository: string; digest: string }[] = [];
  const server = await receiver((response, request) => {
    if (request.method !== 'POST' || request.url !== '/registry/notifications') return noRoute(response);
    const taken = eventsIn(request)
      .filter(({ action, target }) => action === 'push' && MANIFEST.test(target?.mediatype ?? ''))
      .map(({ target }) => ({ repository: target?.repository ?? '', digest: target?.digest ?? '' }));
    const last = taken.at(-1);
    if (last === undefined)
      return response.writeHead(500).end('parse event: nexus event format or action not match');
    preheated.push(last);
    response.writeHead(200).end();
  }, tls);
  return Object.assign(asOrigin(server, tls !== undefined), { preheated: () => preheated });
}

const MANIFEST =
  /^application\/vnd\.(docker\.distribution\.manifest\.v\d\+(json|prettyjws)|oci\.image\.manifest\.v1\+json)/;

interface Event {
  action?: string;
  target?: { mediatype?: string; repository?: string; digest?: string };
}

/** Go matches keys in any case. */
function eventsIn({ body }: Received): Event[] {
  const lowered: { events?: Event[] } = JSON.parse(body, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), inner]));
  });
  return lowered.events ?? [];
}

/** A handler's answer: its errors without text have no body. */
function handled(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status).end(status === 500 ? 'download blob: backend is down' : body);
}

/** The router's answer. */
function noRoute(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
}

function asOrigin(server: Receiver, secure: boolean): FakeOrigin {
  const host = `127.0.0.1:${server.port}`;
  return Object.assign(server, {
    base: `${secure ? 'https' : 'http'}://${host}`,
    host,
    asked: () =>
      server.requests
        .filter(({ url }) => !url.endsWith('/locations'))
        .map(({ method, url }) => `${method} ${url}`),
  });
}
