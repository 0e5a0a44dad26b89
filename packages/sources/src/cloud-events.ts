/**
 * CloudEvents 1.0 over HTTP in its three modes (http-protocol-binding.md), and structured events under plain
 * `application/json`, as AWS's transformers send them. Lenient where nothing is lost by it: a batch may come
 * as a plain list, media types are compared without case, attributes of any version are read.
 */
import { decodeBody } from './body.js';
import { isObject, type JsonObject } from './json.js';
import type { Answer, Incoming, Listed, Message } from './kind.js';
import { messagesOf } from './open-body.js';
import { headerOf, type RawRequest, type RequestHead } from './request.js';

/** The headers of binary mode, as a kind declares them. */
export const CE_HEADERS = { headers: ['ce-*'], idHeaders: ['ce-id', 'ce-source'] };

/** One event of a request. Its `value` is the event in structured form. */
export interface CloudEvent extends Message {
  /** Context attributes and extensions; names in lower case, values as text, empty ones left out. */
  attributes: Readonly<Record<string, string>>;
  /** JSON value; undefined where there is none, or none in JSON. */
  data: unknown;
}

/** The events, unchecked. The value is undefined for an empty body. */
export function cloudEventsOf({ raw, value }: Incoming): Listed<CloudEvent> {
  const mode = modeOf(raw, value);
  if (mode === 'binary') return [binaryEvent(raw, value)];
  if (Array.isArray(value)) {
    return messagesOf(value, 'the batch has no events', (item, index) => ({
      ...structuredEvent(item),
      find: (root) => (Array.isArray(root) ? root[index] : undefined),
      ...(value.length > 1 && { body: () => Buffer.from(JSON.stringify([item])) }),
    }));
  }
  if (mode === undefined || !isObject(value)) return { refused: 'the request holds no CloudEvent' };
  return [structuredEvent(value)];
}

/** The `type` of the first event; from the headers alone when `value` is undefined. */
export function cloudEventType(raw: RawRequest, value: unknown): string | undefined {
  const mode = modeOf(raw, value);
  if (mode === undefined) return undefined;
  if (mode === 'binary') return headerText(raw, 'ce-type');
  const [first] = Array.isArray(value) ? value : [value];
  return isObject(first) && typeof first.type === 'string' ? first.type : undefined;
}

/** The body, or the structured form of a CloudEvent whose attributes are in the headers. */
export function structuredForm(raw: RawRequest, value: unknown): unknown {
  return modeOf(raw, value) === 'binary' ? binaryEvent(raw, value).value : value;
}

/** Ids of CloudEvents are unique only together with their source. */
export function dedupeKey(source: string | undefined, id: string | undefined): string | undefined {
  return source === undefined || id === undefined ? undefined : JSON.stringify([source, id]);
}

/** How the request holds CloudEvents, if it does: by the headers, or by the body where they do not say. */
export function modeOf(raw: RawRequest, value: unknown): 'batch' | 'structured' | 'binary' | undefined {
  const type = raw.headers['content-type']?.toString().trim().toLowerCase() ?? '';
  // The shorter name is a prefix of the longer one.
  if (type.startsWith('application/cloudevents-batch')) return 'batch';
  if (type.startsWith('application/cloudevents')) return 'structured';
  if (headerText(raw, 'ce-type') && headerText(raw, 'ce-specversion')) return 'binary';
  const [first] = Array.isArray(value) ? value : [value];
  const isEvent = isObject(first) && typeof first.specversion === 'string' && typeof first.type === 'string';
  if (!isEvent) return undefined;
  return Array.isArray(value) ? 'batch' : 'structured';
}

/**
 * The validation request of CloudEvents' webhook specification (http-webhook.md 1.0, section 4), which Azure Event Grid
 * sends too: OPTIONS, with the name of the sender's domain. The answer allows that domain to post without a rate limit.
 * Longshore calls nothing back: anyone can write a URL into `WebHook-Request-Callback`.
 * Undefined for a request that is no validation.
 */
export function cloudEventsHandshake({ method, headers }: RequestHead): Answer | undefined {
  const origin = headers['webhook-request-origin'];
  // A host name, and nothing that could end the header that it is answered in.
  if (method !== 'OPTIONS' || typeof origin !== 'string' || !/^[\w.:*-]{1,255}$/.test(origin))
    return undefined;
  const allowed = { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': '*', Allow: 'POST' };
  return { status: 200, headers: allowed };
}

function structuredEvent(item: unknown): CloudEvent {
  if (!isObject(item)) return { value: item, attributes: {}, data: undefined };
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (name !== 'data' && name !== 'data_base64' && typeof text === 'string' && text !== '') {
      attributes[name.toLowerCase()] = text;
    }
  }
  return { value: item, attributes, data: dataOf(item) };
}

function dataOf({ data, data_base64: encoded }: JsonObject): unknown {
  if (data !== undefined || typeof encoded !== 'string') return data;
  const decoded = decodeBody(Buffer.from(encoded, 'base64'));
  return decoded.state === 'json' ? decoded.value : undefined;
}

function binaryEvent(raw: RawRequest, value: unknown): CloudEvent {
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(raw.headers)) {
    const text = name.startsWith('ce-') ? headerText(raw, name) : undefined;
    if (text) attributes[name.slice('ce-'.length)] = text;
  }
  const find = (data: unknown) => (data === undefined ? { ...attributes } : { ...attributes, data });
  return { value: find(value), attributes, data: value, find };
}

/** A header's value as the HTTP binding writes one: maybe in quotes, percent-encoded once. */
function headerText(raw: RawRequest, name: string): string | undefined {
  const value = headerOf(raw, name);
  if (value === undefined) return undefined;
  const bare = /^"(.*)"$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(bare) || undefined;
  } catch {
    return bare; // a stray `%`
  }
}
