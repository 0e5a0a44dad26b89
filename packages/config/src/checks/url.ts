/**
 * Urls of endpoints. The registry checks none: with one that cannot be posted to it starts, and each delivery
 * fails. Here such an endpoint is an error, because each of its events would be dead-lettered.
 */

import { trimEnd } from '@longshore/event';
import type { Listen } from '@longshore/settings/format';
import { readHttpUrl } from '@longshore/settings/http-url';
import { revealed } from '@longshore/settings/secrets';
import type { HttpEndpoint } from '../endpoint.js';
import type { Config } from '../schema.js';
import { isTemplate, templateOf } from '../template.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';
import { holdsPlaceholder, PLACEHOLDER } from './placeholders.js';

/** Of a registry's own file: what the registry itself does with such a url. */
const REGISTRY_RETRIES = 'The registry starts with it, and retries forever';

/** The url of an endpoint that events are posted to. */
export function checkUrl(endpoint: HttpEndpoint, path: readonly Step[], config: Config, check: Check): void {
  const { problems, flavor } = check;
  const place = [...path, 'url'];
  const written = revealed(endpoint.url);
  if (written === undefined || problems.failedAt(place)) return;
  const text = isTemplate(endpoint) ? templateOf(endpoint).url : written;
  const fault = faultIn(text);
  if (fault !== undefined) {
    // A disabled endpoint needs no url yet.
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

/** A valid url that points to no receiver, to this machine, or back to ingest. */
export function checkPlace(url: URL, place: readonly Step[], { ingest }: Config, check: Check): void {
  checkHost(url, place, check);
  checkLoop(url, place, ingest.listen, check);
}

/** A host that is probably a mistake. */
export function checkHost(url: URL, place: readonly Step[], { problems, flavor }: Check): void {
  if (isAnyAddress(url)) {
    problems.warning(place, `${url.hostname} is a listen address; use the receiver’s host name`);
  } else if (flavor === 'registry' && isLoopback(url)) {
    const remedy = 'In a container, or if the receiver runs elsewhere, use the receiver’s host name';
    problems.warning(place, `${url.hostname} is the machine or container that Longshore runs on. ${remedy}`);
  }
}

/** An endpoint that posts back to ingest is an infinite loop. */
function checkLoop(url: URL, place: readonly Step[], listen: Listen, { problems, flavor }: Check): void {
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const path = trimEnd(url.pathname, '/');
  const isIngest = path === '/registry/notifications' || /^\/sources\/[^/]+$/.test(path);
  if (!isIngest || port !== listen.port) return;
  const sameHost = bare(url.hostname) === listen.host;
  if (url.protocol === 'http:' && (sameHost || isLoopback(url) || isAnyAddress(url))) {
    problems.error(place, 'is Longshore’s own ingest: an infinite loop. Use the receiver’s url');
  } else if (flavor === 'registry') {
    const remedy = 'configure the receivers in a longshore.yml, and only Longshore in the registry’s file';
    problems.warning(place, `may be Longshore’s own ingest. If it is, events loop forever: ${remedy}`);
  }
}

/** Why a url cannot be posted to, without quoting a secret. */
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
