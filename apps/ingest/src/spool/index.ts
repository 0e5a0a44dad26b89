/** The local spool: what Redis cannot have now and its sender would not send again waits on this machine's disk. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Config, isSpooled } from '@longshore/config';
import type { Observer } from '@longshore/observe';
import { type Cover, createCover, isNotNow } from './cover.js';
import type { Claim } from './folder.js';
import { createSpoolLog } from './log.js';
import type { SpooledRequest } from './request.js';
import { createSpool } from './spool.js';

export type { Cover } from './cover.js';
export type { Claim, FolderLock } from './folder.js';

/** What the spool of this process is given. */
export interface LocalSpoolParts {
  /** The configuration of now. */
  config(): Config;
  claim: Claim;
  isReady(): boolean;
  /** Takes a request into Redis, as it would have been taken when it came. */
  replay(request: SpooledRequest): Promise<unknown>;
  observer: Observer;
}

/** The spool as ingest uses it. */
export interface LocalSpool {
  cover: Cover;
  /** Opens it if anything could be spooled, or is there already. To be called again when the configuration changes. */
  open(): Promise<void>;
  /** What an operator should know, one line each. */
  notes(): string[];
  close(): Promise<void>;
}

/** The spool with its folder, its log and the way back into the pipeline. */
export function createLocalSpool({ config, claim, isReady, replay, observer }: LocalSpoolParts): LocalSpool {
  const { datadir, ingest } = config();
  const dir = resolve(ingest.spool.dir ?? `${datadir}/spool`);
  let isOpen = false;
  const spool = createSpool({
    dir,
    claim,
    isReady,
    limits: () => ({ ...config().ingest.spool, sources: spooledSources(config()) }),
    log: createSpoolLog(observer),
    async feed(request) {
      try {
        await replay(request);
        return 'taken';
      } catch (error) {
        return isNotNow(error) ? 'later' : { failed: error };
      }
    },
  });
  return {
    cover: createCover({
      spool,
      observer,
      isSpooled: (source, kind) => isSpooled(config(), source, kind),
    }),
    async open() {
      if (isOpen || !(anySpooled(config()) || existsSync(dir))) return;
      isOpen = true;
      await spool.open();
    },
    notes: () => (isOpen ? notesOf(spool.state, config()) : []),
    close: spool.close,
  };
}

function anySpooled(config: Config): boolean {
  const { sources, ingest } = config;
  // Without sources, the open path takes every kind.
  if (sources.length === 0) return ingest.spool.enabled;
  return spooledSources(config).length > 0;
}

/** Those that share the room. On the open path senders are not told apart, so they share nothing. */
function spooledSources(config: Config): string[] {
  return config.sources.filter(({ name, kind }) => isSpooled(config, name, kind)).map(({ name }) => name);
}

function notesOf(
  { requests, bytes, fault }: { requests: number; bytes: number; fault?: string },
  config: Config,
) {
  const notes: string[] = [];
  if (requests > 0) {
    notes.push(
      `the spool holds ${requests} requests (${bytes} bytes), which are fed in when Redis can have them`,
    );
  }
  if (fault !== undefined && config.ingest.spool.enabled) {
    notes.push(`the spool ${fault}: while Redis is away, what a sender does not send again is lost`);
  }
  return notes;
}
