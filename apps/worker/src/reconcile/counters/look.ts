/** One look at the counters of a source: read, judged and remembered. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RegistrySettings } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { ReceivedReader, ReconcileMemory } from '@longshore/queue/reconcile';
import { type Judged, judge } from './judge.js';
import { readCounters } from './read.js';

/** Who is asked, and what is known. */
export interface CounterParts {
  settings: RegistrySettings;
  memory: Pick<ReconcileMemory, 'counters' | 'setCounters'>;
  received: Pick<ReceivedReader, 'read'>;
  /** Whether requests wait on the disk of an ingest process: they were answered, and are not counted yet. */
  isSpooled(): Promise<boolean>;
  /** Throws LongshoreError SECRET_MISSING. */
  open(): typeof fetch;
  userAgent: string;
  signal: AbortSignal;
  /** Milliseconds until ingest has written what it counted. Default {@link SETTLE_MS}. */
  settle?: number;
  now?: () => number;
}

const SETTLE_MS = 3_000;

/** A registry that does not answer is in the state. Rejects with LongshoreError QUEUE_UNAVAILABLE, and when the signal comes. */
export async function lookAtCounters(parts: CounterParts): Promise<Judged> {
  const { settings, memory, received, isSpooled, signal, settle = SETTLE_MS, now = Date.now } = parts;
  const { source } = settings;
  const state = (await memory.counters(source)) ?? {};
  const { open, userAgent } = parts;
  try {
    const [at, fetch] = [now(), open()];
    const urls = settings.debug.map((url) => url.reveal());
    const found = await Promise.all(
      urls.map(async (url) => [url, await readCounters({ url, source, fetch, userAgent, signal })] as const),
    );
    await pause(settle, undefined, { signal });
    if (await isSpooled()) return { state };
    const { events } = await received.read(source);
    const judged = judge(state, { at, received: events, processes: Object.fromEntries(found) });
    await memory.setCounters(source, judged.state);
    return judged;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LongshoreError && error.code !== 'SECRET_MISSING') throw error;
    const trouble = error instanceof Error ? error.message : String(error);
    const silent = { ...state, trouble };
    await memory.setCounters(source, silent);
    return { state: silent };
  }
}
