/**
 * Starts the embedded Redis of a `datadir`, or joins the one that another process runs there.
 *
 * The order matters: lock, then the end of an earlier Redis, then ours. Its pid is on disk before it runs, so an
 * owner killed at any point leaves nothing that the next one would not find.
 * What it does not do: restart a Redis that died. `exited` tells, and the caller decides.
 */
import { dirname } from 'node:path';
import { claimLock, type Lock } from '../lock.js';
import { identify } from '../process-identity.js';
import { type WatchedProcess, watchedProcess } from '../watched-process.js';
import {
  createSocketPath,
  diskError,
  prepareFolder,
  publishedSocket,
  publishSocket,
  redisFolder,
  removeSocketFolder,
  unpublishSocket,
  writeNote,
} from './folder.js';
import { join } from './join.js';
import { findRedisServer } from './locate.js';
import type { Configuration, EmbeddedRedis, EmbeddedRedisOptions } from './port.js';
import { endPredecessor } from './predecessor.js';
import { probe } from './resp.js';
import { awaitReady, endServer, refuseOlder, serverArguments, warningsIn } from './server.js';
import { syncAppendOnlyFile } from './sync.js';

/**
 * Resolves once Redis answers; reading a large file back may take minutes.
 * Throws `REDIS_NOT_FOUND`, `REDIS_START_FAILED` (with its last lines of output) or `DATADIR_LOCKED`.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const dir = await prepareFolder(options.datadir);
  for (;;) {
    const claim = await claimLock(dir, options.onWait).catch((error: unknown) => {
      throw diskError(dir, error);
    });
    if ('lock' in claim) return startOwned(dir, claim.lock, options);
    const joined = await join(dir, claim, options.onWait);
    if (joined) return joined;
  }
}

/** Socket of the live embedded Redis of a `datadir`; undefined when there is none. Never starts one. */
export async function findEmbeddedRedis(datadir: string): Promise<string | undefined> {
  const socket = await publishedSocket(redisFolder(datadir));
  return socket && (await probe(socket)) !== 'silent' ? socket : undefined;
}

/** For the programs that the watchdog's shell runs. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

async function startOwned(dir: string, lock: Lock, options: EmbeddedRedisOptions): Promise<EmbeddedRedis> {
  const undo: (() => Promise<void>)[] = [() => lock.release()];
  const cleanUp = async () => {
    // One step that fails (a full disk) must not keep the others from being done.
    for (const step of undo.splice(0).reverse()) await step().catch(() => {});
  };
  try {
    const program = await findRedisServer(options.path);
    await unpublishSocket(dir);
    await endPredecessor(dir, options.onWait);
    const socket = await createSocketPath(dir);
    undo.push(() => removeSocketFolder(socket));
    const folder = dirname(socket);
    // Without our environment, which may hold secrets and would lie open in /proc for as long as Redis runs.
    const env = { PATH: options.path ?? DEFAULT_PATH };
    let runs = false;
    const onOutput = (text: string): void => {
      if (runs) for (const line of warningsIn(text)) options.onWarning?.(line);
    };
    const args = serverArguments(socket, options.maxmemory);
    const redis = watchedProcess(program, args, { cwd: dir, folder, env, onOutput });
    undo.push(() => endServer(redis, socket));
    await launch(dir, redis, socket, options.configuration);
    undo.push(() => unpublishSocket(dir, socket));
    await awaitReady(redis, socket, program, options.onWait);
    await refuseOlder(socket);
    const sync = syncAppendOnlyFile(dir, options.onTrouble ?? (() => {}));
    undo.push(async () => sync.stop());
    runs = true;
    undo.push(async () => {
      runs = false;
    });
    return owned(redis, socket, lock, cleanUp);
  } catch (error) {
    await cleanUp();
    throw diskError(dir, error);
  }
}

async function launch(
  dir: string,
  redis: WatchedProcess,
  socket: string,
  configuration?: Configuration,
): Promise<void> {
  const identity = await identify(redis.pid);
  if (identity) await writeNote(dir, { ...identity, socket, configuration });
  redis.start();
  await publishSocket(dir, socket);
}

function owned(
  redis: WatchedProcess,
  socket: string,
  lock: Lock,
  cleanUp: () => Promise<void>,
): EmbeddedRedis {
  let stopped: Promise<void> | undefined;
  let note = '';
  // Two Redis on one file would spoil it; ours ends at once, unflushed, since the file is no longer ours.
  void lock.lost.then(() => {
    note = '\nits datadir was removed, or taken over by another host';
    redis.kill('SIGKILL');
  });
  return {
    socket,
    owned: true,
    pid: redis.pid,
    stop: () => {
      stopped ??= cleanUp();
      return stopped;
    },
    exited: new Promise((resolve) => {
      void redis.exited.then((exit) => stopped ?? resolve({ ...exit, output: exit.output + note }));
    }),
  };
}
