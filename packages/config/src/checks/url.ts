/**
 * Urls of endpoints. The registry checks none: with one that cannot be posted to it starts, and each delivery
 * fails. Here such an endpoint is an error, because each of its events would be dead-lettered.
 */
import { trimEnd } from '@longshore/event';
import { readHttpUrl } from '@longshore/sinks/http-url';
import type { Endpoint } from '../endpoint.js';
import type { Config } from '../schema.js';
import type { Listen } from '../values/listen.js';
import type { Step } from '../yaml/node.js';
import { type Check, revealed } from './check.js';
import { holdsPlaceholder, PLACEHOLDER } from './placeholders.js';

/** Of a registry's own file: what the registry itself does with such a url. */
const REGISTRY_RETRIES = 'The registry starts with it, and retries without end';

export function checkUrl(endpoint: Endpoint, path: readonly Step[], config: Config, check: Check): void {
  const { problems, flavor } = check;
  const place = [...path, 'url'];
  const text = revealed(endpoint.url);
  if (text === undefined || problems.failedAt(place)) return;
  const fault = faultIn(text);
  if (fault !== undefined) {
    // An endpoint that gets nothing can wait for its url.
    if (endpoint.disabled)
      problems.warning(place, `${fault}; the endpoint is disabled, so this does not matter yet`);
    else {
      const remedy = 'correct it, or set disabled: true';
      problems.error(
        place,
        `${fault}${flavor === 'registry' ? `. ${REGISTRY_RETRIES}; ${remedy}` : `; ${remedy}`}`,
      );
    }
    return;
  }
  // an address with a zone is no URL of browsers, and no place that is checked
  if (URL.canParse(text)) checkPlace(new URL(text), place, config, check);
}

/** Where a url that can be posted to leads: to nobody, to oneself, or round in a circle. */
export function checkPlace(url: URL, place: readonly Step[], { ingest }: Config, check: Check): void {
  checkHost(url, place, check);
  checkLoop(url, place, ingest.listen, check);
}

/** A host that is not the one that was meant. */
export function checkHost(url: URL, place: readonly Step[], { problems, flavor }: Check): void {
  if (isAnyAddress(url)) {
    problems.warning(
      place,
      `${url.hostname} is an address to listen on; name the host that the receiver runs on`,
    );
  } else if (flavor === 'registry' && isLoopback(url)) {
    const remedy = 'In a container, or when the receiver runs elsewhere, name the receiver’s host';
    problems.warning(place, `${url.hostname} is the machine or container that posts to it. ${remedy}`);
  }
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

/** What keeps a url from being posted to, without quoting a secret. */
export function faultIn(text: string): string | undefined {
  const read = readHttpUrl(text);
  if (!('fault' in read)) return undefined;
  return holdsPlaceholder(text) ? PLACEHOLDER : read.fault;
}

const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

const isAnyAddress = ({ hostname }: URL): boolean => hostname === '0.0.0.0' || hostname === '[::]';

/** Whether a url leads to the machine that asks for it. */
export function isLoopback({ hostname }: URL): boolean {
  const name = bare(hostname).replace(/\.$/, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    /^127\./.test(name) ||
    name === '::1' ||
    /^::ffff:7f/.test(name)
  );
}
