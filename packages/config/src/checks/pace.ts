/** Settings of pace and order that contradict each other. */

import { formatDuration } from '@longshore/settings/format';
import type { Endpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

/** One endpoint. */
export function checkPace(endpoint: Endpoint, path: readonly Step[], { problems }: Check): void {
  const { hold, order, batch } = endpoint;
  if (batch && order === 'repository') {
    const why = 'cannot be combined with order: repository: one request would hold several repositories';
    problems.error([...path, 'batch'], `${why}. Use order: endpoint, or remove one of them`);
  }
  if (hold && hold.probe > hold.maxprobe) {
    const said = `${formatDuration(hold.maxprobe)} is less than probe, ${formatDuration(hold.probe)}`;
    problems.warning(
      [...path, 'hold', 'maxprobe'],
      `${said}: every delay is ${formatDuration(hold.maxprobe)}. Raise maxprobe`,
    );
  }
}
