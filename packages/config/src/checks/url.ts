/**
 * Urls of endpoints. The registry checks none: with one that cannot be posted to it starts, fails and retries
 * for ever. Here such an endpoint is an error, because each of its events would end among the dead.
 */

import { trimEnd } from '@longshore/event';
import type { Endpoint } from '../endpoint.js';
import type { Config } from '../schema.js';
import type { Listen } from '../values/listen.js';
import type { Step } from '../yaml/node.js';
import { type Check, revealed } from './check.js';

const RETRIES = 'The registry would start and fail for ever';

export function checkUrl(endpoint: Endpoint, path: readonly Step[], config: Config, check: Check): void {
  const { problems } = check;
  const place = [...path, 'url'];
  const text = revealed(endpoint.url);
  if (text === undefined || problems.failedAt(place)) return;
  const fault = faultIn(text);
  if (fault !== undefined) {
    // An endpoint that gets nothing can wait for its url.
    if (endpoint.disabled)
      problems.warning(place, `${fault}; the endpoint is disabled, so this does not matter yet`);
    else problems.error(place, `${fault}. ${RETRIES}; correct it, or set disabled: true`);
    return;
  }
  checkPlace(new URL(text), place, config, check);
}

/** Where a url that can be posted to leads: to nobody, to oneself, or round in a circle. */
export function checkPlace(url: URL, place: readonly Step[], { ingest }: Config, check: Check): void {
  const { problems, flavor } = check;
  if (isAnyAddress(url)) {
    problems.warning(
      place,
      `${url.hostname} is an address to listen on; name the host that the receiver runs on`,
    );
  } else if (flavor === 'registry' && isLoopback(url)) {
    const where = 'In a container, and on another machine than the registry’s, that is somebody else';
    problems.warning(place, `${url.hostname} is whoever posts to it. ${where}; name the receiver’s host`);
  }
  checkLoop(url, place, ingest.listen, check);
}

/** An endpoint that posts back to ingest makes each event come round for ever. */
function checkLoop(url: URL, place: readonly Step[], listen: Listen, { problems, flavor }: Check): void {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const path = trimEnd(url.pathname, '/');
  const isIngest = path === '/registry/notifications' || /^\/sources\/[^/]+$/.test(path);
  if (!isIngest || port !== listen.port) return;
  const sameHost = bare(url.hostname) === listen.host;
  if (url.protocol === 'http:' && (sameHost || isLoopback(url) || isAnyAddress(url))) {
    problems.error(
      place,
      'is Longshore’s own ingest: each event would come back for ever. Name the receiver',
    );
  } else if (flavor === 'registry') {
    const remedy =
      'write the receivers into a longshore.yml, and let the registry’s file name Longshore alone';
    problems.warning(
      place,
      `looks like Longshore’s own ingest. If it is this one, each event comes back: ${remedy}`,
    );
  }
}

/** What keeps a url from being posted to, without quoting it. Stricter than `new URL`, which mends a lot. */
export function faultIn(text: string): string | undefined {
  if (text === '') return 'is missing or empty';
  if (/[\s\p{Cc}\\]/u.test(text)) return 'holds a space, a backslash or a control character';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'does not start with http:// or https://';
  if (!/^https?:\/\//i.test(text)) return 'is neither http:// nor https://';
  return /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text) ? undefined : 'is not a valid url';
}

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

const isAnyAddress = ({ hostname }: URL): boolean => hostname === '0.0.0.0' || hostname === '[::]';

function isLoopback({ hostname }: URL): boolean {
  const name = bare(hostname).replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^127\./.test(name) ||
    name === '::1' ||
    /^::ffff:7f/.test(name)
  );
}
