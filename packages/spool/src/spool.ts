/**
 * Requests on this machine's disk for as long as Redis cannot take them. `put` resolves when the request is durable;
 * what is there is drained into Redis, whichever process wrote it.
 *
 * Bounded by `maxbytes`, which the sources share. A disk that refuses is reported and tried again; nothing here ends
 * the process. A disk that is full is drained all the same, since that is what frees it.
 */
import { basename } from 'node:path';
import { ignore, LongshoreError } from '@longshore/event';
import { Backlog, type SpoolState } from './backlog.js';
import { Drain, type DrainParts } from './drain.js';
import { fullFor, nextStepFor, reasonOf } from './fault.js';
import {
  type Claim,
  claimOwn,
  foldersOf,
  giveBack,
  isGone,
  makeFolders,
  namesIn,
  type Owned,
  ownersIn,
  removeOwned,
  syncFolder,
  testWrite,
  writeWhole,
} from './folders.js';
import type { SpoolLog } from './log.js';
import { nameOf, sizeOnDisk } from './name.js';
import { encodeRequest, type SpooledRequest } from './request.js';
import { sharedSync } from './shared-sync.js';
import { TakeOver } from './take-over.js';

/** Its folder, its limits, and where it drains to. */
export interface SpoolParts {
  /** Its folder, absolute. */
  dir: string;
  /**
   * Read at each request: they change with the configuration. `sources`: those that can be spooled, which share
   * `maxbytes`.
   */
  limits(): { maxbytes: number; fsync: boolean; sources?: readonly string[] };
  claim: Claim;
  /** Could Redis take something now? Asked before each request is drained. */
  isReady(): boolean;
  /** Requests are drained one after the other, in the order in which they were put. Default: several at once. */
  isOrdered?(): boolean;
  drain: DrainParts['drain'];
  log: SpoolLog;
}

/** What a request is put into, and what drains it. */
export interface Spool {
  readonly state: Readonly<SpoolState>;
  /** Opens its folder and takes over what earlier runs left. Never rejects: trouble is reported and tried again. */
  open(): Promise<void>;
  /** Resolves when the request is durable here. Rejects with LongshoreError SPOOL_FULL or SPOOL_FAILED. */
  put(request: SpooledRequest): Promise<void>;
  /** Stops draining; what is there stays for the next start. */
  close(): Promise<void>;
}

const LOOK_INTERVAL_MS = 10_000;
const RETRY_INTERVAL_MS = 250;

/** Nothing is read or written before `open`. */
export const createSpool = (parts: SpoolParts): Spool => new FolderSpool(parts);

class FolderSpool implements Spool {
  readonly #parts: SpoolParts;
  readonly #folders;
  readonly #backlog: Backlog;
  readonly #drain: Drain;
  readonly #inherited: TakeOver;
  readonly #syncNew: () => Promise<void>;
  readonly #running = new Set<Promise<void>>();
  #own?: Owned;
  /** Has the disk refused a folder for this process? Then the spool is drained without one. */
  #isInPlace = false;
  /** The last request for which `maxbytes` had no room. */
  #refused?: { source: string; bytes: number };
  #looking = Promise.resolve();
  #timers: NodeJS.Timeout[] = [];
  #isClosed = false;
  #count = 0;

