/** What an embedded Redis is started with, and what there is to do with one. */
import type { ProcessExit } from './watched-process.js';

/** What an embedded Redis is started with. */
export interface EmbeddedRedisOptions {
  /** The data goes to `<datadir>/redis/`. */
  datadir: string;
  /** Bytes that Redis may use; writes are refused beyond it, nothing is evicted. */
  maxmemory: number;
  /** Search path for the program, in place of the process's own PATH. */
  path?: string;
  /** Called with one line when the start has to wait for something, so that it can be logged. */
  onWait?: (reason: string) => void;
}

/** An embedded Redis that answers: ours, or one that we joined. */
export interface EmbeddedRedis {
  /** Path of its unix socket. */
  socket: string;
  /** False: another live process runs it, and we use it too. */
  owned: boolean;
  /** Of the Redis, when it is ours. */
  pid?: number;
  /** Flushes, ends it and gives the datadir back; leaves a Redis that is not ours alone. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when Redis went away without `stop()`: it died, or the process that owns it ended. */
  exited: Promise<ProcessExit>;
}
