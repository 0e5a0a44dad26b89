/** The counters of one process of a registry, from its debug address. */
import type { RegistryCounters } from '@longshore/queue/reconcile';
import { objectOf } from '../object-of.js';

/** Who is asked, and whose counters are meant. */
export interface CounterQuestion {
  /** `http://registry:5001`, or with the path of its Prometheus metrics. */
  url: string;
  /** Name of the source: tells our endpoint from others of the registry. */
  source: string;
  fetch: typeof fetch;
  userAgent: string;
  signal: AbortSignal;
}

interface Named {
  name: string;
  /** Absent in metrics. */
  url?: string;
  counters: RegistryCounters;
}

const TIMEOUT_MS = 10_000;
const LINE = /^registry_notifications_(events|pending)_total\{([^{}]*)\} (\S+)/;
const LABEL = /(endpoint|type)="([^"]*)"/g;

/** Rejects for every answer that has no counters of one endpoint. */
export async function readCounters(question: CounterQuestion): Promise<RegistryCounters> {
  const { url, source, fetch: get, userAgent, signal } = question;
  const asked = new URL(url);
  if (asked.pathname === '/') asked.pathname = '/debug/vars';
  const place = `${asked.host}: GET ${asked.pathname}`;
  const answer = await get(asked, {
    headers: { accept: 'application/json, text/plain', 'user-agent': userAgent },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(`${place}: ${reasonOf(error)}; check http.debug.addr of the registry`);
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${place}: HTTP ${answer.status}; check http.debug of the registry`);
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return ours(isJson ? inVars(text, place) : inMetrics(text), source, place);
}

/** The endpoint whose url is one of ours; where no path tells them apart, the only one. */
function ours(found: readonly Named[], source: string, place: string): RegistryCounters {
  const paths = ['/registry/notifications', `/sources/${encodeURIComponent(source)}`];
  const leadsHere = ({ url }: Named): boolean =>
    url !== undefined && URL.canParse(url) && paths.includes(new URL(url).pathname.replace(/\/$/, ''));
  const here = found.filter(leadsHere);
  const [one, ...more] = here.length > 0 ? here : found;
  if (one && more.length === 0) return one.counters;
  const which = one ? `several endpoints (${found.map(({ name }) => name).join(', ')})` : 'no endpoint';
  throw new Error(`${place}: the registry names ${which}; one with the path ${paths.join(' or ')} is needed`);
}

function inVars(text: string, place: string): Named[] {
  const vars = objectOf(asJson(text));
  const notifications = objectOf(objectOf(vars?.registry)?.notifications);
  const { endpoints } = notifications ?? {};
  if (!notifications || (endpoints !== null && !Array.isArray(endpoints)))
    throw new Error(`${place}: the answer has no registry.notifications.endpoints`);
  return (endpoints ?? []).map((endpoint: unknown): Named => {
    const { name, url, Metrics } = objectOf(endpoint) ?? {};
    const metrics = objectOf(Metrics) ?? {};
    const [events, successes, failures, errors, pending] = [
      ...['Events', 'Successes', 'Failures', 'Errors', 'Pending'],
    ].map((key) => Number(metrics[key]));
    const counters = { events, successes, failures, errors, pending };
    if (!areCounters(counters)) throw new Error(`${place}: an endpoint has no counters`);
    return { name: String(name), url: String(url), counters };
  });
}

const areCounters = (found: Partial<RegistryCounters>): found is RegistryCounters =>
  Object.values(found).every((value) => Number.isSafeInteger(value));

function inMetrics(text: string): Named[] {
  const found = new Map<string, Named>();
  for (const line of text.split('\n')) {
    const [, what, labels = '', value] = LINE.exec(line) ?? [];
    if (what === undefined) continue;
    const { endpoint: name = '', type = 'Pending' } = Object.fromEntries(
      Array.from(labels.matchAll(LABEL), ([, label, text]) => [label, text]),
    );
    const none: RegistryCounters = { events: 0, successes: 0, failures: 0, errors: 0, pending: 0 };
    const one = found.get(name) ?? { name, counters: none };
    found.set(name, one);
    const key = keyOf(type);
    if (key) one.counters[key] = Math.round(Number(value));
  }
  return [...found.values()];
}

const KEYS = ['events', 'successes', 'failures', 'errors', 'pending'] as const;
const keyOf = (type: string) => KEYS.find((key) => key === type.toLowerCase());

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The cause is what says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
