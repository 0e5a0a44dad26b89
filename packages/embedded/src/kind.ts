/** What distinguishes one embedded server from another, for the parts that they share. */
import type { ErrorCode } from '@longshore/event';
import type { Configuration } from './port.js';
import type { ProcessIdentity } from './process-identity.js';

/** The server that was last started here, so that the next owner can see it end. */
export interface ServerNote extends ProcessIdentity {
  socket: string;
  /** Of the process that started it. */
  configuration?: Configuration;
}

/** See the header. */
export interface ServerKind {
  /** `Redis` */
  name: string;
  /** The folder below a `datadir`, and the name of the note in it. */
  folder: string;
  /** Name of the socket's file. */
  socket: string;
  /** The setting that names a server of one's own. */
  setting: string;
  /** What a start that fails is thrown as. */
  startFailed: ErrorCode;
  /** What it waits for while it is `loading`. */
  loading: string;
  /** What is at a socket: a server that serves, one that is not ready yet, or no answer. */
  probe(socket: string): Promise<'ready' | 'loading' | 'silent'>;
  /** Asks a server of an earlier owner to flush and end. */
  end(note: ServerNote): Promise<void>;
  /** Resolves when the server at this socket goes away; unrefs what it needs for that. */
  watch(socket: string, note: ServerNote | undefined, stopped: AbortSignal): Promise<void>;
}
