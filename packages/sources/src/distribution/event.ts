/**
 * One event of an envelope: the normalized view, and what is delivered. Each event stands for itself: what
 * is wrong with one is a reason, with a body that can be opened again, and the others are taken.
 *
 * An event in the registry's own form is delivered as it came. The other forms are delivered normalized: a
 * receiver written for the registry looks for `target.repository`, finds `Target.Repository` or
 * `target.name` and takes the event for a broken one.
 */
import type { Payload, RegistryEvent } from '@longshore/event';
import type { ExactNumbers } from '../exact-numbers.js';
import { foldKeys, isObject, isWithinDepth, type JsonObject, writeJson } from '../json.js';
import { eventFrom, type Fields, missing } from '../normalize.js';
import { normalizedPayload } from '../normalized-payload.js';
import type { Incoming, QuarantinedBody } from '../port.js';
import { readAnyForm } from './old-forms.js';
import { isOwnForm, isPlain, readOwnForm } from './own-form.js';
import { type ActorUser, removeReferences, removeSecrets } from './trim.js';

/** An entry of the list, and the same with its numbers marked when some number of the body needs it. */
export interface Entry {
  value: unknown;
  exact?: { numbers: ExactNumbers; value: unknown };
  /** The request's body, when the entry is all that is in it. */
  body?: Buffer;
}

/** What an entry came to. */
export type Read =
  | { result: 'taken'; event: RegistryEvent; payload: Payload }
  | { result: 'quarantined'; item: QuarantinedBody }
  /** The proposal of 2015 had an action `ping` to try a receiver; it says nothing about an image. */
  | { result: 'ping' };

/** `JSON.stringify` overflows at some thousand levels; a real event has three, its annotations one more. */
const MAX_DEPTH = 200;

/** Never throws, and may change the entry's value: what is delivered is that value itself. */
export function readEvent(
  entry: Entry,
  { raw, source, includeReferences }: Incoming,
  actorUser: ActorUser = 'token',
): Read {
  const { value, exact } = entry;
  const refuse = (reason: string): Read => ({ result: 'quarantined', item: { reason, body: bodyOf(entry) } });
  if (!isObject(value)) return refuse('the event is not an object');
  const twin = isObject(exact?.value) ? exact.value : undefined;
  // The body as sent is not kept when it holds a secret.
  if (removeSecrets(value, actorUser)) entry.body = undefined;
  if (twin) removeSecrets(twin, actorUser);

  const fields = fieldsOf(value);
  if (fields.action === 'ping') return { result: 'ping' };
  const fault = faultOf(value, fields);
  if (fault) return refuse(fault);
  if (twin && typeof fields.id === 'number')
    fields.id = exact?.numbers.numberOf(fieldsOf(twin).id) ?? fields.id;
  if (!includeReferences) fields.references = undefined;
  const event = eventFrom(source, fields, raw.receivedAt);
  if (typeof event === 'string') return refuse(event);

  if (!includeReferences) removeReferences(value);
  if (twin && !includeReferences) removeReferences(twin);
  if (!isWithinDepth(value, MAX_DEPTH)) return refuse(`the event is nested deeper than ${MAX_DEPTH} levels`);
  if (!isOwnForm(value)) return { result: 'taken', event, payload: { event: normalizedPayload(event) } };
  const text = twin && exact?.numbers.restore(JSON.stringify(twin));
  return { result: 'taken', event, payload: text ? { event: value, text } : { event: value } };
}

function fieldsOf(event: JsonObject): Fields {
  return isOwnForm(event) && isPlain(event) ? readOwnForm(event) : readAnyForm(event);
}

const TARGET = new Set(['target']);

/** Why these fields are no event, naming the field. Most of what is checked here is never wrong. */
function faultOf(event: JsonObject, { action, repository }: Fields): string | undefined {
  if (typeof action !== 'string') return missing('action', action);
  if (typeof repository === 'string' && repository !== '') return undefined;
  const target = foldKeys(event, TARGET).get('target');
  return isObject(target) ? missing('target.repository', repository) : missing('target', target, 'an object');
}

function bodyOf({ value, exact, body }: Entry): Buffer {
  if (body) return body;
  const json = writeJson(exact ? exact.value : value);
  return Buffer.from(`{"events":[${exact?.numbers.restore(json) ?? json}]}`);
}
