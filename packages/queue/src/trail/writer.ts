/**
 * Gathers what is noted and writes it as one chunk some 100 ms later. A delivery pays a push to an array for
 * that. What it trades: a killed process takes the last 100 ms of its notes along.
 *
 * While Redis is unavailable the buffer waits; when it is full, or Redis is filling up, entries are thrown away,
 * counted, and their gap is noted as soon as something can be written again.
 */

import { randomUUID } from 'node:crypto';
import type { GapEntry, GapReason, HistoryEntry, HistoryWriter } from '@longshore/event';
import { isReady, type RedisClient } from '../connection.js';
import { RELIEVE_FROM } from '../monitor.js';
import { runScript } from '../script.js';
import { within } from '../within.js';
import { TRAIL_APPEND } from './append-script.js';
import { type Encoded, encode } from './chunk.js';
import type { TrailLimits } from './limits.js';
import { type Shard, shardsOf } from './shards.js';

/** Writes the trail; see the header for what it may lose. */
export interface TrailWriter extends HistoryWriter {
  /** Lets go what is too old or too much; for a trail to which nothing is added any more. */
  sweep(): Promise<void>;
  /** Writes what is still to be written, within two seconds. */
  close(): Promise<void>;
}

/** Why the writer throws entries away. */
export type DropReason = Exclude<GapReason, 'behind'>;

/** Where it is written, how much of it is kept, and who hears of what was thrown away. */
export interface TrailOptions {
  client: RedisClient;
  prefix: string;
  /** Asked for at each write: they change with the configuration. */
  limits(): TrailLimits;
  /** Used share of Redis' memory, 0 … 1. */
  memory?(): number;
  /** Hears of entries that were thrown away. */
  onDrop?(count: number, why: DropReason): void;
}

const WRITE_INTERVAL_MS = 100;
const RETRY_AFTER_MS = 1_000;
const CLOSE_TIMEOUT_MS = 2_000;
/** A gap that continues is noted again after this, so that a search meanwhile reports it. */
const GAP_INTERVAL_MS = 5_000;

/** Bytes of entries in this process, by rough count. */
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Of these at most so many in a chunk: what a search has to read, and what Redis takes in one go. */
const CHUNK_BYTES = 256 * 1024;

/** Without its texts an entry has about so many. */
const ENTRY_BYTES = 300;

/** A chunk that Redis may or may not have taken: it is sent again as it was, and counts once. */
interface Unwritten {
  chunk: Encoded;
  entries: number;
  /** Index of the shard that it goes to. */
  shard: number;
}

/** One for each process; see the header for what it costs and what it may lose. */
export const createTrail = (options: TrailOptions): TrailWriter => new BufferedTrail(options);

class BufferedTrail implements TrailWriter {
  readonly #options: TrailOptions;
  readonly #shards: Shard[];
  readonly #id = randomUUID().slice(0, 8);
  #place = 0;
  #buffer: HistoryEntry[] = [];
  #size = 0;
  #gap: GapEntry | undefined;
  #gapNoted = 0;
  #gapTimer: NodeJS.Timeout | undefined;
  #unwritten: Unwritten | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #closing = false;

  constructor(options: TrailOptions) {
    this.#options = options;
    this.#shards = shardsOf(options.client, options.prefix);
  }

