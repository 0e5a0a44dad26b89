/**
 * The conditions of the relay for one receiver of alerts: whether each holds now, and the text of its message. Pure:
 * the snapshot and the clock are passed in.
 */
import type { AlertConfig, Endpoint } from '@longshore/config';
import { formatDuration, globMatcher, plural } from '@longshore/event';
import { largestBacklog } from '@longshore/queue/memory';
import { type EndpointPulse, stateOf } from '@longshore/queue/pulse';
import { commandWord } from './command-word.js';
import { type AlertName, conditionKey } from './state.js';

/** One condition of one endpoint, or of the relay as a whole. */
export interface Finding {
  alert: AlertName;
  endpoint?: string;
  firing: boolean;
  /** Since when, as far as the snapshot shows it; epoch milliseconds. */
  since: number;
  /** One line, without a full stop. */
  summary: string;
  /** What to do now, one or more commands or sentences. */
  next: string;
  /** Page and heading below docs/runbooks. */
  runbook: string;
  details: Record<string, unknown>;
  /** Grows when there is more than in the last message; absent: a condition that lasts is repeated. */
  amount?: number;
}

/** The relay as it is now. */
export interface Snapshot {
  endpoints: readonly Pick<Endpoint, 'name' | 'disabled' | 'paused'>[];
  pulses: readonly EndpointPulse[];
  /** Entries in quarantine. */
  quarantined: number;
  /** Used share of Redis' maxmemory. */
  memory: number;
}

