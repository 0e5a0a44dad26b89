/**
 * What is known of each part, as it is kept with the plan: resumed after a crash, and by the next attempt. A part
 * that failed is requested again by the next attempt if that can succeed, and by the next run in any case; what is
 * done is not requested again.
 */
import type { z } from 'zod';
import { partState, readStored } from './stored.js';

/** One call's result, and when it was. */
export type PartState = z.output<typeof partState>;

/** Now, from the side of the one who leads. */
export interface Moment {
  run: string;
  attempt: number;
  /** Epoch milliseconds: what was done before counts no longer. */
  since: number;
}

/** Older handles are not used. */
const STALE_HANDLE_MS = 24 * 3_600_000;

/** The part's result, when it needs no other call. */
export function resultOf(
  state: PartState | undefined,
  { run, attempt, since }: Moment,
): PartState | undefined {
  if (!state || state.result.state === 'pending') return undefined;
  // Within one run clocks do not matter.
  if (state.at < since && state.run !== run) return undefined;
  const failed = [state.result, ...(state.items ?? []).map(([, settled]) => settled)].flatMap((settled) =>
    settled.state === 'failed' ? [settled] : [],
  );
  if (failed.length === 0) return state;
  if (state.run !== run) return undefined;
  const again = state.attempt !== attempt && failed.some(({ retryable }) => retryable);
  return again ? undefined : state;
}

/** The handle to continue with. */
export function handleOf(state: PartState | undefined, now = Date.now()): string | undefined {
  if (!state || now - state.at > STALE_HANDLE_MS) return undefined;
  return 'handle' in state.result ? state.result.handle : undefined;
}

/** @returns undefined for what this version cannot read: then the part is requested again */
export const readState = (json: string): PartState | undefined => readStored(partState, json);
