/**
 * Retries and drops of many that go on while nobody waits for them: an id to ask by, progress, and a way to stop
 * one. They live in this process; one that it takes along when it ends can be started again and goes on.
 */
import { randomUUID } from 'node:crypto';
import { excerpt, LongshoreError } from '@longshore/event';
import type { BulkProgress } from '@longshore/queue/operator';
import type { Held, Operate } from './index.js';
import type { DeadWords } from './words.js';

/** One of them. Times are epoch milliseconds. */
export interface Operation extends BulkProgress {
  id: string;
  act: 'retry' | 'drop';
  filter: DeadWords;
  /** `stopped`: somebody cancelled it, or the process ended. */
  state: 'running' | 'done' | 'stopped' | 'failed';
  /** Of a retry: endpoints where nothing is delivered now, and what that means. */
  held: Held[];
  startedAt: number;
  endedAt?: number;
  /** Why it failed, in words. */
  error?: string;
}

/** Retries and drops of many deliveries, which take longer than a request; known for a while after their end. */
export interface Operations {
  /**
   * Begins one; two at once on the same filter are fine.
   * @param rate deliveries in a second; 100 for a retry unless given
   * @throws LongshoreError REQUEST_INVALID, REQUEST_NOT_FOUND, QUEUE_UNAVAILABLE when it cannot begin
   */
  start(act: Operation['act'], filter: DeadWords, rate?: number): Promise<Operation>;
  /** @throws LongshoreError REQUEST_NOT_FOUND */
  get(id: string): Operation;
  /** Newest first. */
  list(): Operation[];
  /** It ends within a moment; what was done stays done. */
  cancel(id: string): Operation;
  /** Cancels all and waits for their ends. */
  close(): Promise<void>;
}

/** So many that have ended can still be asked for. */
const KEPT = 100;

interface Running {
  operation: Operation;
  stop: AbortController;
  ended: Promise<void>;
}

export function createOperations(operate: Operate, now: () => number = Date.now): Operations {
  const all = new Map<string, Running>();

  const run = async (operation: Operation, signal: AbortSignal, rate?: number): Promise<void> => {
    const onProgress = (progress: BulkProgress): void => void Object.assign(operation, progress);
    const settings = { signal, onProgress, ...(rate !== undefined && { rate }) };
    try {
      const act = operation.act === 'retry' ? operate.retryDead : operate.dropDead;
      const { stopped, ...progress } = await act(operation.filter, settings);
      Object.assign(operation, progress, { state: stopped ? 'stopped' : 'done' });
    } catch (error) {
      operation.state = 'failed';
      operation.error = error instanceof Error ? error.message : String(error);
    }
    operation.endedAt = now();
  };

  const find = (id: string): Running => {
    const running = all.get(id);
    if (running) return running;
    throw new LongshoreError(
      'REQUEST_NOT_FOUND',
      `there is no operation ${excerpt(id)} in this process; operations end with the process that runs them`,
    );
  };

  return {
    async start(act, filter, rate) {
      const held = await operate.held(filter);
      const ended = [...all.values()].filter(({ operation }) => operation.state !== 'running');
      for (const { operation } of ended.slice(0, Math.max(0, ended.length - KEPT + 1)))
        all.delete(operation.id);
      const none: BulkProgress = { total: 0, looked: 0, done: 0, skipped: 0, holding: [] };
      const operation: Operation = {
        id: randomUUID(),
        act,
        filter,
        state: 'running',
        ...none,
        held: act === 'retry' ? held : [],
        startedAt: now(),
      };
      const stop = new AbortController();
      all.set(operation.id, { operation, stop, ended: run(operation, stop.signal, rate) });
      return { ...operation };
    },
    get: (id) => ({ ...find(id).operation }),
    list: () => Array.from(all.values(), ({ operation }) => ({ ...operation })).reverse(),
    cancel(id) {
      const { operation, stop } = find(id);
      stop.abort();
      return { ...operation };
    },
    async close() {
      for (const { stop } of all.values()) stop.abort();
      await Promise.all(Array.from(all.values(), ({ ended }) => ended));
    },
  };
}