/** By {@link conditionKey}, firing or not. What a receiver has switched off is left out. */
export function findingsFor(receiver: AlertConfig, snapshot: Snapshot, now: number): Map<string, Finding> {
  const watched = globMatcher(receiver.endpoints);
  const settings = new Map(snapshot.endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const findings = snapshot.pulses.flatMap((pulse) => {
    const endpoint = settings.get(pulse.endpoint);
    if (!endpoint || endpoint.disabled || !watched(pulse.endpoint)) return [];
    return ofEndpoint(receiver, pulse, endpoint, now);
  });
  return new Map([...findings, ...ofRelay(receiver, snapshot, now)].map((one) => [conditionKey(one), one]));
}

function ofEndpoint(
  { after, age, dead }: AlertConfig,
  pulse: EndpointPulse,
  switches: Snapshot['endpoints'][number],
  now: number,
): Finding[] {
  const { endpoint } = pulse;
  const state = stateOf(pulse, switches, now);
  const details = detailsOf(pulse, state);
  const findings: Finding[] = [];
  if (after > 0) findings.push(failing(pulse, { after, paused: state === 'paused', details, now }));
  if (dead > 0) {
    findings.push({
      ...{ alert: 'dead', endpoint, details, amount: pulse.newestDeadAt },
      firing: pulse.dead >= dead,
      since: pulse.newestDeadAt ?? now,
      summary:
        pulse.dead > 0
          ? `${endpoint} has ${pulse.dead} in its dead-letter set${lastWords(pulse)}`
          : `${endpoint} has nothing in its dead-letter set`,
      next: `longshore dead list --endpoint ${commandWord(endpoint)}; once the cause is fixed, longshore dead retry --endpoint ${commandWord(endpoint)}`,
      runbook: 'sink.md#notification-dropped',
    });
  }
  if (age > 0) {
    const waits = pulse.oldestAt === undefined ? 0 : now - pulse.oldestAt;
    findings.push({
      ...{ alert: 'backlog', endpoint, details },
      firing: waits >= age,
      since: (pulse.oldestAt ?? now) + age,
      summary:
        pulse.oldestAt === undefined
          ? `${endpoint} has nothing undelivered`
          : `the oldest delivery of ${endpoint} has been queued for ${formatDuration(waits)}; the endpoint is ${state}`,
      next: pulse.pausedByOperator
        ? `longshore resume ${commandWord(endpoint)}`
        : state === 'paused'
          ? `remove \`paused: true\` of ${endpoint} from the configuration`
          : 'fix the receiver if it fails; else add workers, or raise the concurrency of the endpoint',
      runbook: 'queue.md#deliveries-wait-and-nothing-is-delivered',
    });
  }
  return findings;
}

interface FailingContext {
  after: number;
  paused: boolean;
  details: Finding['details'];
  now: number;
}

function failing(pulse: EndpointPulse, { after, paused, details, now }: FailingContext): Finding {
  const { endpoint, failingSince, waiting, active, delayed, dead, lastError } = pulse;
  const fails = failingSince !== undefined && now - failingSince >= after;
  // With nothing left, or while it is paused, no attempt shows whether it still fails.
  const inDanger = waiting + active + delayed + dead > 0 && !paused;
  const still = paused
    ? `${endpoint} is paused`
    : failingSince === undefined
      ? `${endpoint} delivers again`
      : `${endpoint} has nothing left to deliver`;
  return {
    ...{ alert: 'failing', endpoint, details },
    firing: fails && inDanger,
    since: failingSince ?? now,
    summary:
      fails && inDanger
        ? `${endpoint} has failed for ${formatDuration(now - failingSince)}${lastWords(pulse)}${pulse.hold?.state === 'held' ? '; it is held' : ''}`
        : still,
    next: `${lastError?.detail ?? 'check the receiver and its log'}. ${afterFix(pulse)}`,
    runbook: 'sink.md#notification-failed',
  };
}

function afterFix({ endpoint, waiting, active, delayed, hold }: EndpointPulse): string {
  if (hold?.state === 'held') {
    return `Its deliveries are kept and delivered by themselves once it answers; longshore resume ${commandWord(endpoint)} probes it at once`;
  }
  if (waiting + active + delayed > 0)
    return 'Waiting deliveries are delivered by themselves once it is fixed';
  return `Once it is fixed, longshore dead retry --endpoint ${commandWord(endpoint)}`;
}

function ofRelay({ quarantine, memory }: AlertConfig, snapshot: Snapshot, now: number): Finding[] {
  const findings: Finding[] = [];
  if (quarantine > 0) {
    findings.push({
      ...{ alert: 'quarantine', since: now, amount: snapshot.quarantined },
      firing: snapshot.quarantined >= quarantine,
      summary: `${snapshot.quarantined} in quarantine: events that could not be read and are not delivered`,
      next: 'longshore quarantine list; once the cause is fixed, longshore quarantine retry',
      runbook: 'event.md#event-quarantined',
      details: { quarantined: snapshot.quarantined },
    });
  }
  if (memory > 0) {
    const percent = Math.round(snapshot.memory * 100);
    findings.push({
      ...{ alert: 'memory', since: now },
      firing: percent >= memory,
      summary: `Redis has used ${percent} % of its maxmemory; from 80 % on ingest answers 503${backlogWords(snapshot)}`,
      next: 'fix the endpoints that fail, add workers, or raise maxmemory',
      runbook: 'queue.md#queue_full--redis-is-nearly-full',
      details: { percent },
    });
  }
  return findings;
}

function backlogWords({ pulses }: Snapshot): string {
  const largest = largestBacklog(pulses);
  return largest
    ? `; largest backlog: ${largest.endpoint} with ${plural(largest.deliveries, 'delivery', 'deliveries')}`
    : '';
}

const lastWords = ({ lastError }: EndpointPulse): string =>
  lastError ? `, last answer ${lastError.status ?? lastError.reason}` : '';

const iso = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();

function detailsOf(pulse: EndpointPulse, state: string): Finding['details'] {
  const { waiting, active, delayed, dead, failures, lastError } = pulse;
  return {
    state,
    ...{ waiting, active, delayed, dead, failures },
    oldest: iso(pulse.oldestAt),
    failingSince: iso(pulse.failingSince),
    lastDelivered: iso(pulse.lastDeliveredAt),
    lastError: lastError && { ...lastError, at: iso(lastError.at) },
  };
}
