/**
 * Endpoints of a registry's own file that point to Longshore's ingest. There the registry is the sender, so the
 * checks are: is its timeout long enough, does it retry, does it send the secret.
 */

import { trimEnd } from '@longshore/event';
import { formatDuration } from '@longshore/settings/format';
import { revealed } from '@longshore/settings/secrets';
import type { HttpEndpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { hasUserinfo } from './headers.js';
import { checkHost, faultIn, isLoopback } from './url.js';

/** Ingest answers within it: 503 after 5 s at the latest, when Redis hangs. Milliseconds. */
const LATEST_ANSWER_MS = 5_000;
/** The registry sends nothing to the endpoint for so long after a failure. Milliseconds. */
const LONG_BACKOFF_MS = 60_000;
/** Attempts of the registry without a pause. */
const MANY_ATTEMPTS = 100;

const NOTIFICATIONS = '/registry/notifications';
const INGEST_PORT = '5080';

/** Whether a url is that of an ingest, by its path; which host it is on cannot be known. */
export function leadsToIngest(text: string | undefined): boolean {
  if (text === undefined || faultIn(text) !== undefined) return false;
  const { pathname, port, hostname } = new URL(text);
  const path = trimEnd(pathname, '/');
  // Others may have a path /sources/… too.
  const isSource = /^\/sources\/[^/]+$/.test(path) && (port === INGEST_PORT || /longshore/i.test(hostname));
  return path === NOTIFICATIONS || isSource;
}

/** The settings of a sender. */
export function checkToLongshore(endpoint: HttpEndpoint, path: readonly Step[], check: Check): void {
  const { problems } = check;
  const { timeout, backoff, threshold } = endpoint;
  const url = new URL(revealed(endpoint.url) ?? '');
  checkHost(url, [...path, 'url'], check);
  const warn = (key: string, message: string): void => {
    const place = [...path, key];
    // A number without a unit has its own warning.
    if (!problems.spokenOf(place)) problems.warning(place, message);
  };
  if (timeout < LATEST_ANSWER_MS) {
    const early = `${formatDuration(timeout)} is less than the ${formatDuration(LATEST_ANSWER_MS)} that Longshore may take to answer`;
    warn('timeout', `${early}: the registry resends events that have arrived. Write timeout: 5s`);
  }
  if (backoff > LONG_BACKOFF_MS) {
    const pause = `after ${threshold} failures in a row the registry sends nothing for ${formatDuration(backoff)}`;
    warn('backoff', `${pause}, and keeps its events in memory. Write backoff: 1s`);
  }
  if (threshold > MANY_ATTEMPTS) {
    warn('threshold', `the registry tries ${threshold} times without a pause before each backoff. Write 5`);
  }
  if (!isLoopback(url) && !bringsSecret(endpoint, url)) {
    const open = 'no secret is sent, so Longshore must accept events from every client that can reach it';
    warn('headers', `${open}. Set ingest.auth there, and headers: { Authorization: [Bearer …] } here`);
  }
}

/** A header of any name may carry one, and a query a token. */
const bringsSecret = (endpoint: HttpEndpoint, url: URL): boolean =>
  Object.keys(endpoint.headers).length > 0 || hasUserinfo(endpoint) || url.search !== '';

/** A url at the port of an ingest that ingest does not take. */
export function checkIngestPath(text: string | undefined, place: readonly Step[], { problems }: Check): void {
  if (text === undefined || faultIn(text) !== undefined || leadsToIngest(text)) return;
  const { port, hostname } = new URL(text);
  if (port !== INGEST_PORT || !(/longshore/i.test(hostname) || isLoopback(new URL(text)))) return;
  const known = `If this is Longshore, its path is ${NOTIFICATIONS}, or /sources/NAME for a configured source`;
  problems.warning(place, `${known}; any other one is answered 404`);
}
