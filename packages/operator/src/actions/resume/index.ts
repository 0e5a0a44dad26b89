/** Lets the workers deliver to an endpoint again; one that is held is probed at once. What the configuration pauses stays paused. */
import type { Action } from '../action.js';
import { backlog } from '../backlog.js';

/** The action `resume`. */
export const resume: Action = {
  name: 'resume',
  summary: 'resume delivering to a paused endpoint, and probe one that is held',
  role: 'operator',
  description:
    'An endpoint that is held is probed at once. An endpoint with `paused: true` in the configuration stays paused: see `pausedByConfig`.',
  examples: ['alistener'],
  options: {},
  async run({ pauses, holds, endpoint }) {
    await pauses.resume(endpoint);
    await holds.probe(endpoint);
  },
  result(overview) {
    const { name, blocked, pausedByConfig, disabled, configured } = overview;
    const text = blocked ? `${name} is no longer paused by an operator` : `${name} is resumed`;
    const nothing = 'nothing is delivered to it';
    return [
      `${text}; ${backlog(overview)}`,
      ...(pausedByConfig
        ? [`${name} is still paused in the configuration; remove \`paused: true\` there`]
        : []),
      ...(disabled ? [`${name} is disabled in the configuration; ${nothing}`] : []),
      ...(configured ? [] : [`${name} is not in the configuration; ${nothing}`]),
    ];
  },
};
