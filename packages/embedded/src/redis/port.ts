/** What an embedded Redis is started with, and what there is to do with one. */
import type { ProcessExit } from '../watched-process.js';

/** What an embedded Redis is started with. */
export interface EmbeddedRedisOptions {
  /** The data goes to `<datadir>/redis/`. */
  datadir: string;
  /** Bytes that Redis may use; writes are refused beyond it, nothing is evicted. */
  maxmemory: number;
  /** Search path for the program, in place of the process's own PATH. */
  path?: string;
  /** What this process runs with, for those that join its Redis later. */
  configuration?: Configuration;
  /** Called with one line when what is written may not be safe on the disk. */
  onTrouble?: (reason: string) => void;
  /** Called with each warning that Redis writes while it runs. */
  onWarning?: (line: string) => void;
  /** Called with one line when the start has to wait for something, so that it can be logged. */
  onWait?: (reason: string) => void;
}

/** The configuration of a process, to be compared with that of another one. */
export interface Configuration {
  /** Absolute path of its file. */
  file: string;
  /** The same for equal configurations. */
  fingerprint: string;
}

/** An embedded Redis that answers: ours, or one that we joined. */
export interface EmbeddedRedis {
  /** Path of its unix socket. */
  socket: string;
  /** False: another live process runs it, and we use it too. */
  owned: boolean;
  /** The process that runs it, when that is another one. */
  owner?: { pid: number; configuration?: Configuration };
  /** Of the Redis, when it is ours. */
  pid?: number;
  /** Flushes, ends it and gives the datadir back; leaves a Redis that is not ours alone. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when Redis went away without `stop()`: it died, or the process that owns it ended. */
  exited: Promise<ProcessExit>;
}
