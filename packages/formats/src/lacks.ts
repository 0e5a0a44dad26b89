/** Whether an event has what a format needs. */
import type { EventView } from '@longshore/event';
import type { Needs } from './format.js';

/** Of an event, as far as {@link Needs} asks for it. */
export interface Had extends EventView {
  /** Of the registry, or the endpoint's `host`. */
  host?: string;
}

/** False when it has everything. */
export const lacks = (had: Had, { actions, fields = [] }: Needs): boolean =>
  actions?.includes(had.action) === false || fields.some((field) => !had[field]);
