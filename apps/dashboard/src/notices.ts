/** What every page says at its top, whatever it is about. */
import type { certificateExpiries } from '@longshore/config';
import { formatDuration } from '@longshore/event';

/** Long enough for a weekend and a change that has to be approved. */
const SOON_MS = 14 * 86_400_000;

/** One line for each configured certificate that expires soon, or has expired. @param now epoch milliseconds */
export function expiringSoon(expiries: ReturnType<typeof certificateExpiries>, now: number): string[] {
  return expiries
    .filter(({ at }) => at - now < SOON_MS)
    .map(({ setting, at }) => {
      const when =
        at > now ? `expires in ${formatDuration(at - now)}` : `expired ${formatDuration(now - at)} ago`;
      return `The certificate of ${setting} ${when}. Renew it: a changed file is read without a restart.`;
    });
}
