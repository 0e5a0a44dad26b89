/**
 * Takes requests out of the spool, several at once and the oldest first; one at a time where their order matters. A request is claimed by moving its file; it
 * is removed when it is taken, moved to `bad` when it can never be, and moved back when it is too early. Then one
 * request at a time tries again, so that a Redis without room is not asked by all of them.
 */
import { access, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backlog } from './backlog.js';
import { nextStepFor } from './fault.js';
import { type Folders, isGone } from './folders.js';
import type { Aside, SpoolLog } from './log.js';
import { parseName } from './name.js';
import { decodeRequest, NotARequest, type SpooledRequest } from './request.js';

/** What became of a request: taken, not yet, or never as it is. */
export type Drained = 'taken' | 'later' | { failed: unknown };

/** What is drained, and where to. */
export interface DrainParts {
  folders: Folders;
  backlog: Backlog;
  /**
   * Where a request is moved to claim it: the folder of this process; undefined while it has none. It is the folder
   * `new` itself when the disk refuses another one. Then nothing is moved, so another process may drain the same
   * request, which its ids recognize.
   */
  own(): string | undefined;
  isReady(): boolean;
  /** One after the other, so that none overtakes another. */
  isOrdered?(): boolean;
  drain(request: SpooledRequest): Promise<Drained>;
  /** A file is no longer there. */
  onGone(file: string): void;
  /** There is more room than before. */
  onRoom(): void;
  log: SpoolLog;
}

/** Enough to keep Redis busy; more would only take memory. */
const MAX_AT_ONCE = 16;
/** Of files that are in memory at once; a single one may be larger. */
const MAX_BYTES_AT_ONCE = 32 * 2 ** 20;

/** Does nothing by itself: {@link pump} is called when something may have changed. */
export class Drain {
  readonly #parts: DrainParts;
  readonly #running = new Set<Promise<void>>();
  /** Names that Redis has, and whose files could not be removed yet. */
  readonly #taken = new Set<string>();
  #bytes = 0;
  #width = 1;
  #isPaused = false;
  #isClosed = false;

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Starts as many as may run now. */
  pump(): void {
    const { own, isReady, backlog } = this.#parts;
    const fits = (bytes: number) => this.#running.size === 0 || this.#bytes + bytes <= MAX_BYTES_AT_ONCE;
    while (!this.#isPaused && !this.#isClosed && this.#running.size < this.#allowed() && isReady()) {
      const folder = own();
      const name = folder === undefined ? undefined : backlog.next(fits);
      if (folder === undefined || name === undefined) return;
      this.#start(name, folder);
    }
  }

  #allowed(): number {
    return this.#parts.isOrdered?.() ? 1 : this.#width;
  }

  /** Ends the pause after a "later". */
  resume(): void {
    this.#isPaused = false;
    this.pump();
  }

  /** Resolves when what is in flight has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#running);
  }

  #start(name: string, folder: string): void {
    const { bytes } = parseName(name);
    this.#bytes += bytes;
    const run = this.#drainOne(name, folder)
      .catch(async (error: unknown) => {
        this.#parts.log.trouble(error, nextStepFor(error));
        await this.#putBack(name, folder);
      })
      .finally(() => {
        this.#bytes -= bytes;
        this.#running.delete(run);
        this.pump();
      });
    this.#running.add(run);
  }

  async #drainOne(name: string, folder: string): Promise<void> {
    const { log, drain } = this.#parts;
    const claimed = join(folder, name);
    const file = await this.#claim(name, claimed);
    if (!file) return;
    if (this.#taken.has(name)) return await this.#remove(name, claimed);
    const request = read(file);
    if (request instanceof NotARequest) {
      const { source } = parseName(name);
      return await this.#setAside(name, claimed, {
        reason: request.reason,
        bytes: file.length,
        source,
        error: request,
      });
    }
    const drained = await drain(request);
    if (drained === 'later') return await this.#putBack(name, folder);
    if (drained !== 'taken') {
      const { source, kind } = request;
      const what = { reason: 'failed', bytes: file.length, source, kind, error: drained.failed } as const;
      return await this.#setAside(name, claimed, what);
    }
    log.taken(request);
    this.#taken.add(name);
    await this.#remove(name, claimed);
    this.#width = MAX_AT_ONCE;
  }

  /** Of a request that Redis has. */
  async #remove(name: string, claimed: string): Promise<void> {
    const { backlog, log, onRoom } = this.#parts;
    await rm(claimed, { force: true });
    this.#taken.delete(name);
    backlog.remove(name);
    onRoom();
    if (backlog.state.requests === 0) log.empty();
  }

  /** The file's content, now that it is this process's; undefined when another one has it. */
  async #claim(name: string, to: string): Promise<Buffer | undefined> {
    const { folders, backlog, onGone } = this.#parts;
    const from = join(folders.new, name);
    try {
      await move(from, to);
      return await readFile(to);
    } catch (error) {
      // It may also be the folder of this process that is missing.
      if (!isGone(error) || (await exists(from))) throw error;
      backlog.remove(name);
      this.#taken.delete(name);
      onGone(from);
      return undefined;
    }
  }

  async #setAside(name: string, claimed: string, what: Omit<Aside, 'file'>): Promise<void> {
    const { folders, backlog, log } = this.#parts;
    const file = join(folders.bad, name);
    await rename(claimed, file);
    backlog.remove(name);
    log.aside({ ...what, file });
  }

  /** Behind the others, unless order matters: what is in the way may be its size, or this file alone. */
  async #putBack(name: string, folder: string): Promise<void> {
    const { folders, backlog, log, isOrdered } = this.#parts;
    this.#width = 1;
    this.#isPaused = true;
    try {
      await move(join(folder, name), join(folders.new, name));
      if (isOrdered?.()) backlog.waitFirst(name);
      else backlog.wait(name);
    } catch (error) {
      // Wherever it is, the next look finds it.
      backlog.remove(name);
      if (!isGone(error)) log.trouble(error, nextStepFor(error));
    }
  }
}

/** A read-only disk refuses to move a file to where it is. */
async function move(from: string, to: string): Promise<void> {
  if (from !== to) await rename(from, to);
}

function read(file: Buffer): SpooledRequest | NotARequest {
  try {
    return decodeRequest(file);
  } catch (error) {
    if (error instanceof NotARequest) return error;
    throw error;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
