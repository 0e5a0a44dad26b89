/** The methods of {@link AdminService} that deliver archived events again. */

import type { ReplayRun, ReplaySettings } from '@longshore/archive/replay';
import { type Config, routedEndpoints } from '@longshore/config';
import { excerpt, type History, LongshoreError } from '@longshore/event';
import type { DeadLetters } from '@longshore/queue/dead';
import type { Deliveries } from '@longshore/queue/deliveries';
import { createRouter } from '@longshore/routing';
import type { Acts } from '../access/acts.js';
import type { createEndpoints } from '../endpoints.js';
import type { AdminService } from '../port.js';
import { zero } from './counts.js';
import type { OperatorArchive, ReplayedPart, ReplayProgress, Republish } from './port.js';
import { type ReplayQuery, replaySettings, resumedRun } from './query.js';
import { runReplay } from './run.js';

/** What the method works with. */
export interface ReplayDeps {
  config(): Config;
  /** Absent: the configuration has no `archive`. */
  archive?: OperatorArchive;
  republish: Republish;
  record(part: ReplayedPart): Promise<void>;
  endpoints: ReturnType<typeof createEndpoints>;
  deliveries: Pick<Deliveries, 'states'>;
  letters: Pick<DeadLetters, 'retry'>;
  history: Pick<History, 'delivered' | 'since'>;
  acts: Acts;
  /** Epoch milliseconds. */
  now(): number;
}

/** The id of a run that is not remembered. */
const DRY = '';

/** See the header. */
export function replayMethods(deps: ReplayDeps): Pick<AdminService, 'replay' | 'countReplay'> {
  return {
    async countReplay(query) {
      const archive = archiveOf(deps);
      return archive.events.count((await runFor(query, archive, deps, true)).settings);
    },
    async replay(query, options = {}) {
      const archive = archiveOf(deps);
      const run = await runFor(query, archive, deps, options.dryRun);
      const { id, settings, counts } = run;
      await configured(settings.endpoint, deps);
      const progress: ReplayProgress = {
        ...(id !== DRY && { run: id }),
        total: await archive.events.count(settings),
        counts,
        waits: '',
      };
      options.onProgress?.(progress);
      const parts = {
        ...{ archive, ...deps, endpoint: settings.endpoint, by: `${deps.acts.by}, run ${id}` },
        router: createRouter(routedEndpoints(deps.config()).filter(({ name }) => name === settings.endpoint)),
        ...(settings.force && { force: id }),
      };
      const knownSince = settings.force ? undefined : await deps.history.since();
      const replayed = async () => ({
        stopped: run.endedAt === undefined && (await runReplay(run, parts, progress, options)),
        count: progress.counts.enqueued + progress.counts.retried,
      });
      const filter = { ...query, run: id };
      const act = { action: 'replay', endpoint: settings.endpoint, filter };
      const { stopped } = await (options.dryRun
        ? replayed()
        : deps.acts.many(act, replayed, () => progress.counts.enqueued));
      return {
        ...progress,
        stopped,
        ...(knownSince !== undefined && { knownSince: new Date(knownSince).toISOString() }),
      };
    },
  };
}

/** @throws LongshoreError ARCHIVE_OFF, REQUEST_INVALID without bodies */
function archiveOf({ archive, config }: ReplayDeps): OperatorArchive {
  if (!archive) throw new LongshoreError('ARCHIVE_OFF', 'a replay needs `archive` in the configuration');
  if (config().archive?.body === false) {
    const why = 'archive.body is false: the archive does not keep what is delivered';
    throw new LongshoreError('REQUEST_INVALID', `${why}, so no event can be replayed`);
  }
  return archive;
}

/** The run to begin or to continue. */
async function runFor(
  query: ReplayQuery,
  { runs }: OperatorArchive,
  deps: ReplayDeps,
  dryRun = false,
): Promise<ReplayRun> {
  const { acts, now } = deps;
  const resumed = resumedRun(query);
  if (resumed !== undefined) {
    const run = await runs.get(resumed);
    if (run) return run;
    throw new LongshoreError('REQUEST_NOT_FOUND', `no replay ${excerpt(resumed)} in the archive`);
  }
  const settings: ReplaySettings = replaySettings(query, acts.by, now());
  await configured(settings.endpoint, deps);
  if (!dryRun) return runs.begin(settings);
  return { id: DRY, settings, counts: zero(), startedAt: new Date(now()).toISOString() };
}

/** @throws LongshoreError REQUEST_NOT_FOUND, REQUEST_INVALID for one that gets no replay */
async function configured(name: string, { config, endpoints }: ReplayDeps) {
  await endpoints.existing(name);
  if (name === ARCHIVE) throw invalid(name, 'is the archive itself, which has these events');
  const endpoint = config().notifications.endpoints.find((each) => each.name === name);
  if (!endpoint) throw invalid(name, 'is not in `notifications.endpoints` of the configuration');
  if (endpoint.disabled) throw invalid(name, 'is disabled in the configuration: it gets no events');
}

const ARCHIVE = 'archive';

const invalid = (name: string, why: string): LongshoreError =>
  new LongshoreError('REQUEST_INVALID', `endpoint ${excerpt(name)} ${why}`);
