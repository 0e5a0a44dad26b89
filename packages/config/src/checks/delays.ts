/** Times that are accepted, as the registry does, but work against the receiver or the queue. */
import { type Endpoint, LONGEST_TIMER } from '../endpoint.js';
import { enoughAttempts, retryTime, roughly, SHORTEST_WINDOW } from '../giving-up.js';
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
  checkWindow(endpoint, path, problems);
}

const POLICY = ['threshold', 'backoff', 'maxbackoff', 'schedule'];

/** In the registry threshold only begins a pause and nothing is given up; here the delivery is. */
function checkWindow(endpoint: Endpoint, path: readonly Step[], problems: Check['problems']): void {
  const window = retryTime(endpoint);
  // What was said of one of the settings changes the time.
  const said = POLICY.some((key) => problems.spokenOf([...path, key]));
  if (endpoint.disabled || said || window >= SHORTEST_WINDOW) return;
  const threshold = enoughAttempts(endpoint);
  const remedy =
    threshold === undefined
      ? `Longer delays in ${endpoint.schedule.length > 0 ? 'schedule' : 'backoff or maxbackoff'} help`
      : `Write threshold: ${threshold}, for ${roughly(retryTime({ ...endpoint, threshold }))}`;
  const when =
    endpoint.threshold <= 1 ? 'after its first attempt' : `${roughly(window)} after its first attempt`;
  problems.warning(
    [...path, 'threshold'],
    `a delivery is given up ${when}, and goes to the dead-letter set; a restart of the receiver can take longer. ${remedy}`,
  );
}
