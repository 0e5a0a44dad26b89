/** Starts the embedded Redis of a `datadir`, or joins the one that another process runs there. */
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { awaitReady } from '../await-ready.js';
import { createSocketPath, diskError, removeSocketFolder, serverFolder } from '../folder.js';
import { findServer, launch, type Ownership, type RunningServer, startOrJoin } from '../owner.js';
import type { EmbeddedOptions, EmbeddedServer } from '../port.js';
import { watchedProcess } from '../watched-process.js';
import { writeAtomically } from '../write-atomically.js';
import { REDIS } from './kind.js';
import { findRedisServer } from './locate.js';
import { ADVICE, endServer, refuseOlder, serverArguments, warningsIn } from './server.js';
import { syncAppendOnlyFile } from './sync.js';

/** What an embedded Redis is started with. The data goes to `<datadir>/redis/`. */
export interface EmbeddedRedisOptions extends EmbeddedOptions {
  /** Bytes that Redis may use; writes are refused beyond it, nothing is evicted. */
  maxmemory: number;
  /** Called with one line when what is written may not be safe on the disk. */
  onTrouble?: (reason: string) => void;
}

/**
 * Resolves once Redis answers; reading a large file back may take minutes.
 * Throws `REDIS_NOT_FOUND`, `REDIS_START_FAILED` (with its last lines of output) or `DATADIR_LOCKED`.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<EmbeddedServer> {
  const dir = await prepareFolder(options.datadir);
  return startOrJoin(REDIS, dir, options, (ownership) => start(ownership, options));
}

/** Socket of the live embedded Redis of a `datadir`; undefined when there is none. Never starts one. */
export function findEmbeddedRedis(datadir: string): Promise<string | undefined> {
  return findServer(REDIS, datadir);
}

/** For the programs that the watchdog's shell runs. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

async function start(ownership: Ownership, options: EmbeddedRedisOptions): Promise<RunningServer> {
  const { dir, undo } = ownership;
  const program = await findRedisServer(options.path);
  const socket = await createSocketPath(REDIS, dir);
  undo.push(() => removeSocketFolder(REDIS, socket));
  let runs = false;
  const onOutput = (text: string): void => {
    if (runs) for (const line of warningsIn(text)) options.onWarning?.(line);
  };
  const redis = watchedProcess(program, serverArguments(socket, options.maxmemory), {
    cwd: dir,
    folder: dirname(socket),
    // Without our environment, which may hold secrets and would lie open in /proc for as long as Redis runs.
    env: { PATH: options.path ?? DEFAULT_PATH },
    onOutput,
  });
  undo.push(() => endServer(redis, socket));
  await launch(ownership, redis, socket);
  await awaitReady(redis, socket, { kind: REDIS, program, advice: ADVICE, onWait: options.onWait });
  await refuseOlder(socket);
  const sync = syncAppendOnlyFile(dir, options.onTrouble ?? (() => {}));
  undo.push(async () => sync.stop());
  runs = true;
  undo.push(async () => {
    runs = false;
  });
  return { process: redis, socket };
}

/** Creates the folder, for this user only, and proves that it can be written. */
async function prepareFolder(datadir: string): Promise<string> {
  const dir = serverFolder(REDIS, datadir);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    // Not every mounted folder has modes, and the second one comes with the first start.
    for (const folder of [dir, join(dir, 'appendonlydir')]) await chmod(folder, 0o700).catch(() => {});
    await writeAtomically(join(dir, 'writable'), '');
    // Another process that starts at the same time may have removed it.
    await rm(join(dir, 'writable'), { force: true });
    return dir;
  } catch (error) {
    throw diskError(REDIS, dir, error);
  }
}
