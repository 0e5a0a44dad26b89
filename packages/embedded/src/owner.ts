/**
 * Starts the server of a `datadir`, or joins the one that another process runs there.
 *
 * The order matters: lock, then the end of an earlier server, then ours. Its pid is on disk before it runs, so an
 * owner killed at any point leaves nothing that the next one would not find.
 * What it does not do: restart a server that died. `exited` tells, and the caller decides.
 */
import {
  diskError,
  publishedSocket,
  publishSocket,
  serverFolder,
  unpublishSocket,
  writeNote,
} from './folder.js';
import { join } from './join.js';
import type { ServerKind } from './kind.js';
import { claimLock, type Lock } from './lock.js';
import type { Configuration, EmbeddedServer } from './port.js';
import { endPredecessor } from './predecessor.js';
import { identify } from './process-identity.js';
import type { WatchedProcess } from './watched-process.js';

/** A folder that is ours, and what is to be done when the server stops, or did not start. */
export interface Ownership {
  kind: ServerKind;
  /** The server's folder. */
  dir: string;
  configuration?: Configuration;
  onWait?: (reason: string) => void;
  /** Done in reverse. */
  undo: (() => Promise<void>)[];
}

/** A server that answers. */
export interface RunningServer {
  process: WatchedProcess;
  socket: string;
}

type Owner = Pick<Ownership, 'configuration' | 'onWait'>;

/**
 * See the header. @param dir the server's folder, which exists
 * @throws LongshoreError DATADIR_LOCKED, LOCK_FAILED, that of a failed start and what `start` throws
 */
export async function startOrJoin(
  kind: ServerKind,
  dir: string,
  owner: Owner,
  start: (ownership: Ownership) => Promise<RunningServer>,
): Promise<EmbeddedServer> {
  for (;;) {
    const claim = await claimLock(dir, owner.onWait).catch((error: unknown) => {
      throw diskError(kind, dir, error);
    });
    if ('lock' in claim) return startOwned({ ...owner, kind, dir, undo: [] }, claim.lock, start);
    const joined = await join(kind, dir, claim, owner.onWait);
    if (joined) return joined;
  }
}

/** Socket of the live server of a `datadir`; undefined when there is none. Never starts one. */
export async function findServer(kind: ServerKind, datadir: string): Promise<string | undefined> {
  const socket = await publishedSocket(serverFolder(kind, datadir));
  return socket && (await kind.probe(socket)) !== 'silent' ? socket : undefined;
}

async function startOwned(
  ownership: Ownership,
  lock: Lock,
  start: (ownership: Ownership) => Promise<RunningServer>,
): Promise<EmbeddedServer> {
  const { kind, dir, undo, onWait } = ownership;
  undo.push(() => lock.release());
  const cleanUp = async () => {
    // One step that fails (a full disk) must not keep the others from being done.
    for (const step of undo.splice(0).reverse()) await step().catch(() => {});
  };
  try {
    await unpublishSocket(dir);
    await endPredecessor(kind, dir, onWait);
    return owned(await start(ownership), lock, cleanUp);
  } catch (error) {
    await cleanUp();
    throw diskError(kind, dir, error);
  }
}

/** Lets a prepared program run, after its pid is written down. @param socket its socket; none for a helper */
export async function launch(
  { kind, dir, configuration, undo }: Ownership,
  process: WatchedProcess,
  socket?: string,
): Promise<void> {
  const identity = await identify(process.pid);
  if (identity) await writeNote(kind, dir, { ...identity, socket: socket ?? '', configuration });
  process.start();
  if (!socket) return;
  await publishSocket(dir, socket);
  undo.push(() => unpublishSocket(dir, socket));
}

function owned({ process, socket }: RunningServer, lock: Lock, cleanUp: () => Promise<void>): EmbeddedServer {
  let stopped: Promise<void> | undefined;
  let note = '';
  // Two servers on one data would spoil it; ours ends at once, unflushed, since the data is no longer ours.
  void lock.lost.then(() => {
    note = '\nits datadir was removed, or taken over by another host';
    process.kill('SIGKILL');
  });
  return {
    socket,
    owned: true,
    pid: process.pid,
    stop: () => {
      stopped ??= cleanUp();
      return stopped;
    },
    exited: new Promise((resolve) => {
      void process.exited.then((exit) => stopped ?? resolve({ ...exit, output: exit.output + note }));
    }),
  };
}
