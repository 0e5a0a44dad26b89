/** What a receiver needs of an event, so that it is not sent what it would refuse. */
import type { EventView } from './delivery.js';

/** See the header. An event that lacks some of it is ignored by the rule `format`. */
export interface Needs {
  /** The event is one of these. Absent: any. */
  actions?: readonly string[];
  /** The event has each of these. Absent: none. `host`: the registry's, unless the endpoint names one. */
  fields?: readonly ('repository' | 'tag' | 'digest' | 'mediaType' | 'host')[];
}

/** What {@link lacks} looks at. */
export interface Had extends EventView {
  /** Of the registry. */
  host?: string | undefined;
}

/** False when the event has everything. */
export const lacks = (had: Had, { actions, fields = [] }: Needs): boolean =>
  actions?.includes(had.action) === false || fields.some((field) => !had[field]);
