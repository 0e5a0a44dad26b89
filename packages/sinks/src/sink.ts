/**
 * The port of this package: one attempt at one receiver.
 *
 * A sink never retries (the queue alone does), never logs, and never throws: every failure is an
 * Outcome with a reason. It does not decide how many attempts run at once; the queue does that too.
 */
import type { Delivery, Outcome, OwnTrouble } from '@longshore/event';

/** What the caller says about one attempt. */
export interface Attempt {
  /** Counts from 1. For several deliveries: of the one with the most attempts. */
  number: number;
  /** Shutdown: once it is aborted, the attempt ends at once as `'aborted'`. */
  signal: AbortSignal;
  /** A failure of this attempt is the last one: the queue tries no more. */
  last?: boolean;
  /** Milliseconds within which the queue tries again when this attempt fails, `notBefore` apart. */
  retryWithin?: number;
  /** Shown with the delivery while it is worked on. Best effort. */
  progress?(value: object): void;
}

/**
 * Not an attempt: the same delivery is to be given to the sink again then (epoch milliseconds), and holds no slot
 * meanwhile. The sink keeps by itself what it needs to continue.
 */
export interface Deferred {
  kind: 'deferred';
  until: number;
  /** For people. */
  why: string;
  /** The receiver was not reached because of this: nothing is sent to it before `until`. */
  ours?: OwnTrouble;
}

/**
 * The result of an attempt. `'aborted'`: it was given up because of the shutdown signal or {@link Sink.close}, before
 * the receiver's verdict was known. It is not a failure and must not be counted as an attempt.
 */
export type AttemptResult = Outcome | Deferred | 'aborted';

/**
 * What became of one delivery of a call. `'unsent'`: no attempt was made with it, because the request was full, or
 * could not hold it together with the others. It is to be given to the sink again.
 */
export type SendResult = AttemptResult | 'unsent';

/** One endpoint’s receiver, open until it is closed. Attempts may run at the same time. */
export interface Sink {
  /**
   * One attempt. A receiver that takes several events in one request gets the deliveries in one, in their order and as
   * far as they fit. At least one of the deliveries is not `'unsent'`. Neither throws nor rejects.
   * @returns a result for each delivery, in their order; those of one request have the very same object
   */
  send(deliveries: readonly Delivery[], attempt: Attempt): Promise<SendResult[]>;
  /** Ends attempts in flight as `'aborted'` and resolves when no connection is left. May be called twice. */
  close(): Promise<void>;
}
