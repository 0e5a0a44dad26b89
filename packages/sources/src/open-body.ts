/**
 * Makes the events of a body, message by message: what the kind read becomes an event with its id and payload, a note,
 * or an entry for quarantine.
 *
 * An event that is none of push, pull, delete and mount is delivered with the sender's own message beside the
 * normalized fields, as `body`: it has what the registry's fields cannot express.
 */
import { EVENTS_V1, type Payload } from '@longshore/event';
import { exactNumbers } from './exact-numbers.js';
import { isObject } from './json.js';
import type { EventReading, Incoming, Kind, Listed, Message, Opened, Refused, TakenReading } from './kind.js';
import { eventFrom, normalizedPayload } from './normalize.js';
import type { RawRequest } from './request.js';
import { quarantinable } from './tokens.js';

/** The most events of one request. Each costs a write for each endpoint before the sender gets its answer. */
export const MAX_EVENTS = 10_000;

/** What `list` returns for a request with more than {@link MAX_EVENTS} events. All of it is kept. */
export const TOO_MANY_EVENTS: Refused = { refused: 'too many events' };

/** A message for each item of a list, for `list` of a kind. @param none the note for a list without items */
export function messagesOf<T, M extends Message>(
  items: readonly T[],
  none: string,
  messageOf: (item: T, index: number) => M,
): Listed<M> {
  if (items.length > MAX_EVENTS) return TOO_MANY_EVENTS;
  return items.length === 0 ? { ignored: none } : items.map(messageOf);
}

/** The result of a body. Whatever its value is, it throws only if the kind does. */
export function openBody(kind: Kind, incoming: Incoming): Opened {
  const { raw, source } = incoming;
  const messages = listed(kind, incoming);
  if ('ignored' in messages) return { taken: [], quarantined: [], note: messages.ignored };
  if (messages === TOO_MANY_EVENTS) {
    return unreadable({ ...raw, body: kind.storable?.(raw.body) ?? raw.body }, messages.refused);
  }
  if ('refused' in messages) return unreadable(raw, messages.refused);
  const opened: Opened = { taken: [], quarantined: [] };
  const take = takerOf(incoming);
  for (const message of messages) {
    const reading = kind.read(message, incoming);
    if ('ignored' in reading) {
      opened.note = reading.ignored;
      opened.respond ??= reading.respond;
      if (kind.lines) opened.skipped = (opened.skipped ?? 0) + 1;
      continue;
    }
    const taken = 'event' in reading ? take(reading, message) : reading;
    if ('refused' in taken) {
      opened.quarantined.push({ reason: taken.refused, ...quarantinable(message.body?.() ?? raw.body) });
    } else {
      opened.taken.push({ ...taken.taken, source, kind: kind.kind, receivedAt: raw.receivedAt });
    }
  }
  return opened;
}

/** The result of a request of which nothing can be read. */
export function unreadable(raw: RawRequest, reason: string, fault?: unknown): Opened {
  const item = { reason, ...quarantinable(raw.body) };
  return { taken: [], quarantined: [fault === undefined ? item : { ...item, fault }] };
}

function listed(kind: Kind, incoming: Incoming): Listed<Message> {
  const { value } = incoming;
  if (!kind.list) return isObject(value) ? [{ value }] : { refused: 'the body is not an object' };
  const messages = kind.list(incoming);
  return 'length' in messages && messages.length > MAX_EVENTS ? TOO_MANY_EVENTS : messages;
}

/** Makes events of fields: each with what is delivered of it, or the reason why the fields are no event. */
function takerOf({ raw, source, value, text }: Incoming) {
  // Searched once, and only when a message is delivered with its sender's own values.
  let exact: ReturnType<typeof exactNumbers>;
  let isSearched = false;
  const numbersOf = () => {
    if (!isSearched) exact = exactNumbers(text);
    isSearched = true;
    return exact;
  };
  return (reading: EventReading, { find = (root) => root }: Message): TakenReading | Refused => {
    const event = eventFrom(source, reading.event, raw.receivedAt);
    if (typeof event === 'string') return { refused: event };
    const fields = normalizedPayload(event);
    const from = { event, contentType: EVENTS_V1, ...(reading.dedupe && { dedupe: reading.dedupe }) };
    if (event.class === 'event') {
      // No receiver can act on an image without a name; a scan of a whole registry has none.
      const isNamed = event.target.repository || reading.nameless;
      return isNamed ? { taken: { ...from, payload: { event: fields } } } : NO_REPOSITORY;
    }
    const numbers = numbersOf();
    if (typeof numbers === 'string') return { refused: numbers };
    const payload: Payload = { event: { ...fields, body: find(value) } };
    const exactText = numbers?.restore(JSON.stringify({ ...fields, body: find(numbers.value) }));
    return { taken: { ...from, payload: exactText ? { ...payload, text: exactText } : payload } };
  };
}

const NO_REPOSITORY: Refused = { refused: 'the repository is missing' };
