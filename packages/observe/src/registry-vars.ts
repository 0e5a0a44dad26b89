/**
 * `/debug/vars` in the registry's shape. The registry prints header values and userinfo there; we do not.
 */
import type { EndpointTally } from './registry-tally.js';

/** What `/debug/vars` shows of an endpoint's settings. */
export interface EndpointSettings {
  name: string;
  url: string;
  /** Only names, and how many values each has, are shown. */
  headers: Readonly<Record<string, readonly unknown[]>>;
  /** Milliseconds. */
  timeout: number;
  threshold: number;
  /** Milliseconds. */
  backoff: number;
  ignore: { mediatypes: readonly string[]; actions: readonly string[] };
}

/** The whole document, `{registry: {notifications: {endpoints: …}}}`; `null` when there is no endpoint. */
export function registryVars(
  endpoints: readonly EndpointSettings[],
  tallyOf: (endpoint: string) => Readonly<EndpointTally>,
): object {
  const shown = endpoints.map((endpoint) => varsOf(endpoint, tallyOf(endpoint.name)));
  return { registry: { notifications: { endpoints: orNull(shown) } } };
}

function varsOf(endpoint: EndpointSettings, tally: Readonly<EndpointTally>): object {
  const { name, url, headers, timeout, threshold, backoff, ignore } = endpoint;
  const masked = Object.entries(headers).map(([header, values]) => [header, values.map(() => '***')]);
  const { Pending, Events, Successes, Failures, Errors, Statuses } = tally;
  return {
    name,
    url: shownUrl(url),
    Headers: masked.length === 0 ? null : Object.fromEntries(masked),
    Timeout: nanoseconds(timeout),
    Threshold: threshold,
    Backoff: nanoseconds(backoff),
    // the registry shows its two lists apart and adds them up when it uses them; here they are one
    IgnoredMediaTypes: orNull(ignore.mediatypes),
    Ignore: { MediaTypes: orNull(ignore.mediatypes), Actions: orNull(ignore.actions) },
    Metrics: { Pending, Events, Successes, Failures, Errors, Statuses: { ...Statuses } },
  };
}

/** Go writes an empty list as `null`. */
function orNull<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

function nanoseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}

/** Without userinfo, and without the values of the query, where receivers put their tokens. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return '';
  const url = new URL(text);
  if (url.host === '') return ''; // `user:password@…` without a scheme reads as a scheme
  url.username = '';
  url.password = '';
  for (const key of new Set(url.searchParams.keys())) url.searchParams.set(key, '***');
  return url.href;
}
