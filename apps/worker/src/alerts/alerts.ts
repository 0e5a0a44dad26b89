/**
 * Notifies people when something needs them: checks the endpoints every few seconds and publishes an event for each
 * message to a receiver in `alerts`. It runs in the worker role, so that it needs no dashboard; the one that leads
 * does it. A message is saved in Redis before it is published, so that a process that dies in between
 * repeats it with the same id. From then on it is a delivery like any other, and its job says what became of it.
 *
 * While Redis is unavailable there are no alerts: that is what `/readyz` and `longshore_redis_up` are for. A receiver
 * that fails is in the records; it raises no alert.
 */
import { alertEndpointName, alertEndpoints, type Config } from '@longshore/config';
import { deliveryId } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { createRoutes } from '@longshore/publish';
import type { Monitor } from '@longshore/queue';
import type { Deliveries, StoredDeliveryDetail } from '@longshore/queue/deliveries';
import type { AlertStore } from '@longshore/queue/housekeeping';
import type { PulseReader } from '@longshore/queue/pulse';
import type { Quarantine } from '@longshore/queue/quarantine';
import { OWN_SOURCE, type OwnPublish } from '../own-publish.js';
import { alertEvent } from './alert-event.js';
import { type DeliveryResult, settled } from './decide.js';
import type { Snapshot } from './finding.js';
import { type Notification, planAlerts } from './plan.js';
import { type NotificationState, stateFrom } from './state.js';

/** What is checked, what is remembered, and where messages go. */
export interface AlertsParts {
  config(): Config;
  pulses: PulseReader;
  quarantine: Pick<Quarantine, 'count'>;
  monitor: Pick<Monitor, 'health'>;
  store: AlertStore;
  deliveries: Pick<Deliveries, 'find'>;
  publish: OwnPublish['publish'];
  observer: Observer;
  /** Milliseconds between two checks; for tests. */
  interval?: number;
}

/** Runs until it is closed. */
export interface Alerts {
  close(): Promise<void>;
}

const CHECK_INTERVAL_MS = 5_000;
const LOG_INTERVAL_MS = 60_000;

/** Runs until closed. Failures are logged, and the next check is made in time. */
export function startAlerts(parts: AlertsParts): Alerts {
  const { observer, interval = CHECK_INTERVAL_MS } = parts;
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= check(parts)
      .catch((err) =>
        observer.throttledLog('alerts', LOG_INTERVAL_MS).warn({ err }, 'alert evaluation failed; retrying'),
      )
      .finally(() => {
        running = undefined;
      });
  }, interval);
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}

async function check(parts: AlertsParts): Promise<void> {
  const { store, monitor } = parts;
  const config = parts.config();
  if (config.alerts.length === 0 || !monitor.health.up || !(await store.claim())) return;
  const [snapshot, stored] = await Promise.all([snapshotOf(config, parts), store.read()]);
  const states = await statesOf(stored, parts);
  const { entries, notifications } = planAlerts(config.alerts, snapshot, states, Date.now());
  // What cannot be read, and what belongs to a receiver that left the configuration.
  for (const key of stored.keys()) if (!entries.has(key)) entries.set(key, undefined);
  for (const [key, state] of entries) {
    if (JSON.stringify(state) === JSON.stringify(stored.get(key))) entries.delete(key);
  }
  // Saved first: from here on a successor publishes them again, with the same ids.
  if (!(await store.save(entries))) return;
  await Promise.all(notifications.map((notification) => send(notification, config, parts)));
}

async function snapshotOf(
  { notifications }: Config,
  { pulses, quarantine, monitor }: AlertsParts,
): Promise<Snapshot> {
  const { endpoints } = notifications;
  const [read, quarantined] = await Promise.all([
    pulses.read(endpoints.map(({ name }) => name)),
    quarantine.count(),
  ]);
  return { endpoints, pulses: read, quarantined, memory: monitor.health.memory };
}

/** What is remembered, brought up to date by the jobs of the messages that are being delivered. */
async function statesOf(
  stored: ReadonlyMap<string, unknown>,
  { deliveries }: AlertsParts,
): Promise<Map<string, NotificationState>> {
  const read = await Promise.all(
    Array.from(stored, async ([key, json]): Promise<[string, NotificationState][]> => {
      const state = stateFrom(json);
      if (!state?.pending) return state ? [[key, state]] : [];
      const [receiver = ''] = key.split('\n', 1);
      const endpoint = alertEndpointName(receiver);
      const id = deliveryId({ endpoint, source: OWN_SOURCE, eventId: state.pending.id });
      const job = await deliveries.find(id, endpoint);
      // Published by a process that ended before it saved that.
      const pending = { ...state.pending, ...(job && { queued: true }) };
      const result = pending.queued ? resultOf(job) : undefined;
      return [[key, result ? settled(state, result, Date.now()) : { ...state, pending }]];
    }),
  );
  return new Map(read.flat());
}

/** @returns undefined while the message waits or is retried */
function resultOf(job: StoredDeliveryDetail | undefined): DeliveryResult | undefined {
  // Those that retention removes were delivered; the dead are kept.
  if (!job) return { ended: 'delivered', attempted: true };
  const { state, ignored, taken, last } = job;
  // The last time that it was taken is how it ended. Before that, each may have been an attempt: one that a crash or
  // a shutdown interrupts is not counted as such.
  if (state === 'dead') return { ended: 'dead', attempted: taken > 1 || last?.reason !== 'undecodable' };
  if (state !== 'delivered') return undefined;
  return ignored === undefined
    ? { ended: 'delivered', attempted: true }
    : { ended: 'ignored', attempted: taken > 1 };
}

async function send(
  { key, receiver, message, state }: Notification,
  config: Config,
  { publish, store }: AlertsParts,
): Promise<void> {
  const name = alertEndpointName(receiver.name);
  const routes = createRoutes(alertEndpoints(config).filter((endpoint) => endpoint.name === name));
  await publish(alertEvent(state.pending.id, message, Date.now()), routes);
  await store.save(new Map([[key, { ...state, pending: { ...state.pending, queued: true } }]]));
}
