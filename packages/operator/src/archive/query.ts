/** Filters of the archive as they are written, for the API's parameters and the command's options. */
import type {
  EventFilter,
  RepositoryFilter,
  StatsFilter,
  UnusedFilter,
  Window,
} from '@longshore/archive/read';
import type { ImageEventFilter, SessionFilter } from '@longshore/archive/sessions';
import { LongshoreError } from '@longshore/event';
import { z } from 'zod';
import { parseTime } from '../parse-time.js';

/** Longer than any name of a registry. */
const MAX_LENGTH = 1_000;

const word = (description: string, example: string) =>
  z.string().min(1).max(MAX_LENGTH).optional().meta({ description, example });

const repository = word('Name of a repository, or a glob; `**` crosses slashes.', 'team/**');
const source = word('Name of the source.', 'harbor');
const times = (what: string) => ({
  since: word(`${what} at this time or later: how long ago (\`2h\`, \`3d\`), or a date (ISO 8601).`, '7d'),
  until: word(`${what} before this time.`, '2026-11-21T03:00:00Z'),
});

const TARGETS = ['image', 'blob', 'manifest', 'index', 'tag', 'repository', 'unknown'] as const;

/** Which events. An event has to match every field that is given. */
export const eventQuery = z.strictObject({
  text: word(
    'A part of a repository’s name, a tag, a digest of 8 hex digits or more, or an actor.',
    'acme/app',
  ),
  repository,
  tag: word('Tag.', '1.0'),
  digest: word('Digest: the whole, or its first 8 hex digits or more.', 'sha256:858a8366'),
  actor: word('Name of the user.', 'ci'),
  addr: word('Address of the client, or a network.', '10.1.0.0/16'),
  client: word('A part of the user agent, in any case.', 'containerd'),
  action: word('`push`, `pull`, `mount`, `delete`, `other`, or the sender’s own name of an event.', 'push'),
  source,
  target: z
    .enum(TARGETS)
    .optional()
    .meta({ description: 'What it is about; `image`: a manifest or an index.' }),
  id: word('The event’s own id.', '320678d8-ca14-430f-8bb6-4ca139cd83f7'),
  ...times('Happened'),
});

/** Which repositories. */
export const repositoryQuery = z.strictObject({
  text: word('A part of the name, in any case.', 'app'),
  repository,
  source,
  ...times('Last active'),
});

/** Whose numbers. */
export const statsQuery = z.strictObject({
  repository: word('Name of a repository.', 'acme/app'),
  tag: word('Tag of that repository.', '1.0'),
  actor: word('Name of a user.', 'ci'),
  client: word('A whole user agent.', 'containerd/v2.0.0'),
  source,
  ...times('Days'),
});

/** A longer one is a mistake: a hundred years. */
const MOST_DAYS = 36_500;

/** What was not pulled. */
export const unusedQuery = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(0)
    .max(MOST_DAYS)
    .default(90)
    .meta({ description: 'Not pulled for so many days.' }),
  text: word('A part of the repository’s name, in any case.', 'app'),
  repository,
  source,
});

/** `since` and `until` as times. @throws LongshoreError REQUEST_INVALID */
export function windowOf(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  now = Date.now(),
): Window {
  const from = since === undefined ? undefined : parseTime('since', since, now);
  const to = until === undefined ? undefined : parseTime('until', until, now);
  if (from !== undefined && to !== undefined && from >= to) {
    throw new LongshoreError('REQUEST_INVALID', `since (${since}) is not before until (${until})`);
  }
  return { ...(from !== undefined && { since: from }), ...(to !== undefined && { until: to }) };
}

/** Any filter of a list of the archive. */
type AnyFilter =
  | EventFilter
  | RepositoryFilter
  | StatsFilter
  | UnusedFilter
  | ImageEventFilter
  | SessionFilter;

type Written<Filter> = Omit<{ [Name in keyof Filter]?: Filter[Name] | undefined }, 'since' | 'until'> & {
  since?: string | undefined;
  until?: string | undefined;
};

/** With times for texts, and without what is not given. @throws LongshoreError REQUEST_INVALID */
export function filterOf<Filter extends AnyFilter>(
  { since, until, ...query }: Written<Filter>,
  now?: number,
): Filter {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...windowOf({ since, until }, now) } as Filter;
}
