/**
 * Takes deliveries of one endpoint off its queue and settles them. Turns a verdict into what BullMQ
 * understands; nothing outside of this package knows BullMQ's error classes.
 *
 * A crash costs no attempt: BullMQ counts an attempt when it is settled, and a stalled job goes back to
 * waiting however often. What an outage of Redis keeps from being settled is remembered and not sent again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Delivery, ignore, type Outcome } from '@longshore/event';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { aboutOf } from './body/body.js';
import { installSettleScripts } from './body/settle-scripts.js';
import { takenDelivery } from './body/taken.js';
import { isReady, type RedisClient } from './connection.js';
import { guardWorker } from './guarded-worker.js';
import { answerInWords, JOB_OPTIONS, type JobData, type Settlement, type Unreadable } from './job.js';
import { queueName } from './names.js';
import type { Verdict } from './retry.js';
import { createUnsettled } from './unsettled.js';
import { within } from './within.js';

/** What is taken, how much of it at once, and by whom. */
export interface ConsumerOptions {
  client: RedisClient;
  prefix: string;
  endpoint: string;
  /** In flight at once, over all workers of all processes. */
  concurrency: number;
  /** How long finished deliveries are kept; this is also the dedupe window. */
  delivered: { age: number; count: number };
  /** One attempt. `signal` aborts when the grace period is over: answer `released` then. */
  handle(delivery: Delivery, attempt: TakenAttempt): Promise<Verdict>;
  /** In place of an attempt, for a job whose data is no delivery for this version. */
  unreadable(job: UnreadableJob): Verdict;
  /** Redis errors and faults of BullMQ; many while Redis is unavailable. */
  onError(error: Error): void;
  /** A delivery whose worker died runs again. */
  onStalled(deliveryId: string): void;
}

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
  /** From 1; what was `deferred` or `released` has not been one. */
  number: number;
  signal: AbortSignal;
  /** Shown with the delivery wherever it is looked at. Best effort: never fails, may be left out. */
  progress(value: object): void;
}

/** One endpoint being worked on in this process. */
export interface Consumer {
  /** Takes over changed settings, from the next delivery on. */
  update(settings: Pick<ConsumerOptions, 'concurrency' | 'delivered'>): void;
  /** Stops taking, lets what is in flight finish within `grace` ms, gives the rest back. */
  close(grace: number): Promise<void>;
}

/**
 * A killed worker's delivery runs again after at most 15 s (measured; 60 s at BullMQ's defaults).
 * Locks are renewed at half the time, so an event loop that hangs for 5 s risks a second delivery.
 */
const LOCK_MS = 5_000;

/** Two looks at a deferred delivery are at least so far apart. */
const SOONEST_MS = 50;

const TRY_AGAIN_MS = 1_000;
const TELL_INTERVAL_MS = 60_000;
const IDLE_POLL_MS = 20;

/** Time for Redis to take the last settlements after the grace period. */
const CLOSE_MARGIN_MS = 2_000;

