/**
 * What counters say beside what was received. Pure.
 *
 * Ingest counts an event before it answers, and the registry counts it after the answer. So in a quiet moment, in which
 * neither moves and no queue holds anything, both have grown by the same since the quiet moment before. At any moment,
 * a registry that counts more than came has delivered events to something else.
 */
import type { CountedLoss, CounterLook, CounterState, RegistryCounters } from '@longshore/queue/reconcile';

/** What a look brought. */
export interface Judged {
  state: CounterState;
  /** A process began again: what was in its queue is gone. `pending`: in all queues at the look before. */
  restarted?: { since: number; until: number; pending: number };
  /** Events are missing. */
  lost?: CountedLoss;
}

/** Of all processes together. */
const sum = ({ processes }: CounterLook, key: keyof RegistryCounters): number =>
  Object.values(processes).reduce((total, counters) => total + counters[key], 0);

/** Events that are neither delivered nor in a queue. */
const dropped = (look: CounterLook): number =>
  sum(look, 'events') - sum(look, 'successes') - sum(look, 'pending');

const MORE_RECEIVED =
  'more was received than the registry counts as delivered; a process is missing in registries[].debug, or another sender uses the source';

/** @param look what was received is read a moment after the counters: at least all that they count as delivered */
export function judge({ trouble: _, ...state }: CounterState, look: CounterLook): Judged {
  const { last, anchor } = state;
  if (!last || !isSameSet(last, look))
    return { state: { ...state, last: look, anchor: undefined, agreedSince: undefined } };
  if (hasBegunAgain(last, look)) {
    const pending = sum(last, 'pending');
    return {
      state: { lost: state.lost, last: look, before: { at: last.at, pending } },
      restarted: { since: last.at, until: look.at, pending },
    };
  }
  // Redis has forgotten what was received: all of that would look lost.
  if (look.received < last.received)
    return { state: { ...state, last: look, anchor: undefined, agreedSince: undefined } };
  const isQuiet = sum(look, 'pending') === 0 && isStill(last, look);
  const next = { ...state, last: look };
  if (!anchor) return { state: isQuiet ? { ...next, anchor: look, agreedSince: look.at } : next };
  const missing = sum(look, 'successes') - sum(anchor, 'successes') - (look.received - anchor.received);
  const gone = isQuiet ? dropped(look) - dropped(anchor) : 0;
  const events = Math.max(0, missing) + Math.max(0, gone);
  if (events > 0) {
    const lost = { events, since: anchor.at, until: look.at };
    // What is missing is missing from now on: the next look must not find it again.
    const shifted = { ...anchor, at: look.at, received: anchor.received - Math.max(0, missing) };
    return {
      state: { ...next, lost, anchor: isQuiet ? look : shifted, agreedSince: look.at },
      lost,
    };
  }
  if (!isQuiet) return { state: next };
  return {
    state: { ...next, anchor: look, ...(missing < 0 && { agreedSince: look.at, trouble: MORE_RECEIVED }) },
  };
}

const isSameSet = (a: CounterLook, b: CounterLook): boolean =>
  Object.keys(a.processes).sort().join() === Object.keys(b.processes).sort().join();

const hasBegunAgain = (before: CounterLook, now: CounterLook): boolean =>
  Object.entries(now.processes).some(([url, { events, successes }]) => {
    const was = before.processes[url];
    return was !== undefined && (events < was.events || successes < was.successes);
  });

const isStill = (before: CounterLook, now: CounterLook): boolean =>
  before.received === now.received &&
  (['events', 'successes', 'pending'] as const).every((key) => sum(before, key) === sum(now, key));
