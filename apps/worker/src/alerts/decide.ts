/**
 * Which message a receiver is to get now. Pure, so that "once in a window, over all processes and restarts" can be
 * tested as numbers: what is remembered is read from Redis, the clock is passed in.
 *
 * What lasts is notified once in a window, that it is over once. What comes back within the window is not notified
 * again before its end: a condition that flaps costs at most two messages in a window.
 */
import type { Finding } from './finding.js';
import type { MessageState, NotificationState, PendingMessage } from './state.js';

/** A message to a receiver: the condition began or lasts, or it is over. */
export interface Message {
  state: MessageState;
  /** Of the condition; epoch milliseconds. */
  since: number;
  finding: Pick<Finding, 'alert' | 'endpoint' | 'summary' | 'next' | 'runbook' | 'details' | 'amount'>;
}

/** What is remembered from now on, undefined for nothing; and the message to send, if there is one. */
export interface Decision {
  state?: NotificationState;
  message?: Message;
}

/** How the delivery of a message ended. */
export interface DeliveryResult {
  ended: 'delivered' | 'ignored' | 'dead';
  /** A request was made, or may have been: a receiver that answers too late has the message all the same. */
  attempted: boolean;
}

/** @param finding undefined: the endpoint is no longer watched */
export function decide(
  finding: Finding | undefined,
  state: NotificationState | undefined,
  window: number,
  now: number,
): Decision {
  if (finding?.firing) return whileFiring(finding, state, window, now);
  return state ? onceOver(finding, state, window, now) : {};
}

function whileFiring(
  finding: Finding,
  before: NotificationState | undefined,
  window: number,
  now: number,
): Decision {
  const { alert, endpoint, since, amount } = finding;
  const state: NotificationState = before ?? { since, notified: 'nothing', alert, endpoint };
  const began = state.notified === 'firing' ? state.since : since;
  const message: Message = { state: 'firing', since: began, finding };
  if (state.pending?.state === 'firing') return goOn(state, message);
  if (state.notifiedAt !== undefined) {
    const lasts = state.notified === 'firing' && amount !== undefined;
    const isMore = !lasts || state.amount === undefined || amount > state.amount;
    // It is over only when the receiver was notified of that: a condition that is back before that continues.
    if (now - state.notifiedAt < window || !isMore) {
      // Fewer than before: from here on more is more again.
      const least = isMore ? state.amount : amount;
      return { state: { ...outdate(state), amount: least } };
    }
  }
  return { state: { ...withoutPending(state), since: began }, message };
}

function onceOver(
  finding: Finding | undefined,
  state: NotificationState,
  window: number,
  now: number,
): Decision {
  const { alert, endpoint, since } = state;
  if (state.notified !== 'firing') {
    const rest = outdate(state);
    const quiet = state.notifiedAt !== undefined && now - state.notifiedAt < window;
    return quiet || rest.pending ? { state: rest } : {};
  }
  const removed = {
    ...{ alert, endpoint, next: '', runbook: 'README.md', details: {} },
    summary: `${endpoint ?? alert} is no longer watched: the configuration has changed`,
  };
  const message: Message = { state: 'resolved', since, finding: finding ?? removed };
  if (state.pending?.state === 'resolved') return goOn(state, message);
  return { state: withoutPending(state), message };
}

/** The pending message is still the right one. Unless it is in the queue for certain, it is published again. */
function goOn(state: NotificationState, message: Message): Decision {
  const { pending } = state;
  if (pending === undefined) return { state };
  const current = { ...state, pending: { ...pending, outdated: undefined } };
  return pending.queued ? { state: current } : { state: current, message };
}

/** The pending message is no longer the right one. A delivery that is in the queue may be made all the same. */
function outdate(state: NotificationState): NotificationState {
  const { pending } = state;
  return pending?.queued ? { ...state, pending: { ...pending, outdated: true } } : withoutPending(state);
}

function withoutPending({ pending: _, ...state }: NotificationState): NotificationState {
  return state;
}

/** After the delivery of the pending message has ended. Of a condition that lasts, the next window notifies again. */
export function settled(
  state: NotificationState,
  { ended, attempted }: DeliveryResult,
  now: number,
): NotificationState {
  const { pending } = state;
  if (pending === undefined) return state;
  const rest = withoutPending(state);
  if (ended === 'delivered') {
    if (pending.state === 'resolved') return { ...rest, notified: 'resolved' };
    return { ...rest, notified: 'firing', notifiedAt: now, amount: pending.amount };
  }
  const next = attempted ? perhapsReceived(rest, pending) : rest;
  // What is ignored was out of date at that moment, also when its condition has changed back since.
  if (pending.outdated || ended === 'ignored') return next;
  return pending.state === 'resolved' ? { ...rest, notified: 'resolved' } : { ...next, notifiedAt: now };
}

/**
 * The receiver may show that the condition fires, so its end is sent. It may also show that it is over, or not know of
 * it at all, so what lasts is sent again in the next window, even if it is not more.
 */
function perhapsReceived(state: NotificationState, { state: sent }: PendingMessage): NotificationState {
  const isRepeated = sent === 'firing' && state.notified === 'firing';
  return { ...state, notified: 'firing', amount: isRepeated ? state.amount : undefined };
}
