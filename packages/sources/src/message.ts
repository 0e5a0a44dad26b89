/**
 * From what a kind read out of a message to what the request came to, for kinds whose events are delivered
 * normalized. A kind only says what a message is; ids, quarantine and what is delivered are the same for
 * all.
 *
 * An event that is none of push, pull, delete and mount is delivered with the sender's own message beside
 * the normalized fields, as `body`: whoever asked for such events reads there what the registry's fields
 * cannot say.
 */
import { EVENTS_V1, type Payload, type TakenEvent } from '@longshore/event';
import { exactNumbers } from './exact-numbers.js';
import { isWithinDepth } from './json.js';
import { eventFrom, type Fields } from './normalize.js';
import { normalizedPayload } from './normalized-payload.js';
import type { Incoming, Opened, RawRequest } from './port.js';
import { quarantinable } from './tokens.js';

/** What a kind made of one message: an event, nothing with a reason, or what is wrong with it. */
export type Reading = EventReading | { ignored: string } | { refused: string };

/** An event, by its fields. */
export interface EventReading {
  event: Fields;
  /** See `TakenEvent`. */
  dedupe?: string;
  /** The sender tells of blobs without saying in which repository they are. */
  nameless?: true;
}

/** One of the messages of a request. */
export interface Message {
  reading: Reading;
  /** What the same source can open again, when the message cannot be read. */
  body: Buffer;
  /** Finds the message in the request's JSON value. */
  find(root: unknown): unknown;
}

/** `JSON.stringify` overflows at some thousand levels; nothing real has more than a few. */
const MAX_DEPTH = 200;

/**
 * For a request that is one message.
 * @param find where the sender's own message is; all of the body unless given.
 */
export function openMessage(
  incoming: Incoming,
  kind: string,
  reading: Reading,
  find: Message['find'] = (root) => root,
): Opened {
  return openMessages(incoming, kind, [{ reading, body: incoming.raw.body, find }]);
}

/** For a request that is a list of messages: each is taken, ignored or quarantined on its own. */
export function openMessages(incoming: Incoming, kind: string, messages: readonly Message[]): Opened {
  const opened: Opened = { taken: [], quarantined: [] };
  // Looked for once, and only when a message is delivered with its sender's own words.
  let exact: { numbers: ReturnType<typeof exactNumbers> } | undefined;
  const numbersOf = () => {
    exact ??= { numbers: exactNumbers(incoming.text) };
    return exact.numbers;
  };
  for (const message of messages) {
    const { reading, body } = message;
    if ('ignored' in reading) {
      opened.note = reading.ignored;
      continue;
    }
    const taken =
      'refused' in reading ? reading.refused : take(incoming, kind, reading, message.find, numbersOf);
    if (typeof taken === 'string') opened.quarantined.push({ reason: taken, ...quarantinable(body) });
    else opened.taken.push(taken);
  }
  return opened;
}

/** A header's value, the first of several; undefined when it is empty. */
export function headerOf({ headers }: RawRequest, name: string): string | undefined {
  const value = headers[name];
  return (Array.isArray(value) ? value[0] : value) || undefined;
}

/** The event and what is delivered of it, or the reason why these fields are none. */
function take(
  { raw, source, value }: Incoming,
  kind: string,
  { event: fields, dedupe, nameless }: EventReading,
  find: Message['find'],
  numbersOf: () => ReturnType<typeof exactNumbers>,
): TakenEvent | string {
  const { receivedAt } = raw;
  const event = eventFrom(source, fields, receivedAt);
  if (typeof event === 'string') return event;
  const normalized = normalizedPayload(event);
  const from = { contentType: EVENTS_V1, source, kind, receivedAt, ...(dedupe && { dedupe }) };
  if (event.class === 'event') {
    // Nobody can act on an image without a name; a scan of a whole registry has none.
    if (!event.target.repository && !nameless) return 'the repository is missing';
    return { event, payload: { event: normalized }, ...from };
  }
  const body = find(value);
  if (!isWithinDepth(body, MAX_DEPTH)) return `the event is nested deeper than ${MAX_DEPTH} levels`;
  const payload: Payload = { event: { ...normalized, body } };
  const exact = numbersOf();
  if (typeof exact === 'string') return exact;
  const exactText = exact?.restore(JSON.stringify({ ...normalized, body: find(exact.value) }));
  return { event, payload: exactText ? { ...payload, text: exactText } : payload, ...from };
}
