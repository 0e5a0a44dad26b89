/**
 * What the sender behind a kind does when it gets no 2xx, and so whether a 503 is a delay or a loss.
 * `longshore check` and the kind's README say it in the same words.
 */

/**
 * What a sender does with an event that was not accepted.
 * - `retries-for-ever`: keeps the event until it is accepted.
 * - `retries`: retries for as long as its settings say, then drops the event.
 * - `gives-up`: retries a few times, or an unknown number of times.
 * - `never-retries`: an event that is not accepted is lost; also where no documentation mentions retries.
 * - `disables-itself`: after some failures nothing more is sent at all.
 */
export type OnFailure = 'retries-for-ever' | 'retries' | 'gives-up' | 'never-retries' | 'disables-itself';

/** A kind's sender. Both texts are whole sentences, repeated in the kind's README. */
export interface Sender {
  onFailure: OnFailure;
  /** What it does when it gets no 2xx. */
  words: string;
  /** What to set on its side. */
  advice: string;
}

/**
 * Is a 503 only a delay, because the sender keeps the event? Its own queue is then the better place to wait: it
 * outlives this machine. An unknown sender (undefined) counts as one that does not keep it.
 */
export function keepsWhatIsRefused(sender: Sender | undefined): boolean {
  return sender?.onFailure === 'retries-for-ever' || sender?.onFailure === 'retries';
}
