/** Times that are accepted, as the registry does, but work against the receiver or the queue. */
import { type Endpoint, LONGEST_TIMER } from '../endpoint.js';
import { formatDuration } from '../values/duration.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

const SHORT_TIMEOUT = 100;
const LONG_TIMEOUT = 5 * 60_000;
const LONG_COLLAPSE = 60_000;

export function checkDelays(endpoint: Endpoint, path: readonly Step[], { problems }: Check): void {
  const { timeout, backoff, maxbackoff, schedule, collapse } = endpoint;
  const place = [...path, 'timeout'];
  // A number without a unit has its own warning.
  if (!problems.spokenOf(place)) {
    const said = `${formatDuration(timeout)} for a whole attempt`;
    if (timeout < SHORT_TIMEOUT)
      problems.warning(place, `${said} is short: a slow answer is delivered twice. Write 1s or more`);
    if (timeout > LONG_TIMEOUT) {
      const cut = timeout >= LONGEST_TIMER ? ' (the most there is)' : '';
      problems.warning(
        place,
        `${said}${cut} is long: a receiver that hangs holds its place that long. Write 30s or less`,
      );
    }
  }
  if (collapse > LONG_COLLAPSE) {
    const said = `${formatDuration(collapse)} is long: a tag that is pushed twice within it by a sender that names no digest is delivered once`;
    problems.warning(
      [...path, 'collapse'],
      `${said}. Write 10s, or at most ${formatDuration(LONG_COLLAPSE)}`,
    );
  }
  if (schedule.length === 0 && backoff > maxbackoff) {
    const said = `${formatDuration(maxbackoff)} is less than backoff, ${formatDuration(backoff)}`;
    problems.warning(
      [...path, 'maxbackoff'],
      `${said}: every delay is ${formatDuration(maxbackoff)}. Raise maxbackoff`,
    );
  }
}
