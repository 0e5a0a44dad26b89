/**
 * Why the manager began no job. It reads the manifest before it answers, and every failure there is a 500:
 * only the text distinguishes what cannot succeed later from what may.
 */
import { failed } from '../failure.js';
import { type Answer, refusedBy } from '../http.js';
import type { Failed } from '../target.js';
import { wordsIn } from './job.js';

/** `now`: epoch milliseconds. */
export function rejectedBy(answer: Answer, now: number): Failed {
  const words = wordsIn(answer.body);
  if (answer.status !== 500) return refusedBy(answer, now, words);
  const said = `${answer.place}: ${answer.show(words)}`;
  if (/no matching manifest/i.test(words)) {
    return failed('platform', `${said}; the image has none for it`, { retryable: false });
  }
  if (/unauthorized|authentication required|\bdenied\b|forbidden|\b40[13]\b/i.test(words)) {
    return failed(
      'credentials',
      `${said}; the registry rejects the manager’s credentials: check preheat.registry.auth`,
    );
  }
  if (/manifest unknown|name unknown|not found|\b404\b/i.test(words)) {
    return failed(
      'absent',
      `${said}; the manager does not find it in the registry: check the target’s registry`,
    );
  }
  return refusedBy(answer, now, words);
}
