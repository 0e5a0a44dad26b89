/**
 * What a kind of registry provides, and what a request becomes. Everything here is a value: reading a request does no
 * I/O, reads no clock and never logs. `open-body.ts` makes ids, quarantine entries and payloads of what a kind read.
 * Verification is not part of a kind: it gets only requests that hold a secret of the source, handshakes included.
 */
import type { TakenEvent } from '@longshore/event';
import type { HmacFormat } from './auth/hmac.js';
import type { JsonObject } from './json.js';
import type { Fields } from './normalize.js';
import type { SourceOptions } from './options.js';
import type { RawRequest, RequestHead } from './request.js';
import type { Sender } from './sender.js';

/** What could not be read. */
export interface QuarantinedBody {
  /** One of a fixed set of sentences, so it may label a metric. Holds nothing of the body. */
  reason: string;
  /** A request body that the same source can read again: the request's own, or one with this message alone. */
  body: Buffer;
  /** Length of the body as it was sent, when `body` is only its beginning. */
  bytes?: number;
  /** What was thrown, when the reason is a fault of Longshore's own. For the record; not for the sender. */
  fault?: unknown;
}

/** An answer that a format asks for. */
export interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** JSON value; absent for an answer without a body. */
  body?: unknown;
}

/** The result of a request. Every event of it is in `taken` or in `quarantined`, or `note` says why not. */
export interface Opened {
  taken: TakenEvent[];
  quarantined: QuarantinedBody[];
  /** The answer that the format asks for instead of the usual one (a handshake). */
  respond?: Answer;
  /** Why nothing, or less than was sent, was taken: an empty body, a ping. */
  note?: string;
  /** Lines of a log that are no event. */
  skipped?: number;
}

/** A request whose body is JSON. */
export interface Incoming {
  raw: RawRequest;
  /** The body as `JSON.parse` sees it; undefined when it is empty and the kind is `bodiless`. The kind may change it. */
  value: unknown;
  /** The body's text, without a byte order mark. */
  text: string;
  /** Name of the source; part of ids that are computed. */
  source: string;
  /** False: `target.references` are left out of what is delivered. */
  includeReferences: boolean;
  /** Of the source; only those that the kind names, absent where not set. */
  options: SourceOptions;
}

/** One message of a request. A kind may add fields of its own for its `read`. */
export interface Message {
  /** JSON value. */
  value: unknown;
  /** A request body with this message alone; the request's own unless given. Called after `read`, if that refuses. */
  body?: () => Buffer;
  /** Finds the sender's message in the request's JSON value; all of it unless given. */
  find?: (root: unknown) => unknown;
}

/** A body that is one message and an object. What `read` gets of a kind without `list`. */
export interface WholeBody extends Message {
  value: JsonObject;
}

/** It cannot be read, for a reason as in {@link QuarantinedBody}. */
export type Refused = { refused: string };

/** It can be read and is no event. */
export interface Ignored {
  /** Why: one of a fixed set of sentences. */
  ignored: string;
  /** The answer that its sender expects instead of the usual one. */
  respond?: Answer;
}

/** An event, by its fields. It is delivered normalized. */
export interface EventReading {
  event: Fields;
  /** See `TakenEvent`. */
  dedupe?: string;
  /** The sender names no repository for blobs. */
  nameless?: true;
}

/** An event with what is delivered for it, for the registry's own form. */
export interface TakenReading {
  taken: Pick<TakenEvent, 'event' | 'payload' | 'contentType' | 'dedupe' | 'references'>;
}

/** The messages of a body, or why it has none. */
export type Listed<M extends Message> = readonly M[] | Ignored | Refused;

/** What a kind read in one message. */
export type Reading = EventReading | TakenReading | Ignored | Refused;

/** A kind of registry: one folder with one of these, and one line in `kinds/index.ts`. */
export interface Kind<M extends Message = Message> {
  /** Its name in the configuration, in records and in metrics. */
  kind: string;
  /** What its sender does when Longshore cannot take an event. */
  sender: Sender;
  /** How its sender signs, where it does: the defaults of `auth.hmac`. */
  hmac?: HmacFormat;
  /** The options that it reads. */
  options?: readonly (keyof SourceOptions)[];
  /**
   * The headers that `list` and `read` need, in lower case; `ce-*` stands for all that begin so. Quarantine and the
   * spool keep these, so none may hold a secret. The content type and encoding are always kept.
   */
  headers?: readonly string[];
  /** Those of `headers` that identify an event whose body may be equal to another event's. */
  idHeaders?: readonly string[];
  /**
   * Does the request look like this kind's, on the shared path? From the headers alone when `value` is undefined,
   * which is when the body could not be read. `perhaps`: another kind has the same form; such a kind is asked after
   * all that are sure.
   */
  recognizes(raw: RawRequest, value: unknown): boolean | 'perhaps';
  /** The messages of a body, or why it has none. Without it the body must be an object and is the one message. */
  list?(incoming: Incoming): Listed<M>;
  /** Reads one message. Never throws, whatever its value is. */
  read(message: M, incoming: Incoming): Reading;
  /** The answer to a request with another method than POST; undefined when the kind knows no such request. */
  handshake?(head: RequestHead): Answer | undefined;
  /** A body is lines of JSON, so `value` is undefined for more than one; lines that are no event are counted. */
  lines?: true;
  /** Its sender may post the JSON as the field `payload` of a form. */
  form?: true;
  /** The body without keys to other systems, to be kept on a disk; absent where its sender puts none into it. */
  storable?(body: Buffer): Buffer;
  /** Is an empty body a message all the same? Otherwise it is treated as a test of the webhook. */
  bodiless?(raw: RawRequest): boolean;
}
