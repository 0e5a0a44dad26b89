/** What a proof states: for each event, which endpoint got it, when, with which answer, after how many attempts. Pure. */
import type { ArchivedEvent, Coverage } from '@longshore/archive/items';
import type { DeliveryState, EventHistory, HistoryAnswer, HistoryGap } from '@longshore/event';
import { type Synthesized, synthesizedIn } from './origin.js';

/** What the proof is about. */
export type Subject = { digest: string } | { repository: string; tag?: string };

/** One attempt that ended. */
export interface ProvenAttempt {
  /** ISO 8601, as every time here. */
  at: string;
  outcome: string;
  reason: string;
  /** HTTP status; absent without an answer. */
  status?: number;
  ms: number;
}

/** A delivery of an event to an endpoint. */
export interface ProvenDelivery {
  endpoint: string;
  id: string;
  state: DeliveryState;
  /** When the receiver accepted it, or when it ended otherwise. */
  settledAt?: string;
  /** HTTP status of the last attempt that is known. */
  status?: number;
  /** All attempts that ended, those before a retry by an operator included. */
  attempts: number;
  /** Those of which the history has an entry, oldest first. */
  tries: ProvenAttempt[];
}

/** One event. */
export interface ProvenEvent {
  id: string;
  source: string;
  action: string;
  repository?: string;
  tag?: string;
  digest?: string;
  actor?: string;
  receivedAt?: string;
  /** The registry did not send it: a comparison found it. Absent too where the archive does not keep bodies. */
  synthesized?: Synthesized;
  deliveries: ProvenDelivery[];
  ignored: { endpoint: string; rule: string }[];
  /** `whole`: nothing is missing. `part`: entries are missing. `none`: the archive alone knows the event. */
  history: 'whole' | 'part' | 'none';
}

/** How far back the evidence reaches. A time that is absent: nothing is kept there. */
export interface Evidence {
  /** Since when attempts are kept. */
  history?: string;
  /** Since when events are kept in the archive. */
  archive?: string;
  /** Times in which entries of the history are missing. */
  gaps: HistoryGap[];
  /** Times in which events of a registry may be missing, by comparisons with it. Proofs of an older version have none. */
  unproven?: Coverage['spans'];
  /** There are older events that are not listed. */
  more: boolean;
}

/** See the header. */
export interface Statement {
  /** Version of this form. */
  version: 1;
  subject: Subject;
  madeAt: string;
  /** `longshore VERSION`. */
  by: string;
  evidence: Evidence;
  /** Newest first; pulls are left out. */
  events: ProvenEvent[];
}

/** What a statement is made of. */
export interface StatementParts {
  subject: Subject;
  found: HistoryAnswer;
  /** What the archive has; undefined without an archive. */
  archived?: { events: readonly ArchivedEvent[]; coverage: Coverage; more: boolean };
  /** Epoch milliseconds. */
  now: number;
  version: string;
}

/** See the header. */
export function statementOf({ subject, found, archived, now, version }: StatementParts): Statement {
  const known = new Map(
    (archived?.events ?? []).map((event) => [keyOf(event.source, event.id), event] as const),
  );
  const events: ProvenEvent[] = [];
  for (const trail of found.trails) {
    if (trail.eventId === undefined) continue;
    const key = keyOf(trail.source, trail.eventId);
    events.push(fromHistory(trail, trail.eventId, known.get(key)));
    known.delete(key);
  }
  events.push(...Array.from(known.values(), fromArchive));
  events.sort((a, b) => (b.receivedAt ?? '').localeCompare(a.receivedAt ?? ''));
  const archive = archived?.coverage.since;
  const unproven = archived?.coverage.spans.filter(({ verdict }) => verdict !== 'complete') ?? [];
  return {
    version: 1,
    subject,
    madeAt: new Date(now).toISOString(),
    by: `longshore ${version}`,
    evidence: {
      ...(found.since !== undefined && { history: found.since }),
      ...(archive !== undefined && { archive }),
      gaps: found.gaps,
      ...(unproven.length > 0 && { unproven }),
      more: found.more || archived?.more === true,
    },
    events,
  };
}

const keyOf = (source: string | undefined, id: string): string => JSON.stringify([source, id]);

function fromHistory(trail: EventHistory, id: string, archived: ArchivedEvent | undefined): ProvenEvent {
  const { source = '', repository, tag, digest, receivedAt, deliveries, steps, incomplete } = trail;
  const received = steps.filter((step) => step.step === 'received');
  const actor = archived?.actor ?? received.find((step) => step.actor)?.actor;
  const synthesized = synthesizedIn(archived?.body);
  return {
    ...{ id, source, action: trail.action ?? archived?.action ?? 'unknown' },
    ...(repository !== undefined && { repository }),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(actor && { actor }),
    ...(receivedAt !== undefined && { receivedAt }),
    ...(synthesized && { synthesized }),
    deliveries: deliveries.map((delivery) => {
      const tries = triesOf(trail, delivery.id);
      const last = tries.at(-1);
      const status = last ? last.status : delivery.last?.status;
      const { endpoint, id: deliveryId, state, settledAt } = delivery;
      return {
        ...{ endpoint, id: deliveryId, state },
        ...(settledAt !== undefined && { settledAt }),
        ...(status !== undefined && { status }),
        attempts: Math.max(delivery.attempts, tries.length),
        tries,
      };
    }),
    ignored: received[0]?.ignored ?? [],
    history: incomplete ? 'part' : 'whole',
  };
}

function triesOf({ steps }: EventHistory, id: string): ProvenAttempt[] {
  return steps.flatMap((step) => {
    if (step.step !== 'attempted' || step.deliveryId !== id) return [];
    const { at, outcome, reason, status, ms } = step;
    return [{ at, outcome, reason, ...(status !== undefined && { status }), ms }];
  });
}

function fromArchive(event: ArchivedEvent): ProvenEvent {
  const { id, source, action, repository, tag, digest, actor, receivedAt, body } = event;
  const synthesized = synthesizedIn(body);
  return {
    ...{ id, source, action },
    ...(repository !== undefined && { repository }),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
    ...(actor !== undefined && { actor }),
    ...(synthesized && { synthesized }),
    ...{ receivedAt, deliveries: [], ignored: [], history: 'none' },
  };
}
