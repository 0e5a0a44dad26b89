/**
 * Sample requests of a kind, for tests: `NAME.http` holds a request as text (line, headers, empty line, the
 * body to its last byte), `NAME.expected.json` beside it its expected result.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Opened } from '../kind.js';
import type { RawRequest } from '../request.js';

/** A request and its expected result. */
export interface Sample {
  /** Path below the folder, without the ending. */
  name: string;
  request: RawRequest;
  expected: Expected;
}

/** `Opened` in a form that JSON can hold and a person can review. */
export interface Expected {
  contentType?: string;
  /** The normalized view of each event that is taken. */
  events: unknown[];
  /** What is delivered for each: `as it came`, or the object. */
  delivered: unknown[];
  /** The reasons. */
  quarantined: string[];
  note?: string;
  respond?: unknown;
}

/** Reads every sample below the folder. Each is received at the same moment. */
export function readSamples(folder: URL): Sample[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const names = files.filter((file) => file.endsWith('.http')).map((file) => file.slice(0, -'.http'.length));
  return names.sort().map((name) => {
    const request = requestOf(readFileSync(new URL(`${name}.http`, folder)));
    return {
      name,
      request,
      expected: JSON.parse(readFileSync(new URL(`${name}.expected.json`, folder), 'utf8')),
    };
  });
}

function requestOf(file: Buffer): RawRequest {
  const end = file.indexOf('\n\n');
  const [line = '', ...lines] = file.subarray(0, end).toString('utf8').split('\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = lines.map((header) => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
  });
  const request = { method, path, headers: Object.fromEntries(headers) };
  return { ...request, body: file.subarray(end + 2), receivedAt: 1_773_480_414_000 };
}

/** The result of a request, as an expected file has it. */
export function summaryOf(request: RawRequest, { taken, quarantined, note, respond }: Opened): Expected {
  const asSent = sentEvents(request.body);
  const summary: Expected = {
    contentType: taken[0]?.contentType,
    events: taken.map(({ event }) => event),
    delivered: taken.map(({ payload }) => {
      if (payload.text) return payload.text;
      return asSent.has(JSON.stringify(payload.event)) ? 'as it came' : payload.event;
    }),
    quarantined: quarantined.map(({ reason }) => reason),
    note,
    respond,
  };
  return JSON.parse(JSON.stringify(summary));
}

/** The events of a registry's envelope without their references, as JSON. */
function sentEvents(body: Buffer): Set<string> {
  try {
    const { events } = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
    for (const event of events) delete event?.target?.references;
    return new Set(events.map((event: unknown) => JSON.stringify(event)));
  } catch {
    return new Set();
  }
}
