/**
 * What a worker tells the queue to take off it, and how it settles that. Nothing outside of this package knows BullMQ.
 *
 * A crash costs no attempt: an attempt is counted when it is settled, and a stalled delivery waits again however often.
 * What an outage of Redis keeps from being settled is remembered and not sent again.
 */
import type { Delivery } from '@longshore/event';
import type { Unreadable } from './job.js';
import type { RetryGroup, Verdict } from './retry.js';
import type { TakeReport } from './take/report.js';
import type { TakeSettings } from './take/settings.js';

/** What can change while deliveries flow. */
export interface ConsumerSettings {
  take: TakeSettings;
  /** How long finished deliveries are kept, in milliseconds and number; this is also the dedupe window. */
  delivered: { age: number; count: number };
}

/** What is taken, and by whom. */
export interface ConsumerOptions extends ConsumerSettings {
  endpoint: string;
  /** One attempt. `signal` aborts when the grace period is over: answer `released` then. */
  handle(delivery: Delivery, attempt: TakenAttempt): Promise<Verdict>;
  /** One request, of one delivery or several, where `take.batch` is set. Without it each is handled alone. */
  handleBatch?: BatchHandle;
  /** In place of an attempt, for a job whose data is no delivery for this version. */
  unreadable(job: UnreadableJob): Verdict;
  /** Errors of Redis; many while it refuses. */
  onError(error: Error): void;
  /** A delivery whose worker died runs again. */
  onStalled(deliveryId: string): void;
  /** A gate changed its state, such as a hold that begins or ends. In one process of all, once. */
  onReport?(report: TakeReport): void;
}

/** One of the deliveries that go out together. */
export interface TakenMember {
  delivery: Delivery;
  taken: TakenAttempt;
}

/** What goes out in one request. */
export interface TakenBatch {
  members: readonly TakenMember[];
  /** They failed together before. */
  group?: RetryGroup | undefined;
}

/** A verdict for each member, in their order. Whatever takes several deliveries at once is one: no HTTP is needed. */
export type BatchHandle = (batch: TakenBatch) => Promise<readonly Verdict[]>;

/** A job that cannot be attempted, and why. */
export interface UnreadableJob extends Unreadable {
  /** Of the delivery. */
  id: string;
  /** Attempts made before. */
  attempts: number;
}

/** One attempt at a delivery, as the queue sees it. */
export interface TakenAttempt {
  /** Of the delivery. */
  id: string;
  /** From 1; what was `deferred`, `released` or `returned` has not been one. */
  number: number;
  /** How often it was taken, this time included; grows also when an attempt does not count. */
  started: number;
  /** It finds out whether a held endpoint is back. */
  probe: boolean;
  /** It was dead, of an outage that is over. */
  revived: boolean;
  /** `traceparent` that it was added with. */
  trace?: string;
  signal: AbortSignal;
  /** Shown with the delivery wherever it is looked at. Best effort: never fails, may be left out. */
  progress(value: object): void;
}

/** One endpoint being worked on in this process. */
export interface Consumer {
  /** Takes over changed settings, from the next delivery on. */
  update(settings: ConsumerSettings): void;
  /** Stops taking, lets what is in flight finish within `grace` ms, gives the rest back. */
  close(grace: number): Promise<void>;
}
