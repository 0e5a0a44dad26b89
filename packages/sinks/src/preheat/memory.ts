/**
 * What preheating must remember beyond one call, as a port: the sink may not know Redis. The worker passes the
 * implementation over Redis, which all workers share; a command without a Redis passes the one in memory.
 *
 * One plan is one image (repository and digest) at one endpoint. One delivery leads it, the others of the same
 * image wait and get its result. Every write is fenced: a delivery that lost the lead cannot change anything.
 */
import type { PreheatRun } from '@longshore/event';

/** Whose turn it is. */
export type Turn =
  | { turn: 'lead'; lease: Lease }
  /** Another delivery leads; look again then (epoch milliseconds), or when woken. */
  | { turn: 'wait'; until: number }
  | { turn: 'ended'; verdict: string };

/**
 * May this part be asked of this target now? `warm`: it was warmed within the window. `busy`: another image's plan
 * is working on it. `full`: as many calls as the limit are running.
 */
export type Claim = 'taken' | 'warm' | 'busy' | 'full';

/** The lead over a plan. It is kept up in the background until one of the last three is called. */
export interface Lease {
  /** Of the work from the first look to the verdict, also over crashes: the id is drawn once. */
  readonly run: { id: string; startedAt: number };
  /** Aborts when the lead was lost. */
  readonly lost: AbortSignal;
  /** The walk that was kept, as it was given. */
  walk(): Promise<string | undefined>;
  keepWalk(walk: string): Promise<void>;
  /** What is known of each part. */
  parts(): Promise<Map<string, string>>;
  claim(target: string, part: string, limit: number): Promise<Claim>;
  /**
   * The call for a claimed part is over. `state` is kept with the plan. `warmFor`: milliseconds for which it counts
   * as warm for every plan. `busyFor`: milliseconds for which the target is working, so that no other plan requests it too.
   */
  finish(
    target: string,
    part: string,
    how: { state?: string; warmFor?: number; busyFor?: number },
  ): Promise<void>;
  /** Keeps the state of a claimed part while its call continues. */
  keepState(target: string, part: string, state: string): Promise<void>;
  /** The lead ends for now; the others keep waiting for this delivery for so many milliseconds. */
  rest(ms: number): Promise<void>;
  /** Ends the plan: waiting deliveries get the verdict. `complete`: nothing needs to be kept for a retry. */
  settle(verdict: string, complete: boolean): Promise<void>;
  /** Gives up the lead; any delivery may take it at once. */
  drop(): Promise<void>;
}

/** The memory of one endpoint. */
export interface PreheatMemory {
  /**
   * @param plan names the image; the same for every delivery of it
   */
  lead(plan: string, deliveryId: string): Promise<Turn>;
  /** The registry asked for a pause until then (epoch milliseconds). */
  pause(registry: string, until: number): Promise<void>;
  /** 0 when it does not. */
  pausedUntil(registry: string): Promise<number>;
  /** The digest that was kept for a delivery whose event names only a tag. */
  digest(deliveryId: string): Promise<string | undefined>;
  /** Keeps it while the delivery waits, so that the registry is asked once. Undefined: it is no longer needed. */
  keepDigest(deliveryId: string, digest: string | undefined): Promise<void>;
  /** What is known of a plan, without a lead: for a dry run, which changes nothing of it. */
  known(plan: string): Promise<{ walk?: string; parts: Map<string, string> }>;
  /** Was the part warmed at the target within the window, by any plan? */
  isWarm(target: string, part: string): Promise<boolean>;
  /** What was noted under this name: where a target has a blob, what was copied. */
  noted(name: string): Promise<string | undefined>;
  /** `ms`: for how long. */
  note(name: string, value: string, ms: number): Promise<void>;
  /**
   * Stores the result of a run and announces it. Durable when it resolves; the same run twice is one. Rejects with a
   * LongshoreError `QUEUE_…` when it could not be stored for a long time; the caller then tries again later.
   */
  keepRun(run: PreheatRun, signal: AbortSignal): Promise<void>;
}
