/** What is said of data that Redis has lost: in the log, by `/readyz`, and on the home page. */
import type { Observer } from '@longshore/observe';
import type { Loss } from '@longshore/queue/lost';

/** How long a loss is shown beside the log. */
const SHOWN_FOR_MS = 24 * 3_600_000;

/** Records a loss that no other process has reported. */
export function reportLoss(observer: Observer, loss: Loss): void {
  const { from, until, state } = loss;
  observer.queueLost({ from, until, state, detail: lossWords(loss) });
}

/** What to show of the last loss: a line while it is new, else none. */
export function lossNotes(loss: Loss | undefined, now = Date.now()): string[] {
  return loss && now - loss.until < SHOWN_FOR_MS ? [lossWords(loss)] : [];
}

/**
 * The loss in one line.
 * @param replay command that delivers the archived events of the window again; absent without an archive
 */
function lossWords({ from, until, state }: Loss, replay?: string): string {
  const [first, last] = [from, until].map((at) => new Date(at).toISOString());
  const window = `deliveries received from ${first} until ${last} may be missing`;
  const next = replay ?? 'send those events again from the registry';
  return state === 'empty'
    ? `Redis lost all of its data: ${window}, and dead letters and quarantined requests of before are gone. Pauses and settings were written again; ${next}`
    : `Redis came back with its data of ${first}: ${window}, and what was delivered in between is delivered again; ${next}`;
}
