/**
 * Stands between a socket and undici: what undici reads of each answer begins with a head that it can parse.
 *
 * undici's parser is strict, and it closes the connection at an unsolicited `100 Continue`. An answer that it
 * cannot parse would count as a failure, and a receiver that did its work would get the event again. Here the
 * head is put right before undici sees it, so undici stays the only client, and no request is repeated.
 * Costs a scan of each head; a head that is right as it is passes through as the same bytes.
 */
import type { Socket } from 'node:net';
import { readHead } from './answer-head.js';

/** undici's limit for the head of an answer. Go's is 10 MiB; this is memory for each answer in flight. */
export const HEAD_LIMIT_BYTES = 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;
const PREFIX = 'HTTP/';
const NOTHING = Buffer.alloc(0);

/** The filter of one socket. */
export class HeadFilter {
  #inHead = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Bytes of the line in which what is held ends, and its last byte: over chunks, each byte is looked at once. */
  #lineBytes = 0;
  #lastByte = 0;
  #isFirstLine = true;
  /** The first bytes of the head, as many as {@link PREFIX} has. */
  #beginning = '';

  /** Puts the filter in front of what the socket's readers read. */
  constructor(socket: Socket) {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): Buffer | null => {
      for (;;) {
        const chunk: Buffer | null = read(size);
        if (chunk === null) return null;
        const passed = this.#pass(chunk);
        if (passed.length > 0) return passed;
      }
    };
  }

  /** To be called with each request: what is read next is the head of an answer. */
  expectHead(): void {
    this.#inHead = true;
    this.#forget();
  }

  #forget(): void {
    this.#held = [];
    this.#heldBytes = 0;
    this.#lineBytes = 0;
    this.#lastByte = 0;
    this.#isFirstLine = true;
    this.#beginning = '';
  }

  /** @returns what undici may have of it now; empty while the head is not complete */
  #pass(chunk: Buffer): Buffer {
    let rest = chunk;
    while (this.#inHead && rest.length > 0) {
      const end = this.#endIn(rest);
      if (end === undefined) return this.#hold(rest);
      const head = this.#withHeld(rest.subarray(0, end));
      const reading = readHead(head);
      const body = rest.subarray(end);
      const held = this.#heldBytes;
      this.#forget();
      if (reading.kind !== 'informational') this.#inHead = false;
      if (reading.kind === 'rewritten') return Buffer.concat([reading.head, body]);
      if (reading.kind === 'unchanged') return held === 0 ? rest : Buffer.concat([head, body]);
      rest = body;
    }
    return rest;
  }

  /** Keeps it for later, unless it is no HTTP or too long: undici is to say so at once. */
  #hold(bytes: Buffer): Buffer {
    const missing = PREFIX.length - this.#beginning.length;
    if (missing > 0) this.#beginning += bytes.toString('latin1', 0, missing);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (PREFIX.startsWith(this.#beginning) && this.#heldBytes <= HEAD_LIMIT_BYTES) return NOTHING;
    const all = this.#withHeld(NOTHING);
    this.#inHead = false;
    this.#forget();
    return all;
  }

  #withHeld(bytes: Buffer): Buffer {
    return this.#heldBytes === 0 ? bytes : Buffer.concat([...this.#held, bytes]);
  }

  /** Where the head ends in `bytes`, behind its empty line. */
  #endIn(bytes: Buffer): number | undefined {
    let from = 0;
    for (;;) {
      const at = bytes.indexOf(LF, from);
      if (at < 0) break;
      const length = this.#lineBytes + at - from;
      const before = at > from ? bytes[at - 1] : this.#lastByte;
      const isEmpty = length === 0 || (length === 1 && before === CR);
      this.#lineBytes = 0;
      this.#lastByte = LF;
      from = at + 1;
      if (isEmpty && !this.#isFirstLine) return from;
      this.#isFirstLine = false;
    }
    this.#lineBytes += bytes.length - from;
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    return undefined;
  }
}
