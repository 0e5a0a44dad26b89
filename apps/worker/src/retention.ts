/**
 * Applies retention where there is something to do: to endpoints with attempts since the last round, to those whose
 * oldest delivery reaches its age, and to those that hold a delayed delivery. To every other one once an hour, so
 * that a thousand idle endpoints cost about one command a second.
 */
import {
  type AlertEndpoint,
  type ArchiveEndpoint,
  type BrokerEndpoint,
  type Config,
  type CopyEndpoint,
  type Endpoint,
  everyEndpoint,
  type HttpEndpoint,
  type PreheatEndpoint,
} from '@longshore/config';
import type { Observer } from '@longshore/observe';
import type { Finished, KeepLimits, Leader, Retention } from '@longshore/queue/housekeeping';
import type { Inspector } from '@longshore/queue/operator';
import type { NoteRecorder } from './journal.js';
import { NEWER_RETRY_MS } from './unreadable.js';

/** What retention works with, for the process that leads. */
export interface RetentionParts {
  config(): Config;
  retention: Retention;
  inspector: Pick<Inspector, 'remember'>;
  leader: Pick<Leader, 'confirm'>;
  notes: NoteRecorder;
  observer: Observer;
  /** How long an endpoint that left the configuration stays known with an empty queue, in milliseconds. */
  forgetAfterMs?: number;
}

/** Which endpoints are looked at, and when. */
export interface RetentionRounds {
  /** Every endpoint that is known; one that is new here is due now, and one that is missing is left out. */
  plan(known: readonly string[]): void;
  /** These are due now. */
  touch(endpoints: readonly string[]): void;
  /** All are due now: after a change of limits, or when this process begins to lead. */
  touchAll(): void;
  /**
   * Visits those that are due, for a few seconds at most, so that other duties have their turn.
   * @returns false when this process no longer leads. Rejects with Redis' error
   */
  run(): Promise<boolean>;
}

const MINUTE_MS = 60_000;
const IDLE_INTERVAL_MS = 60 * MINUTE_MS;
const RUN_MS = 5_000;
const FORGET_AFTER_MS = 60 * MINUTE_MS;
/** The longest that a preheat waits without an attempt: a registry's pause. */
const PREHEAT_PAUSE_MS = 6 * 60 * MINUTE_MS;

/** One for each process. */
export function createRetentionRounds(parts: RetentionParts): RetentionRounds {
  const { retention, observer } = parts;
  /** By `performance.now()`: a clock that is set back must not keep retention waiting. */
  const dueAt = new Map<string, number>();
  const leaving = createLeaving(parts);

  const visit = async (endpoint: string, ends: number): Promise<Visited> => {
    const visited = await applyTo(endpoint, ends, parts);
    if (typeof visited === 'string') return visited;
    const config = parts.config();
    const limits = config.retention;
    const settings = everyEndpoint(config).find(({ name }) => name === endpoint);
    if (settings) await promoteOverdue(settings, visited.lastDueAt, retention, observer);
    const leavingMs = settings ? leaving.stays(endpoint) : await leaving.visit(endpoint);
    dueAt.set(endpoint, performance.now() + Math.min(leavingMs, nextVisitMs(visited, limits)));
    return 'done';
  };

  return {
    plan(known) {
      for (const endpoint of known) if (!dueAt.has(endpoint)) dueAt.set(endpoint, 0);
      const names = new Set(known);
      for (const endpoint of dueAt.keys()) {
        if (!names.has(endpoint) && !leaving.watches(endpoint)) dueAt.delete(endpoint);
      }
    },
    touch(endpoints) {
      for (const endpoint of endpoints) dueAt.set(endpoint, 0);
    },
    touchAll() {
      for (const endpoint of dueAt.keys()) dueAt.set(endpoint, 0);
    },
    async run() {
      const ends = performance.now() + RUN_MS;
      for (const [endpoint, at] of [...dueAt]) {
        if (at > performance.now()) continue;
        // A visit that was cut short leaves the endpoint due, and the next run continues it.
        if ((await visit(endpoint, ends)) === 'lost') return false;
        if (performance.now() >= ends) return true;
      }
      return true;
    },
  };
}

/** `cut`: there is more to do. `lost`: this process no longer leads. */
type Visited = 'done' | 'cut' | 'lost';

