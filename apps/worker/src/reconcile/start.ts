/** Compares by itself, in the worker that leads: every so often, again for the second look, and after restarts and losses. */
import type { Archive } from '@longshore/archive';
import { createReconcileStore, type ReconcileStore } from '@longshore/archive/reconcile';
import { type Config, type RegistrySettings, revealAll } from '@longshore/config';
import { createFetch, systemTrust } from '@longshore/network';
import { Egress } from '@longshore/network/egress';
import type { Observer } from '@longshore/observe';
import type { Leader } from '@longshore/queue/housekeeping';
import type { ReceivedReader, ReconcileMemory } from '@longshore/queue/reconcile';
import type { OwnPublish } from '../own-publish.js';
import { reconcileAll } from './all.js';
import { begun, dueAfter, isDue } from './due.js';
import type { OnItsWay } from './on-its-way.js';
import type { ReconcileReport } from './report.js';
import { reportTo } from './report-to.js';
import { type WatchParts, watchCounters, watchRestarts } from './watch.js';

/** What is compared, by whom. */
export interface ReconcilerParts {
  archive: Archive;
  /** Resolves once the archive has the schema of this version. */
  ready(): Promise<void>;
  config(): Config;
  leader: Pick<Leader, 'confirm'>;
  publish: OwnPublish['publish'];
  onItsWay: OnItsWay;
  memory: ReconcileMemory;
  received: ReceivedReader;
  observer: Observer;
  version: string;
  /** Milliseconds between two looks at the clock, and until ingest has counted; for tests. */
  interval?: number;
  settle?: number;
}

/** Runs until it is closed. */
export interface Reconciler {
  close(): Promise<void>;
}

const INTERVAL_MS = 10_000;
const COUNTERS_INTERVAL_MS = 30_000;
const LOG_INTERVAL_MS = 60_000;

interface Running extends ReconcilerParts {
  store: ReconcileStore;
  stopping: AbortController;
  /** When the counters were read last, by source; `performance.now()`. */
  countedAt: Map<string, number>;
}

/** Failures are logged, and the next turn tries again. */
export function startReconciler(parts: ReconcilerParts): Reconciler {
  const { observer, interval = INTERVAL_MS } = parts;
  const stopping = new AbortController();
  const store = createReconcileStore(parts.archive.pool);
  const running: Running = { ...parts, store, stopping, countedAt: new Map() };
  // A comparison takes long; restarts and counters are looked at meanwhile.
  const duties = [
    { name: 'watch', turn: watchAll, now: undefined as Promise<void> | undefined },
    { name: 'reconcile', turn: compareDue, now: undefined as Promise<void> | undefined },
  ];
  const timer = setInterval(() => {
    for (const duty of duties) {
      duty.now ??= whenLeading(running, duty.turn)
        .catch((err) => {
          if (stopping.signal.aborted) return;
          observer
            .throttledLog(duty.name, LOG_INTERVAL_MS)
            .warn({ err }, 'a comparison with a registry failed; retrying');
        })
        .finally(() => {
          duty.now = undefined;
        });
    }
  }, interval);
  return {
    async close() {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(duties.map(({ now }) => now));
    },
  };
}

async function whenLeading(running: Running, turn: (running: Running) => Promise<void>): Promise<void> {
  const { config, leader, ready } = running;
  if (!config().reconcile || !(await leader.confirm())) return;
  await ready();
  await turn(running);
}

async function watchAll(running: Running): Promise<void> {
  const { config, store, memory, received, onItsWay, observer, version, stopping, countedAt, settle } =
    running;
  const { signal } = stopping;
  for (const settings of config().registries) {
    const { source, debug } = settings;
    const watched = { settings, kind: kindOf(config(), source) };
    const parts: WatchParts = {
      ...{ store, memory, received, onItsWay, observer, version, signal },
      ...{ open: () => debugFetch(config(), settings), ...(settle !== undefined && { settle }) },
    };
    await watchRestarts(parts, watched);
    const now = performance.now();
    const wait = running.interval ?? COUNTERS_INTERVAL_MS;
    if (debug.length === 0 || now < (countedAt.get(source) ?? Number.NEGATIVE_INFINITY) + wait) continue;
    countedAt.set(source, now);
    await watchCounters(parts, watched);
  }
}

const debugFetch = (config: Config, { tls }: RegistrySettings): typeof fetch =>
  createFetch({ tls: revealAll(tls), trust: systemTrust(), egress: new Egress(config.egress) });

/** On the shared path the name of a source is its kind. */
const kindOf = ({ sources }: Config, source: string): string =>
  sources.find(({ name }) => name === source)?.kind ?? source;

async function compareDue(running: Running): Promise<void> {
  const { config, memory, stopping } = running;
  for (const { source } of config().registries) {
    const { reconcile } = config();
    if (!reconcile || stopping.signal.aborted) return;
    const due = await memory.due(source);
    if (!due) {
      await memory.setDue(source, await firstDue(running, source));
      continue;
    }
    if (!isDue(due, reconcile.every, Date.now())) continue;
    const before = begun(due, Date.now());
    await memory.setDue(source, before);
    const report = await compare(running, source).catch(async (error) => {
      await after(running, source, before, undefined).catch(() => {});
      throw error;
    });
    await after(running, source, before, report);
  }
}

/** When it was compared last, where only the archive knows; else the interval begins now. */
async function firstDue({ store, config }: Running, source: string) {
  const { lookedAt } = await store.state(await store.sourceId(source, kindOf(config(), source)));
  return { ranAt: lookedAt === undefined ? Date.now() : Date.parse(lookedAt), failures: 0 };
}

async function after(
  { memory }: Running,
  source: string,
  before: Parameters<typeof dueAfter>[1]['before'],
  report: ReconcileReport | undefined,
): Promise<void> {
  const asked = (await memory.due(source)) ?? before;
  await memory.setDue(source, dueAfter(report, { before, asked, now: Date.now() }));
}

async function compare(running: Running, source: string): Promise<ReconcileReport | undefined> {
  const { archive, config, version, leader, publish, onItsWay, memory, observer, stopping } = running;
  const [report] = await reconcileAll({
    ...{ archive, config: config(), version, only: [source], onItsWay, memory },
    // A comparison takes long: another worker may lead by now, and compares too.
    async publish(taken, routes) {
      if (await leader.confirm()) return publish(taken, routes);
      throw new Error('another worker leads, which compares again');
    },
    ...{ dryRun: false, careful: true, signal: stopping.signal },
    onReport: (one) => reportTo(one, observer),
  });
  return report;
}
