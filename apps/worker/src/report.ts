/**
 * What happens to a delivery in this worker, reported once to all that keep it: the records with their metrics, the
 * history behind `longshore trace`, and the statistics of the endpoint.
 */
import { type Delivery, type EventView, OWN_TROUBLES, type OwnTrouble } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import type { AttemptVerdict } from '@longshore/queue/consumer';
import type { PulseWriter } from '@longshore/queue/pulse';
import type { TrailWriter } from '@longshore/queue/trail';

/** Who keeps it. */
export interface ReportParts {
  observer: Observer;
  /** For the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** For `trace`. */
  trail: Pick<TrailWriter, 'note'>;
}

/** One attempt that has ended. */
export interface Attempted {
  delivery: Delivery;
  /** From 1. */
  attempt: number;
  verdict: AttemptVerdict;
  ms: number;
  /** Deliveries in the same request; absent for one alone. */
  batch?: number;
  /** The failure of its request is noted with another delivery of the same one: it is one failure of the endpoint. */
  isNoted?: boolean;
}

/** Each call leaves its records; nothing here throws or waits. */
export interface Report {
  /** A rule that the endpoint has now keeps the delivery from it. */
  ignored(delivery: Delivery, rule: string): void;
  /** Trouble of our own prevented an attempt. */
  prevented(delivery: Delivery, trouble: OwnTrouble, why: string): void;
  /** One `delivery.attempted`; one `delivery.settled` more unless it is tried again. */
  attempted(attempted: Attempted): void;
}

/** Each delivery of the endpoint meets it. */
const PREVENTED_LOG_MS = 10_000;

/** One for each worker. */
export function createReport({ observer, pulse, trail }: ReportParts): Report {
  return {
    ignored(delivery, rule) {
      const of = idsOf(delivery);
      trail.note({
        step: 'settled',
        at: Date.now(),
        outcome: 'ignored',
        ...of,
        source: delivery.source,
        rule,
      });
      observer.deliveryIgnored({ ...of, rule, ...named(delivery.view) });
    },
    prevented({ endpoint }, reason, why) {
      observer.deliveryDeferred({ endpoint, reason });
      observer
        .throttledLog(`own trouble ${endpoint} ${reason}`, PREVENTED_LOG_MS)
        .warn({ endpoint, reason, detail: why }, `nothing can be sent: ${OWN_TROUBLES[reason]}`);
    },
    attempted({ delivery, attempt, verdict, ms, batch, isNoted }) {
      const { source, view, receivedAt } = delivery;
      const { outcome } = verdict;
      const settle = verdict.settle === 'returned' ? 'retry' : verdict.settle;
      const { status, reason, detail, body: answer, opening } = outcome;
      const of = idsOf(delivery);
      const retryAt = verdict.settle === 'retry' ? verdict.retryAt : undefined;

      const digest = view.tag ? undefined : view.digest;
      const result = { attempt, batch, status, reason, ms, retryAt, detail };
      observer.deliveryAttempted({ ...of, ...named(view), digest, outcome: settle, ...result });
      if (settle !== 'retry') {
        const settled = { ...of, ...named(view), attempts: attempt, outcome: settle, reason, detail };
        observer.deliverySettled(settled, { receivedAt });
      }

      // What it is about is in the note of its receipt; a failure repeats it, since it may outlive that.
      const failure = settle === 'delivered' ? {} : { detail, retryAt, view, opening };
      const entry = { attempt, outcome: outcome.kind, status, reason, ms: Math.round(ms), answer, batch };
      trail.note({ step: 'attempted', at: Date.now(), ...of, source, ...entry, ...failure });

      // What cannot be read is no fault of the receiver's, which was not asked.
      if (reason === 'undecodable' || (isNoted && settle !== 'delivered')) return;
      const failed = { delivered: false, attempt, status, reason, detail } as const;
      pulse.note(of.endpoint, { ...(settle === 'delivered' ? { delivered: true } : failed), ms });
    },
  };
}

const idsOf = ({ endpoint, id: deliveryId, eventId }: Delivery) => ({ endpoint, deliveryId, eventId });

const named = ({ action, repository, tag }: EventView) => ({ action, repository, tag });
