/** Replays as they are remembered: with the place behind which one that was interrupted continues. */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { asUnavailable } from '../history/copy.js';
import type { ReplayPlace, ReplayWindow } from './source.js';

/** What a replay was asked for. */
export interface ReplaySettings extends ReplayWindow {
  endpoint: string;
  /** Also what the endpoint had already, with ids that the run's id makes. */
  force: boolean;
  /** Who started it. */
  by: string;
}

/** Events of a replay, by what became of them. They add up to `events`. */
export interface ReplayCounts {
  /** Events of the window that were looked at. */
  events: number;
  /** Deliveries enqueued. */
  enqueued: number;
  /** The endpoint had accepted it before. */
  had: number;
  /** It waits for the endpoint, or is in flight. */
  waiting: number;
  /** It was dead there, and was retried. */
  retried: number;
  /** By the endpoint's rules, or collapsed. */
  ignored: number;
  /** Its body is not kept, or cannot be read. */
  unreadable: number;
}

/** One replay. */
export interface ReplayRun {
  id: string;
  settings: ReplaySettings;
  /** The last event that is done; undefined: none yet. */
  place?: ReplayPlace;
  counts: ReplayCounts;
  /** ISO 8601. */
  startedAt: string;
  /** ISO 8601; undefined: it was interrupted, or runs. */
  endedAt?: string;
}

/** All methods reject with LongshoreError ARCHIVE_UNAVAILABLE while PostgreSQL is unavailable. */
export interface ReplayRuns {
  /** Remembers a new one, under an id of 8 hexadecimal digits. */
  begin(settings: ReplaySettings): Promise<ReplayRun>;
  /** @returns undefined when there is no run of this id */
  get(id: string): Promise<ReplayRun | undefined>;
  /** Remembers how far it has come. */
  advance(run: Pick<ReplayRun, 'id' | 'place' | 'counts'>, ended: boolean): Promise<void>;
}

/** None yet. */
export const NO_COUNTS: ReplayCounts = {
  events: 0,
  enqueued: 0,
  had: 0,
  waiting: 0,
  retried: 0,
  ignored: 0,
  unreadable: 0,
};

/** See the header. */
export function createReplayRuns(pool: pg.Pool): ReplayRuns {
  const get = async (id: string): Promise<ReplayRun | undefined> => {
    const { rows } = await pool.query('select * from replay_run where id = $1', [id]);
    const [row] = rows;
    if (!row) return undefined;
    return {
      id,
      settings: row.settings,
      counts: { ...NO_COUNTS, ...row.counts },
      startedAt: row.started_at,
      ...(row.at !== null && { place: { at: row.at, id: row.event_id } }),
      ...(row.ended_at !== null && { endedAt: row.ended_at }),
    };
  };
  return {
    async begin(settings) {
      const id = randomBytes(4).toString('hex');
      const values = [id, JSON.stringify(settings), JSON.stringify(NO_COUNTS)];
      await pool
        .query('insert into replay_run (id, settings, counts) values ($1, $2, $3)', values)
        .catch(asUnavailable);
      const run = await get(id).catch(asUnavailable);
      if (run) return run;
      throw new Error(`the run ${id} was removed as soon as it was written`);
    },
    get: (id) => get(id).catch(asUnavailable),
    async advance({ id, place, counts }, ended) {
      await pool
        .query(
          `update replay_run set at = $2, event_id = $3, counts = $4, ended_at = case when $5 then now() end
           where id = $1`,
          [id, place?.at ?? null, place?.id ?? null, JSON.stringify(counts), ended],
        )
        .catch(asUnavailable);
    },
  };
}
