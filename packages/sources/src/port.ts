/**
 * What a request is, what becomes of it, and what a kind of registry has to provide.
 * Everything here is a value: opening a request does no I/O, reads no clock and never logs.
 */
import type { TakenEvent } from '@longshore/event';

/** A webhook as it arrived: the bytes are kept, because signatures are made over them. */
export interface RawRequest {
  method: string;
  /** Path without the query, percent-encoded as it arrived. */
  path: string;
  query?: URLSearchParams;
  /** Names in lower case, as Node gives them. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
  /** Epoch milliseconds at which the request had been read. */
  receivedAt: number;
}

/** What could not be read. */
export interface QuarantinedBody {
  /** One of a fixed set of sentences, so it may label a metric. Holds nothing of the body. */
  reason: string;
  /** A request body that the same source can open again: the request's own, or an envelope of the one event. */
  body: Buffer;
  /** What was thrown, when the reason is a fault of Longshore's own. For the record; not for the sender. */
  fault?: unknown;
}

/** What a request came to. Every event of it is in `taken` or in `quarantined`, or `note` says why not. */
export interface Opened {
  taken: TakenEvent[];
  quarantined: QuarantinedBody[];
  /** The answer that the format asks for instead of the usual one (a handshake). */
  respond?: { status: number; body: unknown };
  /** Why nothing, or less than was sent, was taken: an empty body, a ping. */
  note?: string;
}

/** A request whose body is JSON, on its way into a kind. */
export interface Incoming {
  raw: RawRequest;
  /** The body as `JSON.parse` sees it. The kind may change it. */
  value: unknown;
  /** The body's text, without a byte order mark. */
  text: string;
  /** Name of the source; part of ids that are computed. */
  source: string;
  /** False: `target.references` are left out of what is delivered. */
  includeReferences: boolean;
}

/** A kind of registry: one folder with one of these, and one line in `kinds.ts`. */
export interface Kind {
  /** Its name in the configuration, in records and in metrics. */
  kind: string;
  /**
   * Does the request look like this kind's, on the open path where nobody says so? From the headers alone
   * when `value` is undefined, which is when the body could not be read.
   */
  recognizes(raw: RawRequest, value: unknown): boolean;
  /** Takes what can be taken. Never throws, whatever the value is. */
  open(incoming: Incoming): Opened;
}

/** A request that came to one thing: a whole body that could not be read. */
export function unreadable(raw: RawRequest, reason: string, fault?: unknown): Opened {
  const item = { reason, body: raw.body };
  return { taken: [], quarantined: [fault === undefined ? item : { ...item, fault }] };
}
