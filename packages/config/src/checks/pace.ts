/** Settings of pace and order that contradict each other, or have no meaning for a kind of endpoint. */

import { formatDuration } from '@longshore/settings/format';
import type { Endpoint } from '../endpoint.js';
import type { Step } from '../yaml/node.js';
import type { Check } from './check.js';

export function checkPace(endpoint: Endpoint, path: readonly Step[], { problems }: Check): void {
  const { kind, hold, rate, order, batch } = endpoint;
  if (kind === 'preheat') {
    const use = 'has no meaning for kind: preheat, whose deliveries are images. Remove it';
    const pull = 'use concurrency, and concurrency of preheat.registry and of each target';
    if (rate) problems.error([...path, 'rate'], `${use}; ${pull}`);
    if (batch) problems.error([...path, 'batch'], use);
    if (order !== 'none') problems.error([...path, 'order'], `${use}; latest: tag skips outdated images`);
  } else if (batch && order === 'repository') {
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