  constructor(parts: SpoolParts) {
    const { dir, log } = parts;
    this.#parts = parts;
    this.#folders = foldersOf(dir);
    this.#syncNew = sharedSync(this.#folders.new);
    this.#backlog = new Backlog(log.state);
    this.#drain = new Drain({
      ...parts,
      folders: this.#folders,
      backlog: this.#backlog,
      own: () => this.#own?.folder ?? (this.#isInPlace ? this.#folders.new : undefined),
      onRoom: () => this.#clearFault(),
      onGone: (file) => void this.#reportGone(file),
    });
    this.#inherited = new TakeOver({
      ...parts,
      folders: this.#folders,
      isClosed: () => this.#isClosed,
      onChange: () => this.#look(),
      onError: (error) => this.#report(error),
      track: (work) => this.#track(work),
    });
  }

  get state(): Readonly<SpoolState> {
    return this.#backlog.state;
  }

  async open(): Promise<void> {
    const isFirst = this.#timers.length === 0;
    if (isFirst) {
      const look = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
      const retry = setInterval(() => this.#drain.resume(), RETRY_INTERVAL_MS);
      this.#timers = [look.unref(), retry.unref()];
    }
    await this.#look();
    const { requests } = this.state;
    if (isFirst && requests > 0) this.#parts.log.found(this.#folders.dir, requests);
  }

  async put(request: SpooledRequest): Promise<void> {
    const { maxbytes, fsync } = this.#parts.limits();
    const { source } = request;
    const file = encodeRequest(request);
    const bytes = sizeOnDisk(file.length);
    if (!this.#own) await this.#looking; // which may be about to open it
    if (!this.#own) throw new LongshoreError('SPOOL_FAILED', `the spool ${this.state.fault}`);
    if (!this.#hasRoom({ source, bytes })) {
      this.#refused = { source, bytes };
      throw this.#refuse('SPOOL_FULL', fullFor(source, this.state.bytes, bytes, maxbytes));
    }
    this.#count += 1;
    // Sorts by the count as well: several are put within a millisecond.
    const id = `${basename(this.#own.folder)}-${this.#count.toString(36).padStart(8, '0')}`;
    try {
      await this.#track(this.#write(nameOf(Date.now(), id, file.length, source), file, fsync));
      this.#clearFault();
    } catch (error) {
      this.#report(error);
      throw this.#refuse('SPOOL_FAILED', `cannot be written: ${reasonOf(error, this.#folders.dir)}`, error);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#drain.close(), this.#looking]);
    await Promise.allSettled(this.#running);
    const own = this.#own;
    this.#own = undefined;
    this.#backlog.state.fault = 'is closed';
    // What cannot be moved back now, the next start moves back.
    if (own) await giveBack(own.folder, this.#folders.new).catch(ignore('spool.clean'));
    if (own) await removeOwned(own);
    if (this.state.requests > 0) this.#parts.log.left(this.state.requests);
  }

  /** Looks for everything that may have changed on the disk. Never rejects. */
  #look(): Promise<void> {
    this.#looking = this.#looking.then(async () => {
      if (this.#isClosed) return;
      const errors: unknown[] = [];
      const attempt = (step: Promise<void>): Promise<unknown> => step.catch((error) => errors.push(error));
      await attempt(this.#ensureOwn());
      this.#isInPlace = this.#own === undefined;
      if (this.#isInPlace)
        this.#backlog.state.fault = `cannot be used: ${reasonOf(errors[0], this.#folders.dir)}`;
      // What cannot be done does not stop the rest: a full disk is freed by draining.
      await attempt(this.#takeOver());
      await attempt(this.#inherited.legacy());
      await attempt(this.#backlog.refresh(() => namesIn(this.#folders.new)));
      this.#drain.pump();
      await attempt(this.#testFault());
      if (errors.length > 0) this.#report(errors[0]);
    });
    return this.#looking;
  }

  async #ensureOwn(): Promise<void> {
    const own = this.#own;
    await makeFolders(this.#folders);
    if (own && (await own.lock.isHeld())) return;
    this.#own = undefined;
    if (own) this.#parts.log.lost(own.folder);
    await own?.lock.release().catch(ignore('spool.lock'));
    await syncFolder(this.#folders.dir); // with the names of its folders
    this.#own = await claimOwn(this.#folders.work, this.#parts.claim);
    this.#clearFault();
  }

  /** Ends a fault that is over, also while nothing is put. */
  async #testFault(): Promise<void> {
    const own = this.#own;
    if (!own || this.state.fault === undefined) return;
    if (this.#refused && !this.#hasRoom(this.#refused)) return;
    await testWrite(own.folder, this.#folders.new);
    this.#clearFault();
  }

  #clearFault(): void {
    if (!this.#own) return;
    this.#refused = undefined;
    this.#backlog.state.fault = undefined;
  }

  #hasRoom({ source, bytes }: { source: string; bytes: number }): boolean {
    const { maxbytes, sources = [] } = this.#parts.limits();
    return bytes <= this.#backlog.roomOf(source, maxbytes, sources);
  }

  /** What an earlier trouble left claimed, and what others left. */
  async #takeOver(): Promise<void> {
    const own = this.#own?.folder;
    if (own) await giveBack(own, this.#folders.new, (name) => this.#backlog.isInUse(name));
    await this.#inherited.dead(own);
  }

  async #write(name: string, file: Buffer, sync: boolean): Promise<void> {
    this.#backlog.reserve(name);
    try {
      await this.#store(name, file, sync).catch(async (error: unknown) => {
        if (!isGone(error)) throw error;
        await this.#look(); // a folder was removed, and is made again
        await this.#store(name, file, sync);
      });
    } catch (error) {
      this.#backlog.remove(name);
      throw error;
    }
    this.#backlog.wait(name);
    this.#drain.pump();
  }

  async #store(name: string, file: Buffer, sync: boolean): Promise<void> {
    const via = this.#own?.folder;
    if (via === undefined) throw new Error(this.state.fault);
    await writeWhole({ via, to: this.#folders.new, name }, file, sync);
    if (sync) await this.#syncNew();
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#running.add(work);
    await work.finally(() => this.#running.delete(work));
  }

  /** Other processes take files too. Without one, something else has removed it. */
  async #reportGone(file: string): Promise<void> {
    const others = await ownersIn(this.#folders.work, this.#own?.folder).catch(ignore('spool.clean'));
    if (others?.length === 0 && this.#own) this.#parts.log.gone(file);
  }

  #report(error: unknown): void {
    this.#parts.log.trouble(error, nextStepFor(error));
  }

  #refuse(code: 'SPOOL_FULL' | 'SPOOL_FAILED', fault: string, cause?: unknown): LongshoreError {
    this.#backlog.state.fault = fault;
    return new LongshoreError(code, `the spool ${fault}`, { cause });
  }
}