/** Starts taking as soon as Redis is there; never rejects. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { client, prefix, endpoint } = options;
  const name = queueName(endpoint);
  installSettleScripts(client);
  const grace = new AbortController();
  const unsettled = createUnsettled();
  let settings = { concurrency: options.concurrency, delivered: kept(options.delivered) };
  /** Attempts that run now. */
  let inFlight = 0;
  let ended = false;
  const onError = (error: Error): void => {
    if (!ended) options.onError(error);
  };

  /** Undefined when the job is not this process's any more, or when it stops before Redis has answered. */
  const read = async (
    { id = '', data }: Job<JobData>,
    token: string,
  ): Promise<Delivery | Unreadable | undefined> => {
    for (;;) {
      try {
        return await takenDelivery(client, { id, token, endpoint, prefix, data });
      } catch (error) {
        onError(error instanceof Error ? error : new Error(String(error)));
      }
      // Redis is in trouble: nothing was attempted, and the lock is renewed meanwhile.
      await pause(TRY_AGAIN_MS, undefined, { signal: grace.signal }).catch(() => {});
      if (grace.signal.aborted) return undefined;
    }
  };

  const verdictOn = (job: Job<JobData>, delivery: Delivery | Unreadable): Verdict | Promise<Verdict> => {
    const { id = '', attemptsMade } = job;
    if ('fault' in delivery) return options.unreadable({ ...delivery, id, attempts: attemptsMade });
    return options.handle(delivery, {
      id,
      number: attemptsMade + 1,
      signal: grace.signal,
      progress: (value) => void job.updateProgress(value).catch(ignore('queue.progress')),
    });
  };

  const settle = async (job: Job<JobData>, token = ''): Promise<Settlement> => {
    const delivery = await read(job, token);
    // BullMQ leaves the job as it is: whichever process has it, or finds it stalled, continues it.
    if (!delivery) throw new WaitingError();
    const verdict = unsettled.recall(job) ?? (await verdictOn(job, delivery));
    if (verdict.settle === 'released') {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if (verdict.settle === 'deferred') {
      // BullMQ leaves `attemptsMade` as it is here, and counts a delay of 0 as "now".
      await job.moveToDelayed(Math.max(verdict.until, Date.now() + SOONEST_MS), token);
      throw new DelayedError();
    }
    unsettled.remember(job, verdict);
    const about = 'fault' in delivery ? undefined : aboutOf(delivery);
    if (verdict.settle === 'delivered') return { settled: 'delivered', about };
    if (verdict.settle === 'ignored') return { settled: `ignored: ${verdict.rule}`, about };
    throw asError(verdict, job.attemptsMade + 1);
  };

  let worker: Worker<JobData, Settlement> | undefined;
  const open = (): Worker<JobData, Settlement> => {
    const counted = async (job: Job<JobData>, token?: string): Promise<Settlement> => {
      inFlight += 1;
      // A job stores none of them: they are the same for all.
      Object.assign(job.opts, JOB_OPTIONS);
      return settle(job, token).finally(() => {
        inFlight -= 1;
      });
    };
    worker = openWorker(name, counted, { client, prefix, ...settings });
    worker.on('stalled', (id) => options.onStalled(id));
    worker.on('completed', (job) => unsettled.forget(job));
    worker.on('failed', (job, error) => {
      // An error that is not ours: Redis refused to settle, and BullMQ made a failure of that.
      if (job && isOurs(error)) unsettled.forget(job);
      else if (job) unsettled.keep(job);
    });
    return worker;
  };

  let closing = false;
  let telling: Promise<void> | undefined;
  /** Tells all workers; a Redis that refuses (full, failing over) is asked again until it takes it. */
  const tellConcurrency = (): Promise<void> => {
    // One at a time, however often a worker is replaced meanwhile.
    telling ??= tellUntilTaken().finally(() => {
      telling = undefined;
    });
    return telling;
  };
  const tellUntilTaken = async (): Promise<void> => {
    for (let sent: number | undefined; !closing && worker && sent !== settings.concurrency; ) {
      const { concurrency } = settings;
      try {
        await worker.getBackend().setQueueMeta({ concurrency });
        sent = concurrency;
      } catch (error) {
        onError(error as Error);
        await pause(TRY_AGAIN_MS);
      }
    }
  };
  const guarded = guardWorker({
    client,
    open,
    // Before the first delivery where Redis lets us; a full one must be drained all the same.
    begin: async () => void (await within(tellConcurrency(), TRY_AGAIN_MS)),
    onError,
  });
  // A Redis that lost its data (FLUSHALL, an empty restart) has lost this too.
  const again = setInterval(() => void tellConcurrency(), TELL_INTERVAL_MS).unref();

  /** Resolves when nothing is in flight and, with Redis there, nothing has been handed out for a while. */
  const untilIdle = async (): Promise<void> => {
    for (let since = Date.now(); !ended; await pause(IDLE_POLL_MS)) {
      if (inFlight > 0) since = Date.now();
      else if (Date.now() - since >= (isReady(client) ? CLOSE_MARGIN_MS : 0)) return;
    }
  };

  return {
    update({ concurrency, delivered }) {
      settings = { concurrency, delivered: kept(delivered) };
      if (worker) {
        worker.opts.removeOnComplete = settings.delivered;
        worker.concurrency = concurrency;
      }
      void tellConcurrency();
    },
    async close(graceMs) {
      closing = true;
      clearInterval(again);
      const closed = guarded.close();
      await within(Promise.race([closed, untilIdle()]), graceMs);
      grace.abort();
      // With Redis away the last settlements cannot be written: they wait for it in the shared connection.
      await within(closed, inFlight > 0 || unsettled.size() > 0 || isReady(client) ? CLOSE_MARGIN_MS : 0);
      ended = true;
    },
  };
}

function openWorker(
  name: string,
  process: (job: Job<JobData>, token?: string) => Promise<Settlement>,
  options: {
    client: RedisClient;
    prefix: string;
    concurrency: number;
    delivered: ReturnType<typeof kept>;
  },
): Worker<JobData, Settlement> {
  const { client, prefix, concurrency, delivered } = options;
  return new Worker<JobData, Settlement>(name, process, {
    connection: client,
    prefix,
    autorun: false,
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    runRetryDelay: 1_000,
    removeOnComplete: delivered,
    settings: {
      // Anything that is not ours (BullMQ could not store a result) is tried again soon.
      backoffStrategy: (_attempts, _type, error) => (error instanceof RetryLater ? error.delay : 1_000),
    },
  });
}

/** BullMQ counts ages in seconds. */
const kept = ({ age, count }: ConsumerOptions['delivered']) => ({ age: Math.ceil(age / 1_000), count });

class RetryLater extends Error {
  constructor(
    message: string,
    readonly delay: number,
  ) {
    super(message);
  }
}

const isOurs = (error: Error): boolean => error instanceof RetryLater || error instanceof UnrecoverableError;

/** The answer travels as the error's stack: BullMQ stores it in the same write that moves the job. */
function asError(
  verdict: { settle: 'retry' | 'dead'; outcome: Outcome; delay?: number },
  attempt: number,
): Error {
  const { kind: _kind, ...answer } = verdict.outcome;
  const words = answerInWords(answer);
  const error =
    verdict.settle === 'dead' ? new UnrecoverableError(words) : new RetryLater(words, verdict.delay ?? 1_000);
  error.stack = JSON.stringify({ attempt, at: new Date().toISOString(), ...answer });
  return error;
}
