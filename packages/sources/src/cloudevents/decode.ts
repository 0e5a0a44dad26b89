/**
 * CloudEvents 1.0 over HTTP in its three modes (http-protocol-binding.md), and structured events under plain
 * `application/json`, as AWS's transformers send them. Lenient where nothing is lost by it: a batch may come
 * as a plain list, media types are compared without case, attributes of any version are read.
 */
import { decodeBody } from '../body.js';
import { isObject, type JsonObject, writeJson } from '../json.js';
import type { RawRequest } from '../port.js';

/** One event of a request. */
export interface CloudEvent {
  /** Context attributes and extensions; names in lower case, values as text, empty ones left out. */
  attributes: Readonly<Record<string, string>>;
  /** JSON value; undefined where there is none, or none in JSON. */
  data: unknown;
  /** A request body with this event alone, for the same headers. */
  body: Buffer;
  /** Finds the event in structured form in the request's JSON value. */
  find(root: unknown): unknown;
}

type Mode = 'batch' | 'structured' | 'binary';

/** The events, unchecked; undefined when the request holds none. `value` is undefined for an empty body. */
export function decodeCloudEvents(raw: RawRequest, value: unknown): CloudEvent[] | undefined {
  const mode = modeOf(raw, value);
  if (mode === 'binary') return [binaryEvent(raw, value)];
  if (mode === undefined && !Array.isArray(value)) return undefined;
  if (isObject(value)) return [structuredEvent(value, raw.body, (root) => root)];
  if (!Array.isArray(value)) return undefined;
  return value.map((item, index) => {
    const body = value.length === 1 ? raw.body : Buffer.from(`[${writeJson(item)}]`);
    return structuredEvent(item, body, (root) => (Array.isArray(root) ? root[index] : undefined));
  });
}

/** Is the body a list of more than so many events? In binary mode a list is the data of one. */
export function isBatchLongerThan(most: number, raw: RawRequest, value: unknown): boolean {
  return Array.isArray(value) && value.length > most && modeOf(raw, value) !== 'binary';
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
  return modeOf(raw, value) === 'binary' ? binaryEvent(raw, value).find(value) : value;
}

/** Ids of CloudEvents are unique only together with their source. */
export function dedupeKey(source: string | undefined, id: string | undefined): string | undefined {
  return source === undefined || id === undefined ? undefined : JSON.stringify([source, id]);
}

/** How the request holds CloudEvents, if it does: told by the headers, and by the body where they say nothing. */
export function modeOf(raw: RawRequest, value: unknown): Mode | undefined {
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

function structuredEvent(item: unknown, body: Buffer, find: CloudEvent['find']): CloudEvent {
  if (!isObject(item)) return { attributes: {}, data: undefined, body, find };
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(item)) {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    if (name !== 'data' && name !== 'data_base64' && typeof text === 'string' && text !== '') {
      attributes[name.toLowerCase()] = text;
    }
  }
  return { attributes, data: dataOf(item), body, find };
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
  return { attributes, data: value, body: raw.body, find };
}

/** A header's value as the HTTP binding writes one: maybe in quotes, percent-encoded once. */
function headerText({ headers }: RawRequest, name: string): string | undefined {
  const header = headers[name];
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  const bare = /^"(.*)"$/s.exec(value)?.[1]?.replaceAll(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(bare) || undefined;
  } catch {
    return bare; // a stray `%`
  }
}
