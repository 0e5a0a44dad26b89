/** Which archived events, as an operator writes it. The schema is also the API's body. */
import type { ReplaySettings } from '@longshore/archive/replay';
import { globFault, LongshoreError } from '@longshore/event';
import { z } from 'zod';
import { parseInput } from '../parse-input.js';
import { parseTime } from '../parse-time.js';

const word = (description: string, example: string) =>
  z.string().min(1).max(1_000).optional().meta({ description, example });

/** A new replay, or one that was interrupted. */
export const replayQuery = z.strictObject({
  endpoint: word('Name of the endpoint that gets the events.', 'alistener'),
  since: word(
    'Events at this time or later: how long ago (`2h`, `3d`), or a date (ISO 8601). By the events’ own time.',
    '2d',
  ),
  until: word('Events before this time; now unless given.', '2026-11-21T03:00:00Z'),
  repository: word('Glob of repositories; `**` crosses slashes.', 'team/**'),
  action: word('`push`, `pull`, `mount`, `delete`, `other`, or a sender’s own name of an event.', 'push'),
  force: z
    .boolean()
    .optional()
    .meta({ description: 'Also what the endpoint had already: with new delivery ids.' }),
  resume: z
    .string()
    .regex(/^[0-9a-f]{8}$/, 'a run has 8 hexadecimal digits')
    .optional()
    .meta({ description: 'Id of a run that was interrupted; without any of the other fields.' }),
});

/** A replay, as it was written. */
export type ReplayQuery = z.output<typeof replayQuery>;

/** The settings of a new run. @throws LongshoreError REQUEST_INVALID */
export function replaySettings(query: ReplayQuery, by: string, now: number): ReplaySettings {
  const { endpoint, since, until, repository, action, force = false } = parseInput(replayQuery, query);
  if (endpoint === undefined) throw invalid('endpoint is missing: the name of the one that gets the events');
  if (since === undefined)
    throw invalid(
      'since is missing: write the time of the first event, such as since 24h or 2026-11-21T06:00Z',
    );
  const from = parseTime('since', since, now);
  const to = until === undefined ? now : parseTime('until', until, now);
  if (from >= to) throw invalid(`since (${since}) is not before until (${until ?? 'now'})`);
  const fault = repository === undefined ? undefined : globFault(repository);
  if (fault !== undefined) throw invalid(`repository: the glob ${JSON.stringify(repository)} ${fault}`);
  return {
    endpoint,
    since: new Date(from).toISOString(),
    until: new Date(to).toISOString(),
    ...(repository !== undefined && { repository }),
    ...(action !== undefined && { action }),
    force,
    by,
  };
}

/** The run to continue; undefined: a new one. @throws LongshoreError REQUEST_INVALID */
export function resumedRun(query: ReplayQuery): string | undefined {
  const { resume, ...others } = parseInput(replayQuery, query);
  if (resume === undefined) return undefined;
  const named = Object.entries(others).find(([, value]) => value !== undefined);
  if (named) throw invalid(`resume continues a run with its own filter: leave out ${named[0]}`);
  return resume;
}

const invalid = (message: string): LongshoreError => new LongshoreError('REQUEST_INVALID', message);
