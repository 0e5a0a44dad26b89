/** What a comparison says about the counters of the registry. Pure. */
import { plural } from '@longshore/event';
import type { CounterState } from '@longshore/queue/reconcile';

/** A span that was compared. Times are epoch milliseconds. */
export interface ComparedSpan {
  since: number;
  until: number;
}

/** @param state undefined: `registries[].debug` is not set */
export function counterWords(state: CounterState | undefined, { since, until }: ComparedSpan): string {
  if (!state) return 'its counters are not read (registries[].debug is not set)';
  const { lost, trouble, agreedSince } = state;
  if (lost && lost.until > since && lost.since < until) {
    const [from, to] = [iso(lost.since), iso(lost.until)];
    return `by its counters ${plural(lost.events, 'event')} did not arrive between ${from} and ${to}`;
  }
  if (trouble !== undefined) return `its counters could not be used: ${trouble}`;
  if (agreedSince === undefined) return 'its counters had no quiet moment yet';
  return agreedSince <= since ? 'its counters agree' : `its counters agree since ${iso(agreedSince)}`;
}

const iso = (at: number): string => new Date(at).toISOString();
