/**
 * The current state as metrics, without log lines. The metrics of queues and stores are set by one process of all,
 * those of Redis and the spool by each process.
 */
import type { LabelBounds } from './label-bounds.js';
import type { Metrics } from './metrics.js';
import type { RegistryTally } from './registry-tally.js';

const QUEUE_STATES = ['waiting', 'active', 'delayed', 'dead'] as const;

/** Deliveries of one endpoint, by state. */
export type QueueCounts = Record<(typeof QUEUE_STATES)[number], number>;

/** The gauges. Nothing here throws or waits. */
export interface Gauges {
  /** Called in one process only: the numbers are those of the queues, not of this process. */
  setQueueCounts(endpoint: string, counts: QueueCounts): void;
  /** Called in one process only. Times in milliseconds. */
  setEndpointHealth(endpoint: string, health: { oldest: number; failing: number; isHeld?: boolean }): void;
  /** Called in one process only. `redisMemory`: used share of maxmemory. */
  setStores(stores: { quarantined: number; redisMemory: number }): void;
  /** The endpoint was removed: its gauges are no longer exported. Counters stay. */
  forgetEndpoint(endpoint: string): void;
  redisUp(up: boolean): void;
  /** The configuration was loaded at this time, in epoch milliseconds. */
  configLoaded(at: number): void;
  /** The certificates of the configuration; `at` in epoch milliseconds. Those that it had before are no longer exported. */
  certificatesExpire(expiries: readonly { setting: string; at: number }[]): void;
  /** A changed configuration is invalid; the previous one stays active. */
  configRefused(): void;
  /** A listener closed a new connection because it held its maximum. A counter. */
  connectionDropped(listener: string): void;
  /** @param seconds since Redis last said what this worker may take, asked for whenever the metrics are read */
  workerFetches(seconds: () => number): void;
  /** Size of the spool of this process. */
  spoolHolds(spool: { requests: number; bytes: number }): void;
}

/** `tally` shows what is pending in the registry’s own shape too. */
export function createGauges(metrics: Metrics, bounds: LabelBounds, tally: RegistryTally): Gauges {
  const certificates = new Set<string>();
  return {
    setQueueCounts(name, counts) {
      const endpoint = bounds.endpoint(name);
      for (const state of QUEUE_STATES) {
        metrics.set('longshore_queue_deliveries', { endpoint, state }, counts[state]);
      }
      const pending = counts.waiting + counts.active + counts.delayed;
      metrics.set('registry_notifications_pending_total', { endpoint }, pending);
      tally.pending(endpoint, pending);
    },
    setEndpointHealth(name, { oldest, failing, isHeld = false }) {
      const endpoint = bounds.endpoint(name);
      metrics.set('longshore_queue_oldest_seconds', { endpoint }, oldest / 1000);
      metrics.set('longshore_endpoint_failing_seconds', { endpoint }, failing / 1000);
      metrics.set('longshore_endpoint_held', { endpoint }, isHeld ? 1 : 0);
    },
    setStores({ quarantined, redisMemory }) {
      metrics.set('longshore_quarantine_entries', {}, quarantined);
      metrics.set('longshore_redis_memory_ratio', {}, redisMemory);
    },
    forgetEndpoint(name) {
      const endpoint = bounds.endpoint(name);
      for (const state of QUEUE_STATES) metrics.unset('longshore_queue_deliveries', { endpoint, state });
      metrics.unset('longshore_queue_oldest_seconds', { endpoint });
      metrics.unset('longshore_endpoint_failing_seconds', { endpoint });
      metrics.unset('longshore_endpoint_held', { endpoint });
      metrics.unset('registry_notifications_pending_total', { endpoint });
      tally.pending(endpoint, 0);
    },
    redisUp: (up) => metrics.set('longshore_redis_up', {}, up ? 1 : 0),
    configLoaded(at) {
      metrics.set('longshore_config_last_reload_successful', {}, 1);
      metrics.set('longshore_config_last_reload_success_timestamp_seconds', {}, at / 1000);
    },
    certificatesExpire(expiries) {
      for (const setting of certificates) metrics.unset('longshore_certificate_expiry_seconds', { setting });
      certificates.clear();
      for (const { setting: path, at } of expiries) {
        const setting = bounds.setting(path);
        certificates.add(setting);
        metrics.set('longshore_certificate_expiry_seconds', { setting }, at / 1000);
      }
    },
    configRefused: () => metrics.set('longshore_config_last_reload_successful', {}, 0),
    connectionDropped: (listener) => metrics.count('longshore_connections_dropped_total', { listener }),
    workerFetches: (seconds) => metrics.gaugeFrom('longshore_worker_last_fetch_seconds', seconds),
    spoolHolds({ requests, bytes }) {
      metrics.set('longshore_spool_requests', {}, requests);
      metrics.set('longshore_spool_bytes', {}, bytes);
    },
  };
}
