/**
 * The events of an envelope, and one of them: the normalized view, and what is delivered.
 *
 * An event in the registry's own form is delivered as it came. The other forms are delivered normalized: a
 * receiver written for the registry looks for `target.repository`, and would find `Target.Repository` or
 * `target.name`.
 */
import { EVENTS_V1, type Payload } from '@longshore/event';
import { type ExactNumbers, exactNumbers } from '../../exact-numbers.js';
import { foldKeys, isObject, type JsonObject } from '../../json.js';
import type { Incoming, Listed, Message, Reading } from '../../kind.js';
import { eventFrom, type Fields, missing, normalizedPayload } from '../../normalize.js';
import { messagesOf } from '../../open-body.js';
import { eventsMediaType, eventsOf } from './envelope.js';
import { fieldsOf, isOwnForm } from './forms.js';
import { referencesOf } from './references.js';
import { type ActorUser, removeReferences, removeSecrets } from './trim.js';

/** An entry of the list. */
export interface Entry extends Message {
  /** The same with its numbers marked, when some number of the body needs it. */
  exact?: { numbers: ExactNumbers; value: unknown };
}

/** The events as messages, also for other kinds whose sender writes the envelope. */
export function entriesOf({ text, value }: Incoming): Listed<Entry> {
  const events = eventsOf(value);
  if (typeof events === 'string') return { refused: events };
  const numbers = exactNumbers(text);
  if (typeof numbers === 'string') return { refused: numbers };
  const exactly = numbers && eventsOf(numbers.value);
  return messagesOf(events, 'the envelope has no events', (event, index) => {
    const entry: Entry = { value: event };
    if (numbers && Array.isArray(exactly)) entry.exact = { numbers, value: exactly[index] };
    if (events.length > 1) entry.body = () => encoded(entry);
    return entry;
  });
}

/**
 * Never throws, and may change the entry's value: what is delivered is that value itself.
 * @param actorUser what is removed from `actor.user`: a token if it is one, or any value
 */
export function readEvent(entry: Entry, incoming: Incoming, actorUser: ActorUser = 'token'): Reading {
  const { raw, source, includeReferences } = incoming;
  const { value, exact } = entry;
  if (!isObject(value)) return { refused: 'the event is not an object' };
  const twin = isObject(exact?.value) ? exact.value : undefined;
  // The body as sent is not kept when it holds a secret.
  if (removeSecrets(value, actorUser)) entry.body = () => encoded(entry);
  if (twin) removeSecrets(twin, actorUser);

  const fields = fieldsOf(value);
  // The proposal of 2015 had an action `ping` to try a receiver; it is not about an image.
  if (fields.action === 'ping') return { ignored: 'a ping is no event' };
  const fault = faultOf(value, fields);
  if (fault) return { refused: fault };
  if (twin && typeof fields.id === 'number')
    fields.id = exact?.numbers.numberOf(fieldsOf(twin).id) ?? fields.id;
  const references = includeReferences ? [] : referencesOf(fields.references);
  if (!includeReferences) fields.references = undefined;
  const event = eventFrom(source, fields, raw.receivedAt);
  if (typeof event === 'string') return { refused: event };

  if (!includeReferences) removeReferences(value);
  if (twin && !includeReferences) removeReferences(twin);
  const text = twin && exact?.numbers.restore(JSON.stringify(twin));
  const asItCame: Payload = text ? { event: value, text } : { event: value };
  const payload = isOwnForm(value) ? asItCame : { event: normalizedPayload(event) };
  const left = references.length > 0 && { references };
  return { taken: { event, payload, contentType: eventsMediaType(raw) ?? EVENTS_V1, ...left } };
}

const TARGET = new Set(['target']);

/** Why these fields are no event, naming the field. */
function faultOf(event: JsonObject, { action, repository }: Fields): string | undefined {
  if (typeof action !== 'string') return missing('action', action);
  if (typeof repository === 'string' && repository !== '') return undefined;
  const target = foldKeys(event, TARGET).get('target');
  return isObject(target) ? missing('target.repository', repository) : missing('target', target, 'an object');
}

/** The entry as a body of its own, without its secrets once it was read. */
function encoded({ value, exact }: Entry): Buffer {
  const json = JSON.stringify(exact ? exact.value : value);
  return Buffer.from(`{"events":[${exact?.numbers.restore(json) ?? json}]}`);
}
