/**
 * Filters as an operator writes them, the same for the command line, the API and the pages; and what they come to.
 * The schemas are also the API's parameters.
 */
import { nearest } from '@longshore/config';
import { globFault, globMatcher, isTlsReason, LongshoreError } from '@longshore/event';
import type { DeadFilter, Position, QuarantineFilter } from '@longshore/queue/operator';
import { z } from 'zod';
import { parseWhen } from './when.js';

const word = (description: string, example: string) =>
  z.string().min(1).max(1_000).optional().meta({ description, example });

const id = z.string().regex(/^[0-9a-f]{32}$/, 'an id is 32 hexadecimal digits');

/** One or several; a query has a text where it has one. */
const ids = (description: string) =>
  z
    .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(id).max(1_000).optional())
    .meta({ description });

const times = (what: string) => ({
  since: word(`${what} at this time or later: how long ago (\`2h\`, \`3d\`), or a date (ISO 8601).`, '2h'),
  until: word(`${what} at this time or before.`, '2026-11-21T03:00:00Z'),
});

/** Which dead deliveries. All that is given must hold. */
export const deadWords = z.strictObject({
  endpoint: word('Name of the endpoint.', 'alistener'),
  ...times('Dead'),
  repository: word('Glob of repositories; `**` crosses slashes.', 'team/**'),
  reason: word(
    'Reason of the last attempt, or a glob of it; `tls` means each of the TLS reasons.',
    'http_503',
  ),
  id: ids('Ids of deliveries.'),
});

/** Which quarantined requests. All that is given must hold. */
export const quarantineWords = z.strictObject({
  source: word('Name of the source.', 'harbor'),
  ...times('Received'),
  reason: word('Why it could not be read; a text that the reason contains.', 'not JSON'),
  id: ids('Ids of entries.'),
});

/** Ids may be one, or several. */
type WithIds<Words> = Omit<Words, 'id'> & { id?: string | readonly string[] };
/** A filter of dead deliveries, as it was written. */
export type DeadWords = WithIds<z.output<typeof deadWords>>;
/** A filter of quarantined requests, as it was written. */
export type QuarantineWords = WithIds<z.output<typeof quarantineWords>>;

/** @throws LongshoreError REQUEST_INVALID */
export function deadFilter(words: DeadWords, now = Date.now()): DeadFilter {
  const { endpoint, since, until, repository, reason, id: given } = parse(deadWords, words);
  return {
    ...(endpoint !== undefined && { endpoints: [endpoint] }),
    ...span(since, until, now),
    ...(repository !== undefined && { repository: globOf('repository', repository) }),
    ...(reason !== undefined && { reason: reasonFilter(reason) }),
    ...(given && { ids: given }),
  };
}

/** @throws LongshoreError REQUEST_INVALID */
export function quarantineFilter(words: QuarantineWords, now = Date.now()): QuarantineFilter {
  const { source, since, until, reason, id: given } = parse(quarantineWords, words);
  return {
    ...(source !== undefined && { source }),
    ...span(since, until, now),
    ...(reason !== undefined && { reason: (text: string) => text.includes(reason) }),
    ...(given && { ids: given }),
  };
}

function span(since: string | undefined, until: string | undefined, now: number) {
  const from = since === undefined ? undefined : parseWhen('since', since, now);
  const to = until === undefined ? undefined : parseWhen('until', until, now);
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

/** @throws LongshoreError REQUEST_INVALID that names each thing that is wrong */
export function parse<Schema extends z.ZodObject>(schema: Schema, value: unknown): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const known = Object.keys(schema.shape);
  throw new LongshoreError(
    'REQUEST_INVALID',
    read.error.issues.flatMap((issue) => inWords(issue, known)).join('; '),
  );
}

function inWords(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  if (issue.code !== 'unrecognized_keys') return [[...issue.path.map(String), issue.message].join(': ')];
  return issue.keys.map((key) => {
    const close = nearest(key, known);
    return `${key} is not known${close ? `; did you mean ${close}?` : `; known are ${known.join(', ') || 'none'}`}`;
  });
}

/** Where a page begins, as text. */
export const cursorOf = ({ score, id: last }: Position): string => `${score}-${last}`;

/** @throws LongshoreError REQUEST_INVALID */
export function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [, score, last] = /^(\d{1,16})-([0-9a-f]{1,64})$/.exec(cursor) ?? [];
  if (score !== undefined && last !== undefined) return { score: Number(score), id: last };
  throw new LongshoreError(
    'REQUEST_INVALID',
    'after: not the cursor of a page; take `next` of the page before',
  );
}
