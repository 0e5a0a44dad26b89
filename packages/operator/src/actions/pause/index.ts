/** Stops all workers from delivering to an endpoint. One that is paused already keeps its first reason. */
import { localTime, printable } from '@longshore/event';
import type { Action } from '../action.js';
import { backlog } from '../backlog.js';

/** The action `pause`. */
export const pause: Action = {
  name: 'pause',
  summary: 'stop delivering to an endpoint; its events are queued',
  role: 'operator',
  description:
    'All workers stop delivering to it at once, also after a restart. New events are accepted and queued.',
  examples: ["alistener --reason 'moves to another machine tonight'", 'alistener --json'],
  options: { reason: { words: 'shown to other operators', maxLength: 500 } },
  async run({ pauses, endpoint, by }, { reason }) {
    await pauses.pause(endpoint, { by, reason });
  },
  result(overview) {
    const { since, reason } = overview.pause ?? {};
    const at = since === undefined ? '' : ` since ${localTime(since)}`;
    const why = reason ? ` (${printable(reason)})` : '';
    return [`${overview.name} is paused${at}${why}; ${backlog(overview)}, new events are queued`];
  },
};
