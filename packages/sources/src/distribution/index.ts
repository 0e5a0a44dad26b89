/**
 * CNCF Distribution (`registry` 2.x and 3.x) and everything that writes its envelope: Harbor's preheat
 * driver "Kraken" with capitalised keys, and the forms of 2015 that documentation still shows.
 * Source: `notifications/{event,bridge,http}.go` of distribution 2.8.3 and 3.1.1.
 */
import { EVENTS_V1 } from '@longshore/event';
import { exactNumbers } from '../exact-numbers.js';
import {
  type Incoming,
  type Kind,
  MAX_EVENTS,
  type Opened,
  type RawRequest,
  TOO_MANY_EVENTS,
  unreadable,
} from '../port.js';
import { eventsMediaType, eventsOf, isEnvelope } from './envelope.js';
import { type Entry, readEvent } from './event.js';
import { sender } from './sender.js';
import type { ActorUser } from './trim.js';
import { withoutActorUser } from './without-actor-user.js';

/** The kind `distribution`. */
export const distribution: Kind = {
  kind: 'distribution',
  sender,
  recognizes,
  open: (incoming) => openEnvelope(incoming, 'distribution'),
  storable: (body) => withoutActorUser(body, 'token'),
};

/** By the registry's media type; without it by a list of events, which an empty object has not. */
function recognizes(raw: RawRequest, value: unknown): boolean {
  return eventsMediaType(raw) !== undefined || isEnvelope(value);
}

/**
 * Opens an envelope, also for other kinds whose sender writes it.
 * @param actorUser what is taken out of `actor.user`: a token if it is one, or whatever is there.
 */
export function openEnvelope(incoming: Incoming, kind: string, actorUser: ActorUser = 'token'): Opened {
  const { raw, source, value } = incoming;
  const events = eventsOf(value);
  if (typeof events === 'string') return unreadable(raw, events);
  if (events.length > MAX_EVENTS) return unreadable(raw, TOO_MANY_EVENTS);
  const entries = entriesOf(incoming, events);
  if (typeof entries === 'string') return unreadable(raw, entries);
  const contentType = eventsMediaType(raw) ?? EVENTS_V1;
  const opened: Opened = { taken: [], quarantined: [] };
  if (entries.length === 0) opened.note = 'the envelope has no events';
  for (const entry of entries) {
    const read = readEvent(entry, incoming, actorUser);
    if (read.result === 'quarantined') opened.quarantined.push(read.item);
    else if (read.result === 'ping') opened.note = 'a ping is no event';
    else {
      const { event, payload } = read;
      const { receivedAt } = raw;
      opened.taken.push({ event, payload, contentType, source, kind, receivedAt });
    }
  }
  return opened;
}

function entriesOf({ raw, text }: Incoming, events: readonly unknown[]): Entry[] | string {
  const body = events.length === 1 ? raw.body : undefined;
  const numbers = exactNumbers(text);
  if (typeof numbers === 'string') return numbers;
  const exactly = numbers && eventsOf(numbers.value);
  if (!numbers || !Array.isArray(exactly)) return events.map((event) => ({ value: event, body }));
  return events.map((event, index) => ({ value: event, exact: { numbers, value: exactly[index] }, body }));
}
