/** Times that are valid, as in the registry, but harm the receiver or the queue. */

import { formatDuration } from '@longshore/settings/format';
import { type Endpoint, LONGEST_TIMER_MS } from '../endpoint.js';
import { enoughAttempts, retryTime, roughly, SHORTEST_WINDOW_MS } from '../giving-up.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

const SHORT_TIMEOUT_MS = 100;
const LONG_TIMEOUT_MS = 5 * 60_000;
const LONG_COLLAPSE_MS = 60_000;

/** The times of one endpoint. */
export function checkDelays(endpoint: Endpoint, path: readonly Step[], { problems }: Check): void {
  const { timeout, backoff, maxbackoff, schedule, collapse } = endpoint;
  const place = [...path, 'timeout'];
  // A number without a unit has its own warning.
  if (!problems.spokenOf(place)) {
    const said = `${formatDuration(timeout)} for a whole attempt`;
    if (timeout < SHORT_TIMEOUT_MS)
      problems.warning(place, `${said} is short: a slow response causes a duplicate. Write 1s or more`);
    if (timeout > LONG_TIMEOUT_MS) {
      const cut = timeout >= LONGEST_TIMER_MS ? ' (the maximum)' : '';
      problems.warning(
        place,
        `${said}${cut} is long: a hanging receiver holds a slot that long. Write 30s or less`,
      );
    }
  }
  if (collapse > LONG_COLLAPSE_MS) {
    const said = `${formatDuration(collapse)} is long: if a sender that sends no digest pushes a tag twice within it, only the first push is delivered`;
    problems.warning(
      [...path, 'collapse'],
      `${said}. Write 10s, or at most ${formatDuration(LONG_COLLAPSE_MS)}`,
    );
  }
  if (schedule.length === 0 && backoff > maxbackoff) {
    const said = `${formatDuration(maxbackoff)} is less than backoff, ${formatDuration(backoff)}`;
    problems.warning(
      [...path, 'maxbackoff'],
      `${said}: every delay is ${formatDuration(maxbackoff)}. Raise maxbackoff`,
    );
  }
  checkWindow(endpoint, path, problems);
}

const POLICY = ['threshold', 'backoff', 'maxbackoff', 'schedule'];

/** In the registry threshold only starts a pause; here the delivery is dead-lettered, and revived only after a hold. */
function checkWindow(endpoint: Endpoint, path: readonly Step[], problems: Check['problems']): void {
  if (endpoint.hold?.revive) return;
  const window = retryTime(endpoint);
  // A problem of one of the settings changes the time.
  const said = POLICY.some((key) => problems.spokenOf([...path, key]));
  if (endpoint.disabled || said || window >= SHORTEST_WINDOW_MS) return;
  const threshold = enoughAttempts(endpoint);
  const remedy =
    threshold === undefined
      ? `Raise the delays in ${endpoint.schedule.length > 0 ? 'schedule' : 'backoff or maxbackoff'}`
      : `Write threshold: ${threshold}, for ${roughly(retryTime({ ...endpoint, threshold }))}`;
  const when =
    endpoint.threshold <= 1 ? 'after its first attempt' : `${roughly(window)} after its first attempt`;
  problems.warning(
    [...path, 'threshold'],
    `a delivery is dead-lettered ${when}; a restart of the receiver can take longer. ${remedy}${endpoint.hold ? '' : ', or remove `hold: false`'}`,
  );
}
