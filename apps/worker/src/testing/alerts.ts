/** Builders for the tests of alerts. */
import type { AlertConfig } from '@longshore/config';
import { Secret } from '@longshore/config';
import type { EndpointPulse } from '@longshore/queue/pulse';
import type { Finding, Snapshot } from '../alerts/finding.js';

/** A moment in the night. */
export const NOW = Date.UTC(2026, 10, 21, 3, 0);
export const MINUTE = 60_000;

export const aReceiver = (some: Partial<AlertConfig> = {}): AlertConfig => ({
  ...{ name: 'oncall', url: new Secret('http://oncall.example.com/'), headers: {}, format: 'json' },
  tls: { minversion: '1.2', insecure: false },
  ...{ timeout: 5_000, endpoints: ['**'], window: 60 * MINUTE },
  ...{ after: 5 * MINUTE, age: 15 * MINUTE, dead: 1, quarantine: 1, memory: 70 },
  ...some,
});

export const aPulse = (some: Partial<EndpointPulse> = {}): EndpointPulse => ({
  ...{ endpoint: 'one', waiting: 0, active: 0, delayed: 0, dead: 0 },
  ...{ pausedByOperator: false, failures: 0, minutes: [] },
  ...some,
});

/** An endpoint that has failed for six minutes. */
export const failingPulse = (some: Partial<EndpointPulse> = {}): EndpointPulse =>
  aPulse({
    ...{ delayed: 3, failures: 31, failingSince: NOW - 6 * MINUTE, oldestAt: NOW - 7 * MINUTE },
    lastError: {
      ...{ at: NOW - 1_000, attempt: 4, status: 503, reason: 'http_503' },
      detail: 'one.example.com:443 answered 503 Service Unavailable: it has too much to do for now',
    },
    ...some,
  });

export const aLook = (pulses: EndpointPulse[], some: Partial<Snapshot> = {}): Snapshot => ({
  endpoints: pulses.map(({ endpoint }) => ({ name: endpoint, disabled: false, paused: false })),
  pulses,
  quarantined: 0,
  memory: 0,
  ...some,
});

export const aFinding = (some: Partial<Finding> = {}): Finding => ({
  ...{ alert: 'failing', endpoint: 'one', firing: true, since: NOW - 6 * MINUTE },
  ...{ summary: 'one has failed for 6m', next: 'fix it', runbook: 'sink.md', details: {} },
  ...some,
});
