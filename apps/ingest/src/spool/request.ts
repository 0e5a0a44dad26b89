/**
 * A verified request as it lies in the spool: what its source needs to read it again, and no credentials. Its
 * token in the path, its query, its signature and every header of somebody's own naming stay behind; so does a
 * key to another system in its body.
 */
import { type RawRequest, storableBody, storableHeaders, withoutToken } from '@longshore/sources';

/** A request with the source that it was verified for. */
export interface SpooledRequest {
  source: string;
  kind: string;
  raw: RawRequest;
}

/** The payload of a record: length of the JSON part (4 bytes, big-endian), the JSON part, the body. */
export function encodeRequest({ source, kind, raw }: SpooledRequest): Buffer {
  const { method, path, headers, receivedAt } = raw;
  const place = withoutToken(path, [source]);
  const about = { source, kind, method, path: place, headers: storableHeaders(headers), receivedAt };
  const json = Buffer.from(JSON.stringify(about));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, storableBody(kind, raw.body)]);
}

/** @throws when it was not written by {@link encodeRequest}, of this version or an older one */
export function decodeRequest(payload: Buffer): SpooledRequest {
  const end = 4 + payload.readUInt32BE(0);
  if (end > payload.length) throw new RangeError('the record is shorter than it says');
  const about: unknown = JSON.parse(payload.toString('utf8', 4, end));
  if (!isAbout(about)) throw new TypeError('the record does not say which request it is');
  const { source, kind, ...request } = about;
  return { source, kind, raw: { ...request, body: payload.subarray(end) } };
}

type About = Omit<RawRequest, 'query' | 'body'> & Omit<SpooledRequest, 'raw'>;

function isAbout(value: unknown): value is About {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['source', 'kind', 'method', 'path'].map((key) => Reflect.get(value, key));
  const headers: unknown = Reflect.get(value, 'headers');
  const isReceived = typeof Reflect.get(value, 'receivedAt') === 'number';
  return (
    texts.every((text) => typeof text === 'string') &&
    typeof headers === 'object' &&
    headers !== null &&
    isReceived
  );
}
