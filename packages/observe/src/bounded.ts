/** Bounds of what a record repeats from outside, so that no sender makes a line of the log as long as it likes. */
import type { EventSummary } from './records.js';

/** Characters of a field. What senders and receivers write is cut before to less; this is for what was forgotten. */
const LONGEST_FIELD = 1_000;

/** Events of a request that its record lists: some 150 KB. `longshore trace` knows all of them. */
const MOST_EVENTS = 1_000;

/** Cuts the texts of a record, its list of events and their names. Changes and returns `fields`. */
export function bounded<Fields extends object>(fields: Fields): Fields {
  for (const [name, value] of Object.entries(fields)) {
    const isLong = typeof value === 'string' && value.length > LONGEST_FIELD;
    if (isLong) Reflect.set(fields, name, `${value.slice(0, LONGEST_FIELD)}…`);
    else if (name === 'events' && Array.isArray(value)) boundEvents(fields, value);
  }
  return fields;
}

function boundEvents(fields: object, events: readonly EventSummary[]): void {
  Reflect.set(fields, 'events', events.slice(0, MOST_EVENTS).map(boundedEvent));
  if (events.length > MOST_EVENTS) Reflect.set(fields, 'eventsNotListed', events.length - MOST_EVENTS);
}

/** Characters of an event's id, repository … in a record. A registry allows 255. */
const LONGEST_NAME = 300;

function boundedEvent(event: EventSummary): EventSummary {
  const isLong = (value: unknown) => typeof value === 'string' && value.length > LONGEST_NAME;
  if (!Object.values(event).some(isLong)) return event;
  const pairs = Object.entries(event).map(([name, value]) => [
    name,
    isLong(value) ? `${value.slice(0, LONGEST_NAME)}…` : value,
  ]);
  return Object.fromEntries(pairs);
}
