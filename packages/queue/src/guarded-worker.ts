/**
 * Keeps a BullMQ Worker running and never lets one run hot.
 *
 * A Worker answers a lasting error of Redis (a right that was taken away, no memory, a script that hangs) by trying
 * again at once; where the error is that of its own set-up, without any I/O in between, which would stop the whole
 * process. So a Worker is made only once Redis answers INFO, and one that reports errors faster than it may is
 * closed and replaced after a pause that grows. What it has in flight is finished and settled all the same.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import type { RedisClient } from './connection.js';

/** A Worker that is replaced when it cannot work. */
export interface GuardedWorker {
  /** Takes nothing more. Resolves when all of what was taken is settled. */
  close(): Promise<void>;
}

/** How a Worker is made. */
export interface GuardOptions<W extends Worker> {
  client: RedisClient;
  /** A new Worker, not running. */
  open(): W;
  /** What comes before its first delivery is taken. */
  begin(worker: W): Promise<void>;
  onError(error: Error): void;
  /** Pauses before another Worker, in milliseconds: the first and the longest. For tests. */
  pauses?: { first: number; longest: number };
}

/** More errors of one Worker than this in {@link WINDOW_MS} are a loop. */
const ERRORS_PER_WINDOW = 5;
const WINDOW_MS = 1_000;
/** The longest is short: work must begin again soon after Redis can be used again. */
const PAUSES_MS = { first: 1_000, longest: 5_000 };

/** Begins at once; never rejects. */
export function guardWorker<W extends Worker>(options: GuardOptions<W>): GuardedWorker {
  const { client, open, begin, onError, pauses = PAUSES_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  const closing = new Set<Promise<unknown>>();
  let worker: W | undefined;

  const retire = (one: W): void => {
    // Synchronously: this also ends a loop that lets nothing else run.
    const closed = one.close().catch(onError);
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  /** Resolves when the Worker has ended or was stopped. */
  const work = async (): Promise<void> => {
    const one = open();
    worker = one;
    const hot = new Promise<void>((resolve) => {
      const isLoop = createErrorRate();
      one.on('error', (error) => {
        onError(error);
        if (!isLoop()) return;
        retire(one);
        resolve();
      });
    });
    const running = (async () => {
      await one.waitUntilReady();
      await begin(one);
      if (!signal.aborted) await one.run();
    })().catch(onError);
    await Promise.race([running, hot, stopped]);
    worker = undefined;
    retire(one);
  };

  const run = async (): Promise<void> => {
    let wait = pauses.first;
    while (!signal.aborted) {
      await Promise.race([untilInfoAnswers(client, signal), stopped]);
      if (signal.aborted) return;
      const started = Date.now();
      await work();
      if (Date.now() - started > pauses.longest) wait = pauses.first;
      await pause(wait, undefined, { signal }).catch(() => {}); // it is to stop
      wait = Math.min(wait * 2, pauses.longest);
    }
  };
  const ended = run();

  return {
    async close() {
      stopping.abort();
      if (worker) retire(worker);
      await ended;
      await Promise.all(closing);
    },
  };
}

/** @returns whether this error is one too many within the window */
function createErrorRate(): () => boolean {
  let since = Number.NEGATIVE_INFINITY;
  let errors = 0;
  return () => {
    const now = performance.now();
    if (now - since > WINDOW_MS) {
      since = now;
      errors = 0;
    }
    errors += 1;
    return errors > ERRORS_PER_WINDOW;
  };
}

const INFO_RETRY_MS = 1_000;

/** One question at a time for each client, however many Workers wait for the answer. */
const questions = new WeakMap<RedisClient, Promise<boolean>>();

/** Resolves when Redis answers INFO, which BullMQ asks first, or `signal` aborts. What refuses it is seen by the monitor. */
async function untilInfoAnswers(client: RedisClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await askInfo(client))) {
    await pause(INFO_RETRY_MS, undefined, { signal }).catch(() => {}); // it is to stop
  }
}

function askInfo(client: RedisClient): Promise<boolean> {
  const known = questions.get(client);
  if (known) return known;
  const question = client
    .info('server')
    .then(
      () => true,
      () => false,
    )
    .finally(() => questions.delete(client));
  questions.set(client, question);
  return question;
}
