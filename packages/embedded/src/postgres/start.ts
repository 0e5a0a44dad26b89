/** Starts the embedded PostgreSQL of a `datadir`, or joins the one that another process runs there. */
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LongshoreError } from '@longshore/event';
import { awaitReady } from '../await-ready.js';
import { createSocketPath, removeSocketFolder } from '../folder.js';
import { findServer, launch, type Ownership, type RunningServer, startOrJoin } from '../owner.js';
import type { EmbeddedOptions, EmbeddedServer } from '../port.js';
import { type WatchedOptions, watchedProcess } from '../watched-process.js';
import { choosePrograms } from './choose.js';
import { type PostgresFolder, preparePostgresFolder } from './folder.js';
import { ensureData } from './initialize.js';
import { POSTGRES } from './kind.js';
import type { SearchOptions } from './locate.js';
import { PORT, ROLE } from './probe.js';
import { obstacle } from './reach.js';
import { ADVICE, endServer, isStillInUse, removeStaleLock, serverArguments, warningsIn } from './server.js';

/** What an embedded PostgreSQL is started with. The data goes to `<datadir>/postgres/`. */
export interface EmbeddedPostgresOptions extends EmbeddedOptions, SearchOptions {}

/** How to connect to an embedded PostgreSQL: the folder of its socket, and no password. */
export interface PostgresAddress {
  socket: string;
  port: number;
  user: string;
  database: string;
}

/** How long backends of a killed PostgreSQL may take to end, in milliseconds. */
const BACKENDS_TIMEOUT_MS = 60_000;
const RETRY_INTERVAL_MS = 200;

/** For the programs that the watchdog's shell runs. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Resolves once PostgreSQL answers; the first start makes its data, and after a crash it recovers, which may take
 * minutes. Throws `POSTGRES_NOT_FOUND`, `POSTGRES_START_FAILED` (with its last lines of output) or `DATADIR_LOCKED`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedServer> {
  const folder = await preparePostgresFolder(options.datadir);
  return startOrJoin(POSTGRES, folder.dir, options, (ownership) => start(ownership, folder, options));
}

/** The live embedded PostgreSQL of a `datadir`; undefined when there is none. Never starts one. */
export async function joinEmbeddedPostgres(datadir: string): Promise<PostgresAddress | undefined> {
  const socket = await findServer(POSTGRES, datadir);
  return socket ? postgresAddress(socket) : undefined;
}

/** @param socket path of the socket, as {@link EmbeddedServer} has it */
export function postgresAddress(socket: string): PostgresAddress {
  return { socket: dirname(socket), port: PORT, user: ROLE, database: 'postgres' };
}

async function start(
  ownership: Ownership,
  { data, user }: PostgresFolder,
  options: EmbeddedPostgresOptions,
): Promise<RunningServer> {
  const { dir, undo } = ownership;
  const { bin } = await choosePrograms(data, options);
  const program = join(bin, 'postgres');
  const closed = await obstacle(program, user);
  if (closed) throw unreachable(program, closed, user?.name);
  // Without our environment, which may hold secrets and would lie open in /proc for as long as PostgreSQL runs.
  const watched = { cwd: dir, user, env: { PATH: options.path ?? DEFAULT_PATH } };
  await ensureData(ownership, bin, data, watched);
  await removeStaleLock(data);
  const open = async (folder: string) => (await obstacle(folder, user)) === undefined;
  const socket = await createSocketPath(POSTGRES, dir, user, open);
  undo.push(() => removeSocketFolder(POSTGRES, socket));
  const until = Date.now() + BACKENDS_TIMEOUT_MS;
  for (;;) {
    const postgres = await run(ownership, { program, data, socket, watched }, options);
    if (postgres) return { process: postgres, socket };
    if (Date.now() > until)
      throw new LongshoreError(
        'POSTGRES_START_FAILED',
        `Processes of a killed PostgreSQL still use ${data}. End them (ps -ef | grep postgres), then start again.`,
      );
    await delay(RETRY_INTERVAL_MS);
  }
}

interface Run {
  program: string;
  data: string;
  socket: string;
  watched: WatchedOptions;
}

/** Undefined when backends of a killed PostgreSQL are still there. */
async function run(
  ownership: Ownership,
  { program, data, socket, watched }: Run,
  options: EmbeddedPostgresOptions,
) {
  let runs = false;
  const onOutput = (text: string): void => {
    if (runs) for (const line of warningsIn(text)) options.onWarning?.(line);
  };
  const folder = dirname(socket);
  const postgres = watchedProcess(program, serverArguments(data, folder), {
    ...watched,
    folder,
    endSignal: 'SIGINT',
    onOutput,
  });
  ownership.undo.push(async () => {
    runs = false;
    await endServer(postgres);
  });
  await launch(ownership, postgres, socket);
  try {
    await awaitReady(postgres, socket, { kind: POSTGRES, program, advice: ADVICE, onWait: options.onWait });
  } catch (error) {
    if (isStillInUse(postgres.output())) return undefined;
    throw error;
  }
  runs = true;
  return postgres;
}

function unreachable(program: string, closed: string, name: string | undefined): LongshoreError {
  const why = `PostgreSQL refuses to run as root, so it runs as ${name}, which may not enter ${closed}`;
  const next = 'Install PostgreSQL as a package of the system, or set archive.url to your own PostgreSQL';
  return new LongshoreError('POSTGRES_START_FAILED', `${program} cannot be run: ${why}. ${next}.`);
}
