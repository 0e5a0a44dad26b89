/**
 * The registry's own log in JSON (`log.formatter: json`), as NDJSON by HTTP: a line for each request that is completed,
 * with the bytes that were written. Events do not have those, and there is no event for a pull that failed.
 * Source: `registry/handlers/app.go`, `internal/dcontext/http.go` of distribution 2.8.2 and 3.1.1.
 */
import { EVENTS_V1, eventIdFrom, isoTime, type RegistryEvent } from '@longshore/event';
import { decodeBody } from '../../body.js';
import { at, isObject, type JsonObject, textAt } from '../../json.js';
import type { Incoming, Kind, Listed, Message, Reading } from '../../kind.js';
import { headerOf } from '../../request.js';
import { requestTarget } from './target.js';

const NDJSON = 'application/x-ndjson';

/** The kind `distribution-log`. */
export const distributionLog: Kind = {
  kind: 'distribution-log',
  sender: {
    onFailure: 'retries',
    words: 'Vector, Fluent Bit and `longshore follow` keep the lines and retry them.',
    advice: 'Give the agent a buffer on disk, so that lines survive its restart.',
  },
  lines: true,
  headers: ['content-type'],
  recognizes: (raw, value) =>
    isRequest(lineIn(Array.isArray(value) ? value[0] : value)) ||
    headerOf(raw, 'content-type')?.startsWith(NDJSON) === true,
  list,
  read,
};

const isRequest = (line: unknown): boolean =>
  textAt(line, 'http.request.id') !== undefined && textAt(line, 'msg') !== undefined;

/** An agent posts lines, or one array of them. */
function list({ value, text }: Incoming): Listed<Message> {
  if (Array.isArray(value)) return value.map((one) => ({ value: lineIn(one) }));
  if (value !== undefined) return [{ value: lineIn(value) }];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => ({ value: lineIn(parsed(line)), body: () => Buffer.from(line) }));
}

function parsed(line: string): unknown {
  const body = decodeBody(Buffer.from(line));
  return body.state === 'json' ? body.value : undefined;
}

/** An agent may put the line as text into a field of its own. */
function lineIn(value: unknown): unknown {
  if (textAt(value, 'msg') !== undefined) return value;
  const line = textAt(value, 'message') ?? textAt(value, 'log');
  return line === undefined ? value : parsed(line);
}

const COMPLETED: readonly unknown[] = ['response completed', 'response completed with error'];
const NO_RESPONSE = { ignored: 'a line is no completed response' } as const;

function read({ value }: Message, { source }: Incoming): Reading {
  if (!isObject(value) || !COMPLETED.includes(value.msg)) return NO_RESPONSE;
  const [method, uri] = [textAt(value, 'http.request.method'), textAt(value, 'http.request.uri')];
  const status = value['http.response.status'];
  const timestamp = textAt(value, 'time');
  const time = timestamp && isoTime(timestamp);
  if (!method || !uri || !Number.isInteger(status) || !timestamp || !time) return NO_RESPONSE;
  const target = requestTarget(uri);
  const { digest, tag, repository } = target;
  const requestId = textAt(value, 'http.request.id');
  const request = texts({
    id: requestId,
    addr: textAt(value, 'http.request.remoteaddr'),
    host: textAt(value, 'http.request.host'),
    method,
    useragent: textAt(value, 'http.request.useragent'),
  });
  const actor = texts({ name: textAt(value, 'auth.user.name') });
  const id = eventIdFrom(source, ['log', requestId, timestamp, method, uri]);
  const event: RegistryEvent = {
    ...{ id, class: 'log', action: 'request', nativeType: 'request', timestamp, time },
    target: texts({ repository, digest, tag }),
    request,
    ...(actor.name && { actor }),
  };
  const log = { status, uri, kind: target.kind, ...written(value), ...duration(value) };
  const payload = {
    event: { id, timestamp, action: event.action, target: event.target, request, actor, log },
  };
  return { taken: { event, payload, contentType: EVENTS_V1 } };
}

function written(line: JsonObject): { written?: number } {
  const bytes = at(line, 'http.response.written');
  return Number.isSafeInteger(bytes) ? { written: bytes as number } : {};
}

const UNITS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  µs: 0.001,
  ns: 0.000_001,
};

/** Go's text of a duration, such as `1m2.5s`, in milliseconds. */
function duration(line: JsonObject): { duration?: number } {
  const text = textAt(line, 'http.response.duration') ?? '';
  const parts = [...text.slice(0, 40).matchAll(/([\d.]{1,20})(h|ms|m|s|µs|ns)/g)];
  if (parts.length === 0) return {};
  return {
    duration: parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 0), 0),
  };
}

/** Without what is not known. */
function texts<T extends object>(object: T): { [N in keyof T]?: Exclude<T[N], undefined> } {
  const known = Object.entries(object).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(known) as { [N in keyof T]?: Exclude<T[N], undefined> };
}
