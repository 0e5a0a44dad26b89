/**
 * The envelope around events: `{"events": [...]}`. The registry puts one event into it, allows any number,
 * and leaves the list out when it is empty.
 */
import { EVENTS_V1, EVENTS_V2 } from '@longshore/event';
import { foldKeys, isObject, type JsonObject } from '../../json.js';
import { headerOf, type RawRequest } from '../../request.js';

const EVENTS = new Set(['events']);

/** Is it an object with a list of events, of whatever length? */
export function isEnvelope(value: unknown): boolean {
  if (!isObject(value)) return false;
  const events = listOf(value);
  return Array.isArray(events) || events === null;
}

/** The events, unchecked, or the reason why there is no list of them. */
export function eventsOf(value: unknown): unknown[] | string {
  if (!isObject(value)) return 'the body is not an object with a list of events';
  const events = listOf(value);
  if (events === undefined && Object.keys(value).length > 0) return 'the body has no list of events';
  if (events === undefined || events === null) return [];
  return Array.isArray(events) ? events : 'events is not a list';
}

function listOf(envelope: JsonObject): unknown {
  return Object.hasOwn(envelope, 'events') ? envelope.events : foldKeys(envelope, EVENTS).get('events');
}

/** The registry's media type that the request names; parameters and case do not matter, the first one counts. */
export function eventsMediaType(raw: RawRequest): string | undefined {
  const value = headerOf(raw, 'content-type');
  if (value === undefined || value === EVENTS_V1 || value === EVENTS_V2) return value;
  const named = /^\s*([^\s;,]+)/.exec(value)?.[1]?.toLowerCase();
  return named === EVENTS_V1 || named === EVENTS_V2 ? named : undefined;
}
