/**
 * Who has to be told what now. Pure, so that "once in a window, over all processes and restarts" can be tested as
 * numbers: what was told is read from Redis, the clock is passed in.
 *
 * What lasts is told once in a window, that it is over once. What comes back within the window is not told
 * again before its end: a condition that flaps costs at most two messages in a window.
 */
import type { Finding } from './finding.js';
import type { Message } from './words.js';

/** What one receiver was told of one condition. Kept in Redis, as JSON; times are epoch milliseconds. */
export interface Told {
  /** Of the condition, when it was last told. */
  since: number;
  /** When it was last told that it fires, or telling it was given up; absent: not yet. */
  toldAt?: number;
  /** What the receiver believes. */
  heard: 'nothing' | 'firing' | 'resolved';
  /** {@link Finding.amount} when it was last told. */
  amount?: number;
  /** A message under way: how many attempts were made, and when the next one is. */
  pending?: Pending;
  /** The condition, for the words of a message after its endpoint or receiver is gone. */
  alert: Finding['alert'];
  endpoint?: string;
}

/** A message that is still to arrive. */
export interface Pending {
  /** The same in every attempt of a message. */
  id: string;
  state: Message['state'];
  attempts: number;
  nextAt: number;
}

/** What to do about one condition: nothing is an answer, and so is forgetting it. */
export type Decision =
  | { do: 'nothing'; told?: Told }
  | { do: 'forget' }
  | { do: 'tell'; told: Told; message: Message };

/** @param finding undefined: the endpoint is no longer watched */
export function decide(
  finding: Finding | undefined,
  told: Told | undefined,
  window: number,
  now: number,
): Decision {
  if (finding?.firing) return whileFiring(finding, told, window, now);
  return told ? onceOver(finding, told, window, now) : { do: 'nothing' };
}

function whileFiring(finding: Finding, told: Told | undefined, window: number, now: number): Decision {
  const { alert, endpoint, since, amount } = finding;
  const before: Told = told ?? { since, heard: 'nothing', alert, endpoint };
  if (before.pending?.state === 'firing') {
    if (now < before.pending.nextAt) return { do: 'nothing', told };
  } else if (before.toldAt !== undefined) {
    const lasts = before.heard === 'firing' && amount !== undefined;
    const isMore = !lasts || before.amount === undefined || amount > before.amount;
    // It is over only when it was told so: a condition that came back meanwhile goes on as before.
    if (now - before.toldAt < window || !isMore) {
      // Fewer than before: from here on more is more again.
      const least = isMore ? before.amount : amount;
      return { do: 'nothing', told: { ...withoutPending(before), amount: least } };
    }
  }
  const began = before.heard === 'firing' ? before.since : since;
  return {
    do: 'tell',
    told: { ...before, since: began },
    message: { state: 'firing', since: began, finding },
  };
}

function onceOver(finding: Finding | undefined, told: Told, window: number, now: number): Decision {
  if (told.heard !== 'firing') {
    const quiet = told.toldAt !== undefined && now - told.toldAt < window;
    return quiet ? { do: 'nothing', told: withoutPending(told) } : { do: 'forget' };
  }
  if (told.pending?.state === 'resolved' && now < told.pending.nextAt) return { do: 'nothing', told };
  const { alert, endpoint, since } = told;
  const gone = {
    ...{ alert, endpoint, next: '', runbook: 'README.md', details: {} },
    summary: `${endpoint ?? alert} is no longer watched: the configuration has changed`,
  };
  return { do: 'tell', told, message: { state: 'resolved', since, finding: finding ?? gone } };
}

function withoutPending({ pending: _, ...told }: Told): Told {
  return told;
}

/** After the receiver took it. */
export function heard(
  { pending: _, ...told }: Told,
  message: Message,
  amount: number | undefined,
  now: number,
): Told {
  if (message.state === 'resolved') return { ...told, heard: 'resolved' };
  return { ...told, heard: 'firing', toldAt: now, amount };
}

/** After the last attempt failed: of a condition that lasts, the next window tells again. */
export function givenUp({ pending: _, ...told }: Told, message: Message, now: number): Told {
  return message.state === 'resolved' ? { ...told, heard: 'resolved' } : { ...told, toldAt: now };
}
