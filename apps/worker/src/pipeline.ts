/**
 * What happens to a delivery, in order: take, check the rules, attempt, settle.
 *
 * Each attempt leaves exactly one `delivery.attempted` record; giving up leaves one `delivery.settled` more.
 * The endpoint's settings are asked for at each attempt, so a change holds from the next one on.
 */
import type { Endpoint } from '@longshore/config';
import { type Delivery, isTest, type Outcome, type RetryPolicy } from '@longshore/event';
import {
  type AttemptVerdict,
  type ConsumerOptions,
  judge,
  longestDelay,
  type TakenAttempt,
} from '@longshore/queue/consumer';
import type { SendResult, Sink } from '@longshore/sinks';
import { inAttemptSpan, noteVerdict } from './attempt-span.js';
import type { Report } from './report.js';

/** An endpoint as it is now. Replaced as a whole when the configuration changes. */
export interface LiveEndpoint {
  settings: RetryPolicy & Partial<Pick<Endpoint, 'order'>>;
  /** It has an order, and is held while its receiver is down: nothing of it dies of an outage. */
  ordered: boolean;
  /** The rule that keeps a delivery from it; undefined when it is to be attempted. */
  ignores(delivery: Delivery): string | undefined | Promise<string | undefined>;
  sink: Sink;
  /** Attempts that use this sink; it is closed after the last of them. */
  attempts: Set<Promise<unknown>>;
}

/** One delivery by itself. */
export type Handle = ConsumerOptions['handle'];

/** See the header. @param endpoint asked for at each delivery: its settings change with the configuration */
export function createDeliveryPipeline(endpoint: () => LiveEndpoint, report: Report): Handle {
  return async (delivery, taken) => {
    const rule = await endpoint().ignores(delivery);
    if (rule) {
      report.ignored(delivery, rule);
      return { settle: 'ignored', rule };
    }
    return inAttemptSpan(delivery, taken, async (span) => {
      const live = endpoint();
      const started = performance.now();
      const result = await attempt(delivery, live, taken);
      if (result === 'aborted' || result === 'unsent') return { settle: 'released' };
      if (result.kind === 'deferred') {
        const { until, why, ours } = result;
        if (ours) report.prevented(delivery, ours, why);
        return { settle: 'deferred', until, why, ...(ours && { ours }) };
      }
      const verdict = verdictOn(delivery, live, taken, result);
      noteVerdict(span, verdict);
      report.attempted({ delivery, attempt: taken.number, verdict, ms: performance.now() - started });
      return verdict;
    });
  };
}

function verdictOn(
  delivery: Delivery,
  { settings, ordered }: LiveEndpoint,
  { number, probe, started }: TakenAttempt,
  outcome: Outcome,
): AttemptVerdict {
  // A test says at once how it ended, and is not repeated.
  if (isTest(delivery)) return judge({ ...settings, threshold: 1 }, number, outcome, Date.now(), {});
  return judge(settings, number, outcome, Date.now(), { probe, ...(ordered && { started }) });
}

async function attempt(
  delivery: Delivery,
  { settings, sink, attempts }: LiveEndpoint,
  { number, signal, progress }: TakenAttempt,
): Promise<SendResult> {
  const last = number >= settings.threshold;
  const retryWithin = longestDelay(settings, number);
  let shown: object = {};
  const show = (value: object): void => {
    shown = value;
    progress(value);
  };
  const sending = sink
    .send([delivery], { number, signal, last, retryWithin, progress: show })
    .then(([sent = 'unsent']) => sent, faultOf);
  attempts.add(sending);
  const result = await sending;
  attempts.delete(sending);
  if (typeof result === 'object' && result.kind === 'deferred') progress({ ...shown, waits: result.why });
  return result;
}

/** A sink promises not to throw; if one does, that is an attempt like any other. */
export const faultOf = (error: unknown): Outcome => ({
  kind: 'retry',
  reason: 'error',
  detail: `a fault in Longshore's sink: ${error instanceof Error ? error.message : String(error)}`,
});
