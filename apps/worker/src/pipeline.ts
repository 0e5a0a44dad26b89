/**
 * What happens to a delivery, in order: take, check the rules, attempt, settle.
 *
 * Each attempt leaves exactly one `delivery.attempted` record; giving up leaves one `delivery.settled` more.
 * The endpoint's settings are asked for at each attempt, so a change holds from the next one on.
 */
import type { Endpoint } from '@longshore/config';
import type { Delivery, EventView, Outcome } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import {
  type AttemptVerdict,
  type ConsumerOptions,
  judge,
  longestDelay,
  type PulseWriter,
} from '@longshore/queue';
import type { AttemptedEntry, TrailWriter } from '@longshore/queue/operator';
import type { compileRules } from '@longshore/routing';
import type { Sink } from '@longshore/sinks';

/** An endpoint as it is now. Replaced as a whole when the configuration changes. */
export interface LiveEndpoint {
  settings: Endpoint;
  ignores: ReturnType<typeof compileRules>;
  sink: Sink;
  /** Attempts that use this sink; it is closed after the last of them. */
  attempts: Set<Promise<unknown>>;
}

type Handle = ConsumerOptions['handle'];

/** Where it is told what happens. */
export interface Notes {
  observer: Observer;
  /** For the overview and the alerts. */
  pulse: Pick<PulseWriter, 'note'>;
  /** For `trace`. */
  trail: Pick<TrailWriter, 'note'>;
}

/** See the header. @param endpoint asked for at each delivery: its settings change with the configuration */
export function createDeliveryPipeline(name: string, endpoint: () => LiveEndpoint, notes: Notes): Handle {
  const { observer, pulse, trail } = notes;
  return async (delivery, { number, signal, progress }) => {
    const { settings, ignores, sink, attempts } = endpoint();
    const rule = ignores(delivery);
    if (rule) {
      const { id: deliveryId, eventId, source, view } = delivery;
      const at = Date.now();
      const settled = { step: 'settled', outcome: 'ignored', endpoint: name } as const;
      trail.note({ ...settled, at, deliveryId, eventId, source, rule });
      observer.deliveryIgnored({ endpoint: name, rule, deliveryId, eventId, ...named(view) });
      return { settle: 'ignored', rule };
    }

    const started = performance.now();
    // A sink promises not to throw; if one does, that is an attempt like any other.
    const last = number >= settings.threshold;
    const retryWithin = longestDelay(settings, number);
    let shown: object = {};
    const show = (value: object): void => {
      shown = value;
      progress(value);
    };
    const sending = sink.send(delivery, { number, signal, last, retryWithin, progress: show }).catch(faultOf);
    attempts.add(sending);
    const outcome = await sending;
    attempts.delete(sending);
    if (outcome === 'aborted') return { settle: 'released' };
    if (outcome.kind === 'deferred') {
      const { until, why } = outcome;
      progress({ ...shown, waits: why });
      return { settle: 'deferred', until, why };
    }

    const verdict = judge(settings, number, outcome);
    const ms = performance.now() - started;
    record(delivery, number, verdict, ms, observer);
    trail.note(attemptOf(delivery, number, verdict, ms));
    noteIn(pulse, name, number, verdict);
    return verdict;
  };
}

function record(
  delivery: Delivery,
  attempt: number,
  verdict: AttemptVerdict,
  ms: number,
  observer: Observer,
): void {
  const { endpoint, id: deliveryId, eventId, receivedAt } = delivery;
  const { status, reason, detail } = verdict.outcome;
  observer.deliveryAttempted({
    endpoint,
    deliveryId,
    eventId,
    ...named(delivery.view),
    digest: delivery.view.tag ? undefined : delivery.view.digest,
    attempt,
    outcome: verdict.settle,
    status,
    reason,
    ms,
    retryAt: verdict.settle === 'retry' ? verdict.retryAt : undefined,
    detail,
  });
  if (verdict.settle === 'retry') return;
  const settled = {
    endpoint,
    deliveryId,
    eventId,
    ...named(delivery.view),
    attempts: attempt,
    outcome: verdict.settle,
    reason,
    detail,
  };
  observer.deliverySettled(settled, { receivedAt });
}

/** What it is about is in the note of its receipt; a failure repeats it, since it may outlive that. */
function attemptOf(
  { endpoint, id: deliveryId, eventId, source, view }: Delivery,
  attempt: number,
  verdict: AttemptVerdict,
  ms: number,
): AttemptedEntry {
  const { kind: outcome, status, reason, detail, body: answer } = verdict.outcome;
  const of = { endpoint, deliveryId, eventId, source };
  const retryAt = verdict.settle === 'retry' ? verdict.retryAt : undefined;
  const failure = outcome === 'delivered' ? {} : { detail, retryAt, view };
  const rest = { attempt, outcome, status, reason, ms: Math.round(ms), answer };
  return { step: 'attempted', at: Date.now(), ...of, ...rest, ...failure };
}

/** What cannot be read is no fault of the receiver's, which was not asked. */
function noteIn(
  pulse: Pick<PulseWriter, 'note'>,
  name: string,
  attempt: number,
  { outcome }: AttemptVerdict,
): void {
  const { kind, status, reason, detail } = outcome;
  if (reason === 'undecodable') return;
  pulse.note(
    name,
    kind === 'delivered' ? { delivered: true } : { delivered: false, attempt, status, reason, detail },
  );
}

const named = ({ action, repository, tag }: EventView) => ({ action, repository, tag });

const faultOf = (error: unknown): Outcome => ({
  kind: 'retry',
  reason: 'error',
  detail: `a fault in Longshore's sink: ${error instanceof Error ? error.message : String(error)}`,
});
