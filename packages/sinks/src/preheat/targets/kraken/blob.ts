/**
 * One request for one blob at one place of a Kraken cluster, and what its answer means.
 *
 * 200: it is there. 202: a download runs. 404 of the router, not of the handler: there is no such way here.
 * Any other 4xx ends the search, 5xx and no answer mean the next origin, as in Kraken's own client. 500 after a
 * 202 is the error of that download.
 */
import type { Clock } from '../clock.js';
import { failed } from '../failure.js';
import { fieldsOf, numberOf, parsed } from '../handle.js';
import { type Answer, refusedBy, type TargetHttp } from '../http.js';
import { at } from '../place.js';
import type { Aborted, Failed } from '../target.js';
import { localPath, originMetainfoPath, prefetchPath, trackerMetainfoPath } from './paths.js';
import type { Way } from './progress.js';

/** A piece's sum is up to 11 characters for 4 MiB: enough for 300 GB. */
const METAINFO_LIMIT = 1024 * 1024;

/** A failed download answers the same error for so long; a new one starts after that. Milliseconds. */
const ERROR_KEPT_MS = 15_000;

/** What an origin answered about a blob. */
export type Said =
  | { kind: 'there'; bytes?: number }
  | { kind: 'running' }
  | { kind: 'unsupported' }
  /** The search ends. */
  | { kind: 'stop'; failed: Failed }
  /** Another origin may do better. */
  | { kind: 'next'; failed: Failed }
  | { kind: 'aborted'; aborted: Aborted };

/** A blob, and for how long it is wanted. */
export interface Wanted {
  namespace: string;
  digest: string;
  signal: AbortSignal;
}

const REQUESTS: Record<Way, { method: 'GET' | 'POST'; path: (namespace: string, digest: string) => string }> =
  {
    prefetch: { method: 'POST', path: prefetchPath },
    metainfo: { method: 'GET', path: originMetainfoPath },
    tracker: { method: 'GET', path: trackerMetainfoPath },
  };

/** Requests the blob from `base` in this way. Starts its download when it is missing. */
export async function trigger(
  http: TargetHttp,
  clock: Clock,
  base: URL,
  way: Way,
  wanted: Wanted,
): Promise<Said> {
  const { method, path } = REQUESTS[way];
  const url = at(base, path(wanted.namespace, wanted.digest));
  const reply = await http.ask({ method, url, bodyLimit: METAINFO_LIMIT }, wanted.signal);
  if (reply.kind === 'aborted') return reply;
  if (reply.kind === 'failed') return { kind: 'next', failed: reply.failed };
  if (reply.status === 200) return { kind: 'there', bytes: way === 'prefetch' ? undefined : lengthIn(reply) };
  if (reply.status === 202) return { kind: 'running' };
  if (isNoWay(reply)) return { kind: 'unsupported' };
  if (reply.status === 404) {
    const detail = `${reply.place}: its backend does not have ${wanted.digest}; check the backend of namespace ${wanted.namespace}`;
    return { kind: 'stop', failed: failed('absent', detail) };
  }
  const verdict = refusedBy(reply, clock.now());
  if (reply.status === 500) verdict.notBefore = clock.now() + ERROR_KEPT_MS;
  return { kind: reply.status >= 500 ? 'next' : 'stop', failed: verdict };
}

/** Is the blob on this origin's disk? `undefined`: it does not report that. */
export async function isLocal(
  http: TargetHttp,
  origin: URL,
  { namespace, digest, signal }: Wanted,
): Promise<{ there: boolean | undefined; bytes?: number } | Aborted> {
  const reply = await http.ask({ method: 'HEAD', url: at(origin, localPath(namespace, digest)) }, signal);
  if (reply.kind === 'aborted') return reply.aborted;
  if (reply.kind === 'failed') return { there: undefined };
  if (reply.status === 404) return { there: false };
  if (reply.status !== 200) return { there: undefined };
  const length = reply.header('content-length') ?? '';
  return { there: true, bytes: /^\d+$/.test(length) ? Number(length) : undefined };
}

/** Go's router says so itself; Kraken's handlers answer 404 without this text. */
function isNoWay({ status, body }: Answer): boolean {
  return status === 405 || (status === 404 && body.startsWith('404 page not found'));
}

/** `{"Info":{"Length":123,…}}` */
function lengthIn({ body }: Answer): number | undefined {
  return numberOf(fieldsOf(fieldsOf(parsed(body))?.Info)?.Length);
}
