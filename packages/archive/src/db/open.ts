/**
 * The connection to PostgreSQL: a pool whose connections have schema `longshore` first, time in UTC and a limit for
 * every statement. Opens no connection yet.
 */
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { checkArchive } from './check.js';
import { migrateArchive } from './migrate.js';
import type { Tables } from './tables.js';
import { TYPES } from './types.js';

/** Where PostgreSQL is: an address, or the folder of a private socket. */
export type ArchiveConnection =
  | {
      /**
       * `postgres://user:password@host:port/database?sslmode=…`; a function is asked for each connection, since a
       * password may change.
       */
      url: string | (() => string);
      /** For `tls.connect`, asked for each connection. Without it `sslmode` decides. */
      tls?: () => ConnectionOptions;
    }
  | {
      /** Folder of the socket, asked for each connection: an embedded PostgreSQL that was restarted has another one. */
      socket: () => string;
      port: number;
      user: string;
      password?: string;
      database: string;
    };

/** See {@link openArchive}. */
export interface ArchiveOptions {
  connection: ArchiveConnection;
  /** Connections at once. */
  max?: number;
  /** Milliseconds that a statement may take; the caller of a long one sets its own. */
  statementTimeout?: number;
  /**
   * Milliseconds until a query without an answer is given up, for a server that hangs or a network that is gone:
   * nothing else ends it for many minutes. Longer than `statementTimeout`. Default: never. Work that takes minutes has
   * a timeout of its own.
   */
  answerTimeout?: number;
  /** A connection in the pool broke. What uses it next gets an error or another connection. */
  onError(error: Error): void;
}

/** An open archive. */
export interface Archive {
  db: Kysely<Tables>;
  pool: pg.Pool;
  /**
   * Brings the schema up to this version; one process at a time.
   * @throws LongshoreError ARCHIVE_SCHEMA when the database is newer than this version
   */
  migrate(): Promise<void>;
  /**
   * Whether PostgreSQL answers and has the schema of this version.
   * @throws LongshoreError ARCHIVE_SCHEMA, ARCHIVE_UNAVAILABLE
   */
  check(): Promise<void>;
  /** Resolves when no connection is left; what still waits for an answer after a moment rejects. May be called twice. */
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A lock that is held longer is somebody's open transaction. */
const LOCK_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 4;
/** What is in use when the archive is closed gets this long. */
const CLOSE_GRACE_MS = 2_000;

/** See the header. */
export function openArchive(options: ArchiveOptions): Archive {
  const pool = new pg.Pool({
    ...addressOf(options.connection),
    max: options.max ?? MAX_CONNECTIONS,
    application_name: 'longshore',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(options.answerTimeout !== undefined && { query_timeout: options.answerTimeout }),
    types: TYPES,
    options: sessionOptions(options.statementTimeout ?? STATEMENT_TIMEOUT_MS),
  });
  followAddress(pool, options.connection);
  let closed: Promise<void> | undefined;
  // An embedded server that is stopped next ends connections that have said goodbye with an error of their own.
  const onError = (error: Error): void => {
    if (!closed) options.onError(error);
  };
  pool.on('error', onError);
  // A connection that breaks while it is in use, between two statements, would end the process otherwise. The next
  // statement on it rejects.
  pool.on('connect', (client) => client.on('error', onError));
  const used = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => used.add(client));
  pool.on('release', (_error, client) => used.delete(client));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    db,
    pool,
    migrate: () => migrateArchive(pool),
    check: () => checkArchive(pool),
    close: () => (closed ??= closeSoon(db, pool, used)),
  };
}

/** A server that hangs never answers, and a count may take minutes: neither holds up the end of the process. */
async function closeSoon(db: Kysely<Tables>, pool: pg.Pool, used: ReadonlySet<pg.PoolClient>): Promise<void> {
  const timer = setTimeout(() => {
    for (const client of used) streamOf(client).destroy();
  }, CLOSE_GRACE_MS);
  try {
    await db.destroy();
    // Kysely ends the pool only when a query went through it.
    if (!pool.ending) await pool.end();
  } finally {
    clearTimeout(timer);
  }
}

/** The types leave it out. */
const streamOf = (client: pg.PoolClient): Duplex =>
  (client as pg.PoolClient & { connection: { stream: Duplex } }).connection.stream;

const addressOf = (connection: ArchiveConnection): pg.PoolConfig =>
  'url' in connection
    ? {
        connectionString: typeof connection.url === 'string' ? connection.url : connection.url(),
        ...(connection.tls && { ssl: connection.tls() }),
      }
    : {
        host: connection.socket(),
        port: connection.port,
        user: connection.user,
        database: connection.database,
        ...(connection.password !== undefined && { password: connection.password }),
      };

/** The pool makes each connection of its options. */
function followAddress(pool: pg.Pool, connection: ArchiveConnection): void {
  const follow = (name: 'host' | 'connectionString' | 'ssl', get: () => unknown) =>
    Object.defineProperty(pool.options, name, { get, enumerable: true });
  if ('socket' in connection) {
    follow('host', connection.socket);
    return;
  }
  if (typeof connection.url !== 'string') follow('connectionString', connection.url);
  if (connection.tls) follow('ssl', connection.tls);
}

const sessionOptions = (statementTimeout: number): string =>
  [
    'search_path=longshore,public',
    'timezone=UTC',
    'datestyle=ISO',
    `statement_timeout=${statementTimeout}`,
    `lock_timeout=${LOCK_TIMEOUT_MS}`,
    // Of a disk that turns: the default makes PostgreSQL filter thousands of rows rather than fetch a hundred.
    'random_page_cost=1.1',
  ]
    .map((setting) => `-c ${setting}`)
    .join(' ');
