/**
 * A PostgreSQL of a test's own: to be restarted, killed and paused. Tests that only need *a* database use the shared
 * server (`testDatabase()`), which is started once for a run, by the first test that asks for it.
 *
 * It listens on a unix socket alone. As root it runs as another user.
 */
import { join } from 'node:path';
import { atTestEnd, removeFolder } from './cleanup.js';
import { endPostgres, launchPostgres, pausePostgres, resumePostgres } from './postgres-server.js';
import { createDatabase, makeData, postgresPrograms, psql, serverFolder, urlOf } from './postgres-tools.js';

/** What the PostgreSQL is set up with. */
export interface PostgresOptions {
  /** Settings of postgresql.conf, by name. */
  settings?: Record<string, string>;
  /** A folder that `initdb` made, to be copied. Default: a new one. */
  template?: string;
  /** Folder of the programs. Default: those of this machine. */
  bin?: string;
}

/** A PostgreSQL that a test may do anything to. */
export interface TestPostgres {
  /** Folder of the unix socket. The same after a restart. */
  readonly socket: string;
  /** Its data, owned by the user that runs it. */
  readonly data: string;
  readonly pid: number;
  /** Creates a database and resolves with its URL; a copy of `from` (a URL), which has no connections. */
  database(from?: string): Promise<string>;
  /** Runs SQL with psql and resolves with the rows, one line each, columns separated by `|`. */
  sql(text: string, url?: string): Promise<string>;
  /** SIGKILL to the postmaster, and waits until its backends are gone too; it stays away until `start()`. */
  kill9(): Promise<void>;
  /** Ends it in an orderly way, whatever is connected; it stays away until `start()`. */
  stop(): Promise<void>;
  /** Starts it again on its data, and waits until it answers. */
  start(): Promise<void>;
  /** SIGSTOP to the postmaster and all its backends: the kernel accepts connections and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it for good and removes its folder. Safe to call twice; a test's end calls it. */
  remove(): Promise<void>;
}

/** Not synced to the disk: a test kills processes, not the machine. And nothing in the background. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  shared_buffers: '32MB',
  max_connections: '100',
  jit: 'off',
  lc_messages: 'C',
};

/** Starts a PostgreSQL for this test and waits until it answers. */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const socket = await serverFolder();
  const data = join(socket, 'data');
  const settings = { ...SETTINGS, unix_socket_directories: socket, ...options.settings };
  const bin = options.bin ?? (await postgresPrograms()).bin;
  const launch = () => launchPostgres(bin, data, socket, settings);
  await makeData(data, bin, options.template);
  let server = await launch();
  const postgres: TestPostgres = {
    socket,
    data,
    get pid() {
      return server.pid;
    },
    database: (from) => createDatabase(socket, from),
    sql: (text, url = urlOf(socket, 'postgres')) => psql(url, text),
    kill9: () => endPostgres(server, 'SIGKILL'),
    stop: () => endPostgres(server, 'SIGINT'),
    start: async () => {
      server = await launch();
    },
    pause: () => pausePostgres(server),
    resume: () => resumePostgres(server),
    remove: async () => {
      await endPostgres(server, 'SIGKILL');
      await removeFolder(socket);
    },
  };
  atTestEnd(postgres.remove);
  return postgres;
}
