/** What an embedded server is started with, and what there is to do with one. */
import type { ProcessExit } from './watched-process.js';

/** What every embedded server is started with. */
export interface EmbeddedOptions {
  /** The data goes to a folder of the server's name in here. */
  datadir: string;
  /** Search path for the program, in place of the process's own PATH. */
  path?: string;
  /** What this process runs with, for those that join its server later. */
  configuration?: Configuration;
  /** Called with each warning that the server writes while it runs. */
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

/** An embedded server that answers: ours, or one that we joined. */
export interface EmbeddedServer {
  /** Path of its unix socket. */
  socket: string;
  /** False: another live process runs it, and we use it too. */
  owned: boolean;
  /** The process that runs it, when that is another one. */
  owner?: { pid: number; configuration?: Configuration };
  /** Of the server, when it is ours. */
  pid?: number;
  /** Flushes, ends it and gives the datadir back; leaves a server that is not ours alone. Safe to call twice. */
  stop(): Promise<void>;
  /** Resolves when the server went away without `stop()`: it died, or the process that owns it ended. */
  exited: Promise<ProcessExit>;
}
