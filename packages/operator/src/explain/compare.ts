/** What another configuration would change for events that a relay has had, endpoint by endpoint. */
import type { ExplainedEndpoint, ExplainedEvent, FoundEvent } from './port.js';

/** A kind of difference. `broken`: no request could be made of the event; `filter`: the filter fails on it. */
export type Difference = 'added' | 'removed' | 'request' | 'broken' | 'filter';

/** What changes for one endpoint. */
export interface EndpointChange {
  endpoint: string;
  /** Whether the endpoint itself is new, or gone. */
  status: 'new' | 'gone' | 'kept';
  /** Events that it gets now, and would get. */
  before: number;
  after: number;
  /** How many events have each difference. */
  counts: Record<Difference, number>;
  /** A few of them, the newest first. */
  examples: { difference: Difference; event: string; name: string; why: string }[];
}

/** What an endpoint did, or would do, with an event. */
interface Fate {
  gets: boolean;
  why: string;
  /** Absent: not known, so it is not compared. */
  request?: string | undefined;
  isBroken: boolean;
  filterError?: string | undefined;
}

const MOST_EXAMPLES = 3;

/** Fates by endpoint, of one event. */
export type Fates = ReadonlyMap<string, Fate>;

/** As a configuration decides. @param describe the verdict in words */
export const fatesOf = (
  { endpoints }: ExplainedEvent,
  describe: (endpoint: ExplainedEndpoint) => string,
): Fates =>
  new Map(
    endpoints.map((one) => [
      one.endpoint,
      {
        gets: one.verdict === 'delivered' || one.verdict === 'error',
        why: describe(one),
        request:
          one.request &&
          JSON.stringify([one.url, one.request.method, stable(one.request.headers), one.request.body]),
        isBroken: one.verdict === 'error',
        filterError: one.filterError,
      },
    ]),
  );

/** As it was when the event came. */
export const fatesIn = ({ planned, ignored }: NonNullable<FoundEvent['receipt']>): Fates =>
  new Map<string, Fate>([
    ...planned.map((endpoint) => [endpoint, { gets: true, why: 'delivered', isBroken: false }] as const),
    ...ignored.map(
      ({ endpoint, rule }) =>
        [endpoint, { gets: false, why: `ignored by ${rule}`, isBroken: false }] as const,
    ),
  ]);

/** What differs at each attempt says nothing. */
const CHANGING = /^(webhook-timestamp|x-longshore-attempt|idempotency-key|x-longshore-delivery)$/i;
const stable = (headers: readonly [string, string][]) => headers.filter(([name]) => !CHANGING.test(name));

/** @param events newest first, each with what happens now and what would happen */
export function compareFates(
  events: readonly { id: string; name: string; before: Fates; after: Fates }[],
): EndpointChange[] {
  const changes = new Map<string, EndpointChange>();
  for (const { id, name, before, after } of events) {
    for (const endpoint of new Set([...before.keys(), ...after.keys()])) {
      const [old, next] = [before.get(endpoint), after.get(endpoint)];
      const change = changes.get(endpoint) ?? unchanged(endpoint, old, next);
      changes.set(endpoint, change);
      if (old?.gets) change.before++;
      if (next?.gets) change.after++;
      const found = differenceOf(old, next);
      if (!found) continue;
      change.counts[found.difference]++;
      if (change.examples.length < MOST_EXAMPLES) change.examples.push({ ...found, event: id, name });
    }
  }
  return [...changes.values()];
}

const unchanged = (endpoint: string, old: Fate | undefined, next: Fate | undefined): EndpointChange => ({
  endpoint,
  status: old === undefined ? 'new' : next === undefined ? 'gone' : 'kept',
  before: 0,
  after: 0,
  counts: { added: 0, removed: 0, request: 0, broken: 0, filter: 0 },
  examples: [],
});

function differenceOf(
  old: Fate | undefined,
  next: Fate | undefined,
): { difference: Difference; why: string } | undefined {
  if (next?.isBroken && !old?.isBroken) return { difference: 'broken', why: next.why };
  if (next?.filterError !== undefined && old?.filterError === undefined)
    return { difference: 'filter', why: next.why };
  if (!old?.gets && next?.gets) return { difference: 'added', why: old?.why ?? 'the endpoint is new' };
  if (old?.gets && !next?.gets) return { difference: 'removed', why: next?.why ?? 'the endpoint is gone' };
  const isOther = old?.request !== undefined && next?.request !== undefined && old.request !== next.request;
  return isOther ? { difference: 'request', why: 'another request' } : undefined;
}
