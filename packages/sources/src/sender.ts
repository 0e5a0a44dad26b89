/**
 * What the sender behind a kind does when it gets no 2xx, and so whether a 503 is a delay or a loss.
 * `longshore check` and the kind's README say it in the same words.
 */

/**
 * - `retries-for-ever`: keeps the event until it is taken.
 * - `retries`: sends again for as long as its settings say, then drops the event.
 * - `gives-up`: sends again a few times, or nobody knows how often; the settings of Longshore's side cannot tell.
 * - `never-retries`: an event that is not taken is gone; also where no documentation speaks of retries.
 * - `disables-itself`: after some failures nothing more is sent at all.
 */
export const ON_FAILURE = [
  'retries-for-ever',
  'retries',
  'gives-up',
  'never-retries',
  'disables-itself',
] as const;

/** What a sender does with an event that was not taken. */
export type OnFailure = (typeof ON_FAILURE)[number];

/** A kind's sender. Both texts are whole sentences and stand in the kind's README as they are. */
export interface Sender {
  onFailure: OnFailure;
  /** What it does when it gets no 2xx. */
  words: string;
  /** What to set on its side. */
  advice: string;
}

/**
 * Is a 503 only a delay, because the sender keeps the event? Its own queue is then the better place to wait: it
 * outlives this machine. One that nobody knows (undefined) is not relied on.
 */
export function keepsWhatIsRefused(sender: Sender | undefined): boolean {
  return sender?.onFailure === 'retries-for-ever' || sender?.onFailure === 'retries';
}