  note(entry: HistoryEntry): void {
    if (this.#options.limits().age === 0) return;
    const size = sizeOf(entry);
    if ((this.#options.memory?.() ?? 0) >= RELIEVE_FROM) this.#drop(1, 'memory');
    else if (this.#size + size > BUFFER_BYTES) this.#drop(1, 'away');
    else this.#push(entry, size);
  }

  async sweep(): Promise<void> {
    for (const shard of this.#shards.keys()) await this.#send(shard);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#noteGap();
    await within(this.#writeRest(), CLOSE_TIMEOUT_MS);
    clearTimeout(this.#timer);
    const lost = this.#buffer.length + (this.#unwritten?.entries ?? 0);
    if (lost > 0) this.#options.onDrop?.(lost, 'away');
    this.#buffer = [];
    this.#unwritten = undefined;
  }

  #push(entry: HistoryEntry, size: number): void {
    this.#buffer.push(entry);
    this.#size += size;
    this.#writeIn(this.#size > CHUNK_BYTES ? 0 : WRITE_INTERVAL_MS);
  }

  #drop(count: number, why: DropReason): void {
    const at = Date.now();
    if (this.#gap?.why !== why) this.#noteGap();
    this.#gap ??= { step: 'gap', at, since: at, count: 0, why };
    this.#gap.at = at;
    this.#gap.count += count;
    this.#options.onDrop?.(count, why);
    // With Redis away the gap waits, as everything does, until something can be written again.
    if (why === 'memory' && !this.#gapTimer) {
      const pause = Math.max(0, this.#gapNoted + GAP_INTERVAL_MS - at);
      this.#gapTimer = setTimeout(() => this.#noteGap(), pause).unref();
    }
  }

  #noteGap(): void {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = undefined;
    if (!this.#gap) return;
    this.#push(this.#gap, ENTRY_BYTES);
    this.#gap = undefined;
    this.#gapNoted = Date.now();
  }

  #writeIn(ms: number): void {
    if (this.#timer || this.#writing) return;
    this.#timer = setTimeout(() => void this.#write(), ms).unref();
  }

  /** One at a time; never rejects. */
  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeAll()
      .then(
        () => WRITE_INTERVAL_MS,
        () => RETRY_AFTER_MS,
      )
      .then((pause) => {
        this.#writing = undefined;
        if (this.#buffer.length > 0 || this.#unwritten) this.#writeIn(pause);
      });
    return this.#writing;
  }

  /** A write that was just ending may not have seen what was noted last. */
  async #writeRest(): Promise<void> {
    await this.#write();
    if (this.#buffer.length > 0) await this.#write();
  }

  async #writeAll(): Promise<void> {
    if (!isReady(this.#options.client)) throw new Error('not connected');
    while (this.#buffer.length > 0 || this.#unwritten) {
      this.#unwritten ??= await this.#next();
      await this.#send(this.#unwritten.shard, this.#unwritten.chunk);
      this.#unwritten = undefined;
      this.#noteGap();
      // What was noted meanwhile waits for its own 100 ms: a busy process writes ten chunks a second, not hundreds.
      if (this.#size < CHUNK_BYTES && !this.#closing) return;
    }
  }

  async #next(): Promise<Unwritten> {
    const entries: HistoryEntry[] = [];
    for (let size = 0; size < CHUNK_BYTES && entries.length < this.#buffer.length; ) {
      const entry = this.#buffer[entries.length];
      if (!entry) break;
      entries.push(entry);
      size += sizeOf(entry);
    }
    this.#buffer = this.#buffer.slice(entries.length);
    for (const entry of entries) this.#size -= sizeOf(entry);
    const place = this.#place++;
    const chunk = await encode(this.#id, place, entries);
    return { chunk, entries: entries.length, shard: place % this.#shards.length };
  }

  async #send(index: number, chunk?: Encoded): Promise<void> {
    const shard = this.#shards[index];
    if (!shard) return;
    const { age, count, bytes } = this.#options.limits();
    const share = (limit: number): number => Math.ceil(limit / this.#shards.length);
    const limits = [Math.ceil(age), share(count), share(bytes)];
    const content = chunk ? [chunk.events, chunk.terms, chunk.data] : [0, '', ''];
    const keys = [shard.terms, shard.chunks, shard.totals];
    await runScript(this.#options.client, TRAIL_APPEND, keys, [...limits, ...content]);
  }
}

/** About: it bounds a buffer. */
function sizeOf(entry: HistoryEntry): number {
  if (entry.step === 'received') return ENTRY_BYTES + (entry.planned.length + entry.ignored.length) * 64;
  return entry.step === 'attempted' ? ENTRY_BYTES + (entry.answer?.length ?? 0) : ENTRY_BYTES;
}
