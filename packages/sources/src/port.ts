/**
 * What a request is, what becomes of it, and what a kind of registry has to provide.
 * Everything here is a value: opening a request does no I/O, reads no clock and never logs.
 *
 * A kind is a folder `KIND/` with one {@link Kind}, a line in `kinds.ts`, samples and a README. It says
 * - which requests look like its own (`recognizes`; `perhaps` where another kind has the same form),
 * - how its sender signs (`hmac`) and what it does on failure (`sender`), which options it reads (`options`),
 * - what a body comes to (`open`; with `openMessage` of `message.ts` it need only name the fields),
 * - what a request without an event is answered (`handshake`, or `respond` of what `open` returns).
 * Verification is not the kind's: `sources.ts` calls it only with requests that hold a secret of the source,
 * handshakes included.
 */
import type { TakenEvent } from '@longshore/event';
import type { HmacFormat } from './hmac.js';
import type { SourceOptions } from './options.js';
import type { RawRequest, RequestHead } from './request.js';
import type { Sender } from './sender.js';
import { quarantinable } from './tokens.js';

export type { RawRequest, RequestHead } from './request.js';

/** What could not be read. */
export interface QuarantinedBody {
  /** One of a fixed set of sentences, so it may label a metric. Holds nothing of the body. */
  reason: string;
  /** A request body that the same source can open again: the request's own, or an envelope of the one event. */
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

/** What a request came to. Every event of it is in `taken` or in `quarantined`, or `note` says why not. */
export interface Opened {
  taken: TakenEvent[];
  quarantined: QuarantinedBody[];
  /** The answer that the format asks for instead of the usual one (a handshake). */
  respond?: Answer;
  /** Why nothing, or less than was sent, was taken: an empty body, a ping. */
  note?: string;
}

/** A request whose body is JSON, on its way into a kind. */
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

/** A kind of registry: one folder with one of these, and one line in `kinds.ts`. */
export interface Kind {
  /** Its name in the configuration, in records and in metrics. */
  kind: string;
  /** What its sender does when Longshore cannot take an event. */
  sender: Sender;
  /** How its sender signs, where it does: what `auth.hmac` is without further words. */
  hmac?: HmacFormat;
  /** The options that it reads. */
  options?: readonly (keyof SourceOptions)[];
  /**
   * Does the request look like this kind's, on the open path where nobody says so? From the headers alone
   * when `value` is undefined, which is when the body could not be read. `perhaps`: it is another kind's form
   * too; such a kind is asked after all that are sure.
   */
  recognizes(raw: RawRequest, value: unknown): boolean | 'perhaps';
  /** Takes what can be taken. Never throws, whatever the value is. */
  open(incoming: Incoming): Opened;
  /** The answer to a request with another method than POST; undefined when the kind knows no such request. */
  handshake?(head: RequestHead): Answer | undefined;
  /** Its sender may post the JSON as the field `payload` of a form. */
  form?: true;
  /** The body without keys to other systems, to be kept on a disk; absent where its sender puts none into it. */
  storable?(body: Buffer): Buffer;
  /** Is an empty body a message all the same? Else it is taken for a test of the webhook. */
  bodiless?(raw: RawRequest): boolean;
}

/** The most events of one request. Each costs a write for each endpoint before the sender gets its answer. */
export const MAX_EVENTS = 10_000;

/** The reason of a request with more than {@link MAX_EVENTS} events. All of it is kept. */
export const TOO_MANY_EVENTS = 'too many events';

/** A request that came to one thing: a whole body that could not be read. */
export function unreadable(raw: RawRequest, reason: string, fault?: unknown): Opened {
  const item = { reason, ...quarantinable(raw.body) };
  return { taken: [], quarantined: [fault === undefined ? item : { ...item, fault }] };
}
