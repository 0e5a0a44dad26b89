/**
 * Tells people when something needs them: looks at the endpoints every few seconds and posts to the receivers in
 * `alerts`. It runs in the worker role, so that it needs no dashboard; of many workers the one with the lease
 * looks and tells. Before a message goes out it is noted in Redis, so that a process that dies in the middle
 * repeats it rather than loses it.
 *
 * While Redis is away nobody is told: that is what `/readyz` and `longshore_redis_up` are for. That a receiver
 * does not take a message is recorded and told to nobody else.
 */
import type { Config } from '@longshore/config';
import type { Outcome } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { type AlertStore, judge, type Monitor, type RetryPolicy } from '@longshore/queue';
import type { PulseReader, Quarantine } from '@longshore/queue/operator';
import { givenUp, heard, type Told } from './decide.js';
import type { Look } from './finding.js';
import { planned, type Telling } from './plan.js';
import { AT_ONCE, createReceivers } from './receivers.js';
import { bodyFor } from './words.js';

/** What is looked at, who looks, and whom it tells. */
export interface AlertsParts {
  config(): Config;
  pulses: PulseReader;
  quarantine: Pick<Quarantine, 'count'>;
  monitor: Pick<Monitor, 'health'>;
  store: AlertStore;
  observer: Observer;
  /** For the `User-Agent`. */
  version: string;
  /** Milliseconds between two looks. */
  every?: number;
  /** When a message that was not taken is sent again. */
  retry?: RetryPolicy;
}

/** Runs until it is closed. */
export interface Alerts {
  /** @throws LongshoreError SECRET_MISSING when a receiver of this configuration could not be told */
  check(config: Config): void;
  close(): Promise<void>;
}

const EVERY = 5_000;
const QUIET = 60_000;
/** About ten minutes. What still lasts then is told in the next window. */
const RETRY: RetryPolicy = { threshold: 8, backoff: 5_000, maxbackoff: 300_000, schedule: [] };

/**
 * Runs until closed. Failures are logged and tried again at the next turn.
 * @throws LongshoreError SECRET_MISSING
 */
export function startAlerts(parts: AlertsParts): Alerts {
  const { store, monitor, observer, every = EVERY } = parts;
  const receivers = createReceivers(parts.version);
  receivers.check(parts.config());
  const closing = new AbortController();

  const turn = async (): Promise<void> => {
    const config = parts.config();
    receivers.keep(config);
    if (config.alerts.length === 0 || !monitor.health.up || !(await store.claim())) return;
    const [look, stored] = await Promise.all([lookAround(config, parts), store.read()]);
    const { entries, tellings } = planned(config.alerts, look, stored as Map<string, Told>, Date.now());
    // Noted first: from here on a successor would send them again.
    if (!(await store.save(entries))) return;
    const lines = config.alerts.flatMap((receiver) => {
      const own = tellings.filter((telling) => telling.receiver === receiver);
      return Array.from({ length: AT_ONCE }, () => own);
    });
    await Promise.all(lines.map((line) => tellAll(line)));
  };

  /** Several take from the same line. */
  const tellAll = async (line: Telling[]): Promise<void> => {
    for (let next = line.shift(); next && !closing.signal.aborted; next = line.shift()) await tell(next);
  };

  const tell = async (telling: Telling): Promise<void> => {
    const { receiver, message, key, id, attempt } = telling;
    const body = bodyFor(receiver.format, message, Date.now());
    const outcome = await receivers.send(receiver, { id, attempt, body }, closing.signal);
    // Only preheating answers `deferred`.
    if (outcome === 'aborted' || outcome.kind === 'deferred') return;
    await store.save(new Map([[key, settle(telling, outcome, parts)]]));
  };

  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= turn()
      .catch((err) =>
        observer.throttledLog('alerts', QUIET).warn({ err }, 'alert evaluation failed; retrying'),
      )
      .finally(() => {
        running = undefined;
      });
  }, every);

  return {
    check: receivers.check,
    async close() {
      clearInterval(timer);
      closing.abort();
      await running;
      await receivers.close();
    },
  };
}

async function lookAround(
  { notifications }: Config,
  { pulses, quarantine, monitor }: AlertsParts,
): Promise<Look> {
  const { endpoints } = notifications;
  const [seen, quarantined] = await Promise.all([
    pulses.read(endpoints.map(({ name }) => name)),
    quarantine.count(),
  ]);
  return { endpoints, pulses: seen, quarantined, memory: monitor.health.memory };
}

/** Records how an attempt went, and returns what is remembered of it. */
function settle(telling: Telling, outcome: Outcome, { observer, retry = RETRY }: AlertsParts): Told {
  const { receiver, message, told, amount, attempt, id } = telling;
  const { alert, endpoint, summary } = message.finding;
  const record = { alert, state: message.state, receiver: receiver.name, endpoint, summary };
  const now = Date.now();
  const verdict = judge(retry, attempt, outcome, now);
  if (verdict.settle === 'delivered') {
    observer.alertTold({ ...record, attempts: attempt });
    return heard(told, message, amount, now);
  }
  const { status, reason, detail } = outcome;
  const retryAt = verdict.settle === 'retry' ? verdict.retryAt : undefined;
  observer.alertFailed({ ...record, attempt, status, reason, retryAt, detail });
  if (retryAt === undefined) return givenUp(told, message, now);
  return { ...told, pending: { id, state: message.state, attempts: attempt, nextAt: retryAt } };
}