/** Removes what is due. @returns what was there before, when all of it is removed */
async function applyTo(
  endpoint: string,
  ends: number,
  { config, retention, leader, notes }: RetentionParts,
): Promise<Finished | 'cut' | 'lost'> {
  const { delivered, dead } = config().retention;
  const found = await retention.look(endpoint);
  const now = Date.now();
  if (isDue(found.delivered, found.oldestDeliveredAt, delivered, now)) {
    do {
      if (!(await leader.confirm())) return 'lost';
      if (performance.now() >= ends) return 'cut';
    } while ((await retention.trimDelivered(endpoint, delivered)) > 0);
  }
  if (!isDue(found.dead, found.oldestDeadAt, dead, now)) return found;
  if (!(await leader.confirm())) return 'lost';
  for await (const removed of retention.expireDead(endpoint, dead)) {
    const recorded = removed === 0 ? 'all' : await notes.record(endpoint);
    if (recorded === 'lost' || !(await leader.confirm())) return 'lost';
    // What cannot be recorded now does not pile up: the rest is removed later.
    if (recorded === 'waits' || performance.now() >= ends) return 'cut';
  }
  return found;
}

function isDue(count: number, oldestAt: number | undefined, limits: KeepLimits, now: number): boolean {
  return count > limits.count || (oldestAt !== undefined && oldestAt < now - limits.age);
}

/** Milliseconds. Each endpoint at another time, so that a thousand idle ones are not visited in the same second. */
function nextVisitMs(found: Finished, { delivered, dead }: Config['retention']): number {
  if (found.lastDueAt !== undefined) return MINUTE_MS;
  const idle = IDLE_INTERVAL_MS * (0.5 + Math.random() / 2);
  const { oldestDeadAt = Number.POSITIVE_INFINITY, oldestDeliveredAt = Number.POSITIVE_INFINITY } = found;
  const aged = Math.min(oldestDeadAt + dead.age, oldestDeliveredAt + delivered.age) - Date.now();
  return Math.max(MINUTE_MS, Math.min(idle, aged));
}

/** The part of an endpoint that says how long its deliveries wait. */
type Waiting =
  | Pick<HttpEndpoint | BrokerEndpoint | AlertEndpoint | ArchiveEndpoint, 'kind' | 'maxbackoff'>
  | Pick<PreheatEndpoint, 'kind' | 'maxbackoff' | 'preheat'>
  | Pick<CopyEndpoint, 'kind' | 'maxbackoff' | 'copy'>;

/** Milliseconds that a delivery waits at most until it is looked at again, `Retry-After` included. */
export function longestWait(endpoint: Waiting): number {
  return Math.max(endpoint.maxbackoff, withoutAttempt(endpoint));
}

/** Milliseconds that a delivery may be deferred. */
function withoutAttempt(endpoint: Waiting): number {
  if (endpoint.kind === 'preheat') return Math.max(PREHEAT_PAUSE_MS, endpoint.preheat.delay);
  return endpoint.kind === 'copy' ? Math.max(PREHEAT_PAUSE_MS, endpoint.copy.delay) : NEWER_RETRY_MS;
}

async function promoteOverdue(
  settings: Endpoint | AlertEndpoint | ArchiveEndpoint,
  lastDueAt: number | undefined,
  retention: Retention,
  { log }: Observer,
): Promise<void> {
  const { name: endpoint } = settings;
  const longest = longestWait(settings);
  if (lastDueAt === undefined || lastDueAt <= Date.now() + longest) return;
  const promoted = await retention.promoteOverdue(endpoint, longest);
  if (promoted === 0) return;
  log.warn(
    { endpoint, promoted },
    'deliveries waited longer than maxbackoff allows, as after a clock that was set back: they are due now',
  );
}

/**
 * Endpoints that left the configuration. One whose queue stays empty for an hour is no longer a known endpoint. It is
 * visited once more after that: ingest may have had it in its configuration still, and what has a delivery is known.
 */
function createLeaving({ retention, inspector, forgetAfterMs = FORGET_AFTER_MS }: RetentionParts) {
  const empty = new Map<string, { since: number; forgotten: boolean }>();
  return {
    watches: (endpoint: string): boolean => empty.has(endpoint),
    /** It is in the configuration. @returns milliseconds until it is to be visited for this reason: never */
    stays(endpoint: string): number {
      empty.delete(endpoint);
      return Number.POSITIVE_INFINITY;
    },
    /** @returns milliseconds until it is to be visited again for this reason */
    async visit(endpoint: string): Promise<number> {
      const now = performance.now();
      const seen = empty.get(endpoint) ?? { since: now, forgotten: false };
      if (!(await retention.isEmpty(endpoint))) {
        empty.delete(endpoint);
        await inspector.remember([endpoint]);
        return Number.POSITIVE_INFINITY;
      }
      if (seen.forgotten) {
        empty.delete(endpoint);
        return Number.POSITIVE_INFINITY;
      }
      const forgotten = now - seen.since >= forgetAfterMs;
      if (forgotten) await retention.forget(endpoint);
      empty.set(endpoint, { since: seen.since, forgotten });
      return forgotten ? forgetAfterMs / 4 : seen.since + forgetAfterMs - now;
    },
  };
}
