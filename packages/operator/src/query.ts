/**
 * Filters as an operator writes them, for the command line, the API and the pages, and the queue's filters made of
 * them. The schemas are also the API's parameters.
 */
import { globFault, globMatcher, isTlsReason, LongshoreError } from '@longshore/event';
import type { DeadFilter, Position } from '@longshore/queue/dead';
import type { QuarantineFilter } from '@longshore/queue/quarantine';
import { z } from 'zod';
import { parseInput } from './parse-input.js';
import { parseTime } from './parse-time.js';

const word = (description: string, example: string) =>
  z.string().min(1).max(1_000).optional().meta({ description, example });

const id = z.string().regex(/^[0-9a-f]{32}$/, 'an id is 32 hexadecimal digits');

/** One or several. A query string holds a text where it has one. */
const ids = (description: string) =>
  z
    .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(id).max(1_000).optional())
    .meta({ description });

const times = (what: string) => ({
  since: word(`${what} at this time or later: how long ago (\`2h\`, \`3d\`), or a date (ISO 8601).`, '2h'),
  until: word(`${what} at this time or before.`, '2026-11-21T03:00:00Z'),
});

/** Which dead-lettered deliveries. A delivery has to match every field that is given. */
export const deadLetterQuery = z.strictObject({
  endpoint: word('Name of the endpoint.', 'alistener'),
  ...times('Dead-lettered'),
  repository: word('Glob of repositories; `**` crosses slashes.', 'team/**'),
  reason: word('Reason of the last attempt, or a glob of it; `tls` matches every TLS reason.', 'http_503'),
  answer: word('A text that the last answer contains: its words or its body.', 'database is locked'),
  group: z
    .string()
    .regex(/^[0-9a-f]{12}$/, 'a group is 12 hexadecimal digits, from the list of groups')
    .optional()
    .meta({ description: 'Key of a group: deliveries of one endpoint with one reason and one answer.' }),
  id: ids('Ids of deliveries.'),
});

/** Which quarantined requests. An entry has to match every field that is given. */
export const quarantineQuery = z.strictObject({
  source: word('Name of the source.', 'harbor'),
  ...times('Received'),
  reason: word('A text that the reason contains.', 'not JSON'),
  id: ids('Ids of quarantined requests.'),
});

/** Ids may be one, or several. */
type WithIds<Query> = Omit<Query, 'id'> & { id?: string | readonly string[] };
/** A filter of dead-lettered deliveries, as it was written; empty for all of them. */
export type DeadLetterQuery = WithIds<z.output<typeof deadLetterQuery>>;
/** A filter of quarantined requests, as it was written; empty for all of them. */
export type QuarantineQuery = WithIds<z.output<typeof quarantineQuery>>;

/** An action on many needs a filter, or `all`: an empty filter alone may be a mistake. @throws LongshoreError REQUEST_INVALID */
export function requireFilterOrAll(query: object, all: boolean | undefined): void {
  const filtered = Object.values(query).some((value) => value !== undefined);
  if (filtered === (all === true)) {
    const fault = filtered ? 'all: true together with a filter' : 'no filter';
    throw new LongshoreError('REQUEST_INVALID', `${fault}; give a filter, or "all": true for all of them`);
  }
}

/** @throws LongshoreError REQUEST_INVALID */
export function deadLetterFilter(query: DeadLetterQuery, now = Date.now()): DeadFilter {
  const filter = parseInput(deadLetterQuery, query);
  const { endpoint, since, until, repository, reason, answer, group, id: ids } = filter;
  return {
    ...(endpoint !== undefined && { endpoints: [endpoint] }),
    ...span(since, until, now),
    ...(repository !== undefined && { repository: globOf('repository', repository) }),
    ...(reason !== undefined && { reason: reasonFilter(reason) }),
    ...(answer !== undefined && { answer: (text: string) => text.includes(answer) }),
    ...(group !== undefined && { group }),
    ...(ids && { ids }),
  };
}

/** @throws LongshoreError REQUEST_INVALID */
export function quarantineFilter(query: QuarantineQuery, now = Date.now()): QuarantineFilter {
  const { source, since, until, reason, id: ids } = parseInput(quarantineQuery, query);
  return {
    ...(source !== undefined && { source }),
    ...span(since, until, now),
    ...(reason !== undefined && { reason: (text: string) => text.includes(reason) }),
    ...(ids && { ids }),
  };
}

/**
 * The same filter at any later time: its times are moments, and it ends with what was there.
 * @param at when it was written, in epoch milliseconds
 */
export function pinned<Query extends { since?: string; until?: string }>(query: Query, at: number): Query {
  const moment = (name: 'since' | 'until') => {
    const text = query[name];
    return text === undefined ? undefined : new Date(parseTime(name, text, at)).toISOString();
  };
  const since = moment('since');
  return { ...query, ...(since && { since }), until: moment('until') ?? new Date(at).toISOString() };
}

function span(since: string | undefined, until: string | undefined, now: number) {
  const from = since === undefined ? undefined : parseTime('since', since, now);
  const to = until === undefined ? undefined : parseTime('until', until, now);
  if (from !== undefined && to !== undefined && from > to) {
    throw new LongshoreError('REQUEST_INVALID', `since (${since}) is after until (${until})`);
  }
  return { ...(from !== undefined && { since: from }), ...(to !== undefined && { until: to }) };
}

function reasonFilter(reason: string): (text: string) => boolean {
  return reason === 'tls' ? isTlsReason : globOf('reason', reason);
}

function globOf(name: string, glob: string): (text: string) => boolean {
  const fault = globFault(glob);
  if (fault === undefined) return globMatcher([glob]);
  throw new LongshoreError('REQUEST_INVALID', `${name}: the glob ${shown(glob)} ${fault}`);
}

const shown = (glob: string): string => JSON.stringify(glob.length > 60 ? `${glob.slice(0, 60)}…` : glob);

/** The position after which a page begins, as text. */
export const cursorOf = ({ score, id: last }: Position): string => `${score}-${last}`;

/** @throws LongshoreError REQUEST_INVALID */
export function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [, score, last] = /^(\d{1,16})-([0-9a-f]{1,64})$/.exec(cursor) ?? [];
  if (score !== undefined && last !== undefined) return { score: Number(score), id: last };
  throw new LongshoreError('REQUEST_INVALID', 'after: not a cursor; use `next` of the previous page');
}
