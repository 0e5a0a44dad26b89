/**
 * The registry's own notification metrics, with its meaning and its spelling, so that dashboards and scripts
 * written for it keep working. One set of numbers serves both places where the registry shows them:
 * Prometheus (`registry_notifications_*`) and `/debug/vars` (`registry.notifications.endpoints`).
 *
 * Facts from `notifications/metrics.go` of distribution 3.1. The numbers are those of this process.
 */
import { STATUS_CODES } from 'node:http';
import type { Outcome } from '@longshore/event';
import type { Metrics } from './metrics.js';

const TYPES = ['Events', 'Successes', 'Failures', 'Errors'] as const;

/** What the registry shows of an endpoint. */
export interface EndpointTally extends Record<(typeof TYPES)[number], number> {
  Pending: number;
  /** `200 OK` → answers with it. */
  Statuses: Record<string, number>;
}

/** Counts per endpoint as the registry counts. Fills the metrics whenever they are read. */
export class RegistryTally {
  readonly #endpoints = new Map<string, EndpointTally>();

  constructor(metrics: Metrics) {
    metrics.fillFrom('registry_notifications_events_total', (add) => {
      for (const [endpoint, tally] of this.#endpoints) {
        for (const type of TYPES) if (tally[type] > 0) add({ type, endpoint }, tally[type]);
      }
    });
    metrics.fillFrom('registry_notifications_status_total', (add) => {
      for (const [endpoint, { Statuses }] of this.#endpoints) {
        for (const [code, count] of Object.entries(Statuses)) add({ code, endpoint }, count);
      }
    });
  }

  enqueued(endpoint: string, deliveries: number): void {
    this.#of(endpoint).Events += deliveries;
  }

  attempted(endpoint: string, outcome: Outcome['kind'], status: number | undefined): void {
    const tally = this.#of(endpoint);
    if (outcome === 'delivered') tally.Successes++;
    else if (status === undefined) tally.Errors++;
    else tally.Failures++;
    if (status === undefined) return;
    const code = `${status} ${goStatusText(status)}`;
    tally.Statuses[code] = (tally.Statuses[code] ?? 0) + 1;
  }

  pending(endpoint: string, deliveries: number): void {
    this.#of(endpoint).Pending = deliveries;
  }

  read(endpoint: string): Readonly<EndpointTally> {
    return this.#of(endpoint);
  }

  #of(endpoint: string): EndpointTally {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const tally = { Pending: 0, Events: 0, Successes: 0, Failures: 0, Errors: 0, Statuses: {} };
    this.#endpoints.set(endpoint, tally);
    return tally;
  }
}

/** Where Go's `http.StatusText` has other words than Node. Of an unknown status both know none. */
const GO_WORDS: Record<number, string> = {
  413: 'Request Entity Too Large',
  414: 'Request URI Too Long',
  416: 'Requested Range Not Satisfiable',
  418: "I'm a teapot",
  509: '',
};

/** What Go calls a status; empty for one that it does not know. */
export function goStatusText(status: number): string {
  return GO_WORDS[status] ?? STATUS_CODES[status] ?? '';
}
