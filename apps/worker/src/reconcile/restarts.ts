/**
 * Restarts of a registry: a process that is new sends under a new instance id, and what the one before it had not sent
 * is lost. Pure.
 */
import type { CounterState, Sender } from '@longshore/queue/reconcile';

/** A process that is new. Times are epoch milliseconds. */
export interface Restart {
  /** Events may be missing after this. */
  since: number;
  /** Of its first event. */
  until: number;
  /** In the registry's queue at `since`; absent: unknown. */
  pending?: number;
}

/**
 * Of a source whose first processes are known. A new one at an address that another one had is a restart. One at an
 * address of its own is a restart unless all others have sent since: then there is one more.
 */
export function restartsIn(senders: readonly Sender[], counters?: CounterState): Restart[] {
  const known = senders.filter((sender) => sender.known);
  if (known.length === 0) return [];
  return senders
    .filter((sender) => !sender.known)
    .flatMap((fresh): Restart[] => {
      const here = senders.filter(({ id, addr, firstAt }) => {
        return id !== fresh.id && addr === fresh.addr && firstAt <= fresh.firstAt;
      });
      const ended = here.length > 0 ? here : known.filter(({ lastAt }) => lastAt <= fresh.firstAt);
      if (ended.length === 0) return [];
      const since = Math.max(...ended.map(({ lastAt }) => lastAt));
      return [narrowed({ since: Math.min(since, fresh.firstAt), until: fresh.firstAt }, counters)];
    });
}

/** A look at the counters between the two processes says what was in the queue then, and that all before it had left. */
function narrowed(restart: Restart, counters: CounterState = {}): Restart {
  const { before, last } = counters;
  const looks = [before, last && { at: last.at, pending: pendingOf(last) }];
  const look = looks.flatMap((one) => one ?? []).find(({ at }) => at >= restart.since && at <= restart.until);
  if (!look) return restart;
  return { ...restart, ...(look.pending === 0 && { since: look.at }), pending: look.pending };
}

const pendingOf = ({ processes }: NonNullable<CounterState['last']>): number =>
  Object.values(processes).reduce((total, { pending }) => total + pending, 0);
