/**
 * One call for one part, in its turn: claimed so that no other image asks for the same thing, within the target's
 * limit, and its result kept before the next one begins.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Lease } from './memory.js';
import { handleOf, type Moment, type PartState, readState, resultOf } from './states.js';
import type { Aborted, Pending, Settled } from './targets/target.js';

/** Milliseconds between two tries to get a turn: the first gap, and the longest. */
const SOON = 50;
const LATE = 1_000;
/** Another image waits for this part at the target, for longer than a slot is to be held: look again later. */
const BUSY_PATIENCE = 20_000;
const BUSY_LOOK = 10_000;
/** Beyond the time of the next look another image may ask for the part too. */
const POLL_MARGIN = 60_000;

/** A result, and for a whole image that of each item. */
export interface Answer {
  result: Settled | Pending | Aborted;
  items?: PartState['items'];
}

/** A call that is to be made in its turn. `handle`: of the last answer, when work goes on. */
export interface Turn {
  target: string;
  limit: number;
  /** Names what is warmed; the same name at the same target is the same thing. */
  part: string;
  call(handle: string | undefined): Promise<Answer>;
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
  known(target: string, part: string): Answer | undefined {
    return resultOf(this.#states.get(`${target}\n${part}`), this.moment);
  }

  /** The result, after a call if it needs one. */
  async take(turn: Turn): Promise<Answer> {
    const { target, part, limit } = turn;
    const known = this.known(target, part);
    if (known) return known;
    const began = Date.now();
    for (let gap = SOON; ; gap = Math.min(2 * gap, LATE)) {
      if (this.signal.aborted) return { result: { state: 'aborted' } };
      const claim = await this.lease.claim(target, part, limit);
      if (claim === 'warm') return { result: { state: 'already', verified: false } };
      if (claim === 'taken') return this.#call(turn);
      if (claim === 'busy' && Date.now() - began > BUSY_PATIENCE) {
        const detail = 'another image waits for it at the target';
        return { result: { state: 'pending', pollAt: Date.now() + BUSY_LOOK, handle: '', detail } };
      }
      await pause(gap, undefined, { signal: this.signal }).catch(() => {});
    }
  }

  async #call({ target, part, call }: Turn): Promise<Answer> {
    const key = `${target}\n${part}`;
    const answer = await call(handleOf(this.#states.get(key)));
    const { result, items } = answer;
    if (result.state === 'aborted') {
      await this.lease.finish(target, part, {});
      return answer;
    }
    const { run, attempt } = this.moment;
    const state: PartState = { at: Date.now(), run, attempt, result, ...(items && { items }) };
    this.#states.set(key, state);
    const pending = result.state === 'pending';
    await this.lease.finish(target, part, {
      state: JSON.stringify(state),
      ...(isWarm(answer) && { warmFor: this.window }),
      ...(pending && { busyFor: Math.max(0, result.pollAt - Date.now()) + POLL_MARGIN }),
    });
    return answer;
  }
}

/** Seen to be there, or fetched: not merely asked for. */
function isWarm({ result, items }: Answer): boolean {
  if (items) return items.every(([, settled]) => settled.state !== 'failed' && settled.state !== 'asked');
  return result.state === 'warmed' || result.state === 'already';
}
