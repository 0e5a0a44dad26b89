/**
 * One call for one part, in its turn: claimed so that no other image asks for the same thing, within the target's
 * limit, and its result kept before the next one begins.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Claim, Lease } from './memory.js';
import { handleOf, type Moment, type PartState, readState, resultOf } from './states.js';
import { STORED_VERSION } from './stored.js';
import type { Aborted, Pending, Settled } from './targets/target.js';

/** Milliseconds between two tries to get a turn: the first gap, and the longest. */
const FIRST_GAP_MS = 10;
const LONGEST_GAP_MS = 1_000;
/** Longest wait for a claim while the endpoint's slot is held. */
const CLAIM_TIMEOUT_MS = 20_000;
/** Delay until the next check of a claim that timed out. */
export const BUSY_RECHECK_MS = 10_000;
/** After the next check plus this margin another image may claim the part. */
const POLL_MARGIN_MS = 60_000;

/** A result, and for a whole image that of each item. */
export interface Answer {
  result: Settled | Pending | Aborted;
  items?: PartState['items'];
}

/** A call that is to be made in its turn. `handle`: of the last response, while the target is working. */
export interface Turn {
  target: string;
  limit: number;
  /** Names what is warmed; the same name at the same target is the same thing. */
  part: string;
  /** What an earlier run did does not count, and this one is not remembered. */
  fresh?: boolean;
  /** `keep`: a handle, while the call continues. */
  call(handle: string | undefined, keep: (handle: string) => Promise<void>): Promise<Answer>;
}

/**
 * Claims a part, and waits for it with a growing gap. `givesUpOn`: claims that are returned when they persist
 * for {@link CLAIM_TIMEOUT_MS}.
 */
export async function claimed(
  lease: Lease,
  { target, part, limit }: Pick<Turn, 'target' | 'part' | 'limit'>,
  signal: AbortSignal,
  givesUpOn: readonly Claim[],
): Promise<Claim | 'aborted'> {
  const began = Date.now();
  for (let gap = FIRST_GAP_MS; ; gap = Math.min(2 * gap, LONGEST_GAP_MS)) {
    if (signal.aborted) return 'aborted';
    const claim = await lease.claim(target, part, limit);
    if (claim === 'taken' || claim === 'warm') return claim;
    if (givesUpOn.includes(claim) && Date.now() - began > CLAIM_TIMEOUT_MS) return claim;
    await pause(gap, undefined, { signal }).catch(() => {});
  }
}

/** The turns of one image's parts, by the one who leads it. */
export class Claims {
  #states = new Map<string, PartState>();

  constructor(
    private readonly lease: Lease,
    private readonly moment: Moment,
    private readonly window: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads what is known. To be called first. */
  async load(): Promise<void> {
    const kept = await this.lease.parts();
    this.#states = new Map(
      Array.from(kept, ([key, text]) => [key, readState(text)] as const).flatMap(([key, state]) =>
        state ? [[key, state] as const] : [],
      ),
    );
  }

  /** What is known without a call; undefined when one is needed. */
  known({ target, part, fresh }: Pick<Turn, 'target' | 'part' | 'fresh'>): Answer | undefined {
    const since = fresh ? Number.POSITIVE_INFINITY : this.moment.since;
    return resultOf(this.#states.get(`${target}\n${part}`), { ...this.moment, since });
  }

  /** The result, after a call if it needs one. */
  async take(turn: Turn): Promise<Answer> {
    const known = this.known(turn);
    if (known) return known;
    const claim = await claimed(this.lease, turn, this.signal, ['busy']);
    if (claim === 'aborted') return { result: { state: 'aborted' } };
    if (claim === 'warm') return { result: { state: 'already', verified: false } };
    if (claim === 'taken') return this.#call(turn);
    const detail = 'another image is waiting for it at the target';
    return { result: { state: 'pending', pollAt: Date.now() + BUSY_RECHECK_MS, handle: '', detail } };
  }

  async #call({ target, part, call }: Turn): Promise<Answer> {
    const key = `${target}\n${part}`;
    const { run, attempt } = this.moment;
    const keep = (handle: string): Promise<void> => {
      const result: PartState['result'] = { state: 'pending', pollAt: 0, handle };
      return this.lease.keepState(target, part, stored({ at: Date.now(), run, attempt, result }));
    };
    const answer = await call(handleOf(this.#states.get(key)), keep);
    const { result, items } = answer;
    if (result.state === 'aborted') {
      await this.lease.finish(target, part, {});
      return answer;
    }
    const state: PartState = { at: Date.now(), run, attempt, result, ...(items && { items }) };
    this.#states.set(key, state);
    const pending = result.state === 'pending';
    await this.lease.finish(target, part, {
      state: stored(state),
      ...(isWarm(answer) && { warmFor: this.window }),
      ...(pending && { busyFor: Math.max(0, result.pollAt - Date.now()) + POLL_MARGIN_MS }),
    });
    return answer;
  }
}

const stored = (state: PartState): string => JSON.stringify({ v: STORED_VERSION, ...state });

/** Seen to be there, or fetched: not merely asked for. */
function isWarm({ result, items }: Answer): boolean {
  if (items) return items.every(([, settled]) => settled.state !== 'failed' && settled.state !== 'asked');
  return result.state === 'warmed' || result.state === 'already';
}
