/**
 * Every error that Longshore raises, once: code, words, may an outsider read it, is it worth trying again,
 * and the HTTP status where it meets a request. `docs/reference/errors.md` is made from this table.
 */

interface ErrorRow {
  /** What the error means and what to do next, as the reference page prints it. */
  help: string;
  /** May the caller of an HTTP listener read the message. */
  expose: boolean;
  /** Is the same thing worth trying again. */
  retry: boolean;
  /** HTTP status at the edge; absent where it never reaches one. */
  status?: number;
}

const rows = {
  CONFIG_INVALID: {
    help: 'The configuration cannot be used. The message lists each place with file, line and the nearest known key. Correct it and run `longshore check FILE`.',
    expose: false,
    retry: false,
  },
  SECRET_MISSING: {
    help: 'A secret reference (`env:NAME` or `file:/path`) could not be resolved. Set the variable or create the file for the user that runs Longshore.',
    expose: false,
    retry: false,
  },
  SOURCE_UNAUTHORIZED: {
    help: 'The request has no or wrong credentials for this source. Compare the sender’s header with `ingest.auth` or the source’s `auth`. Nothing was stored.',
    expose: true,
    retry: false,
    status: 401,
  },
  SOURCE_KEYS: {
    help: 'The keys of a source’s `oidc` issuer cannot be fetched, so its token cannot be checked. Look at `auth.oidc.jwks` and at the way there. Nothing was stored; the sender sends again.',
    expose: true,
    retry: true,
    status: 503,
  },
  SOURCE_UNKNOWN: {
    help: 'No source listens on this path. The answer names the known paths.',
    expose: true,
    retry: false,
    status: 404,
  },
  SOURCE_METHOD: {
    help: 'The path exists, the method does not. Webhooks are posted.',
    expose: true,
    retry: false,
    status: 405,
  },
  SOURCE_TOO_LARGE: {
    help: 'The body is larger than `ingest.maxbody`. Raise it: a registry sends the same event for ever.',
    expose: true,
    retry: false,
    status: 413,
  },
  SOURCE_RATIO: {
    help: 'The compressed body inflates to more than 200 times its size, which no registry’s events do. Send it uncompressed.',
    expose: true,
    retry: false,
    status: 413,
  },
  SOURCE_BUSY: {
    help: 'The bodies of the requests in flight take `ingest.maxinflight` bytes of this process. The sender sends again; raise the limit if the process has the memory.',
    expose: true,
    retry: true,
    status: 503,
  },
  SOURCE_BODY: {
    help: 'The body did not arrive whole: the sender gave up, or the connection broke. The sender has no answer and will send again.',
    expose: true,
    retry: true,
    status: 400,
  },
  QUEUE_UNAVAILABLE: {
    help: 'Redis cannot be used: it is away, does not answer in time, is a replica, or refuses what Longshore asks. The message names the cause and the next step. Nothing is lost if the sender sends again; of those that do not, the spool keeps the requests. Look at `/readyz` and at Redis.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_FULL: {
    help: 'Redis is over 80 % of its maxmemory, so new events wait at the sender while workers drain. Add workers, mend the endpoint that fails, or raise maxmemory.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_UNSAFE: {
    help: 'Redis could lose events, so nothing is taken into it. The message says which of two causes it is. Its disk is full or cannot be written (the message has the folder and the free space where they are known): free some space, and Redis takes writes again by itself. Or it may evict deliveries (a maxmemory-policy of the allkeys kind): set `maxmemory-policy noeviction`.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_TOO_SMALL: {
    help: 'The request needs more room than 80 % of Redis’ maxmemory, so it would not fit into an empty Redis either. Raise maxmemory, or let fewer endpoints have such events.',
    expose: true,
    retry: true,
    status: 503,
  },
  SPOOL_FULL: {
    help: 'Redis cannot have the request, and the spool, which would keep it meanwhile, holds `ingest.spool.maxbytes`. Mend Redis first; raise the limit if the disk has room.',
    expose: true,
    retry: true,
    status: 503,
  },
  SPOOL_FAILED: {
    help: 'Redis cannot have the request, and the spool, which would keep it meanwhile, cannot be written: the disk is full, or the folder is not the user’s. The message has the system’s words.',
    expose: true,
    retry: true,
    status: 503,
  },
  REDIS_NOT_FOUND: {
    help: 'No `redis.url` is set and no redis-server or valkey-server is on the PATH. Install one or set `redis.url`.',
    expose: false,
    retry: false,
  },
  REDIS_START_FAILED: {
    help: 'The embedded Redis did not start, or is older than Redis 7. The message holds its last lines of output, or its version and the command that installs a newer one.',
    expose: false,
    retry: false,
  },
  LOCK_FAILED: {
    help: 'A folder that only one process may use (the embedded Redis’ or the spool’s) cannot be locked: the system does not show which processes run. Mount `/proc` in the container, or install `ps`.',
    expose: false,
    retry: false,
  },
  DATADIR_LOCKED: {
    help: 'Another Longshore uses this `datadir`. Stop it, or give this one a `datadir` of its own.',
    expose: false,
    retry: false,
  },
  LISTEN_FAILED: {
    help: 'A listener’s address is taken or not allowed. The message names the listener and the setting.',
    expose: false,
    retry: false,
  },
  DASHBOARD_OPEN: {
    help: 'The dashboard would be open to everybody: it listens beyond loopback and has no `dashboard.auth`.',
    expose: false,
    retry: false,
  },
  RELAY_NOT_RUNNING: {
    help: 'A command that looks into a relay found no Redis that answers: the relay of this configuration does not run, or `redis.url` is wrong. Start it, or name its configuration with `--config`.',
    expose: false,
    retry: true,
  },
  SEND_FAILED: {
    help: '`longshore send` got no answer or not a 2xx. The message holds the answer.',
    expose: false,
    retry: false,
  },
  REQUEST_INVALID: {
    help: 'A filter, a parameter or the body of a request to the dashboard’s API, or an option of a command, cannot be understood. The message names it and the nearest that is known.',
    expose: true,
    retry: false,
    status: 400,
  },
  REQUEST_UNAUTHORIZED: {
    help: 'The dashboard’s API wants a name and a password: those of `dashboard.auth.basic`.',
    expose: true,
    retry: false,
    status: 401,
  },
  REQUEST_REFUSED: {
    help: 'A page of another site sent the request, or it is a change and `dashboard.operate` is false. Nothing was taken or changed. Longshore’s own pages behind a proxy: add its host name to `dashboard.hosts`.',
    expose: true,
    retry: false,
    status: 403,
  },
  REQUEST_HOST: {
    help: 'The `Host` of the request is no name of this machine, and the listener is on loopback without a secret. Add the name to `ingest.hosts`, `dashboard.hosts` or `admin.hosts`, or ask for a secret.',
    expose: true,
    retry: false,
    status: 421,
  },
  REQUEST_THROTTLED: {
    help: 'Too many wrong names or passwords came from this address, and others are waiting to be compared. Wait a second and try again.',
    expose: true,
    retry: true,
    status: 429,
  },
  REQUEST_NOT_FOUND: {
    help: 'There is no endpoint, delivery, quarantined request, operation or path of this name. What was dead may have been retried, delivered or removed meanwhile.',
    expose: true,
    retry: false,
    status: 404,
  },
  REQUEST_METHOD: {
    help: 'The path of the API exists, the method does not. The answer names those that do.',
    expose: true,
    retry: false,
    status: 405,
  },
  REQUEST_TYPE: {
    help: 'A change is posted to the API as JSON: `Content-Type: application/json`. A form of another site cannot send that.',
    expose: true,
    retry: false,
    status: 415,
  },
  INTERNAL: {
    help: 'A fault in Longshore. The request was not taken; the sender will send again. Please report it with the log line.',
    expose: false,
    retry: true,
    status: 500,
  },
} as const satisfies Record<string, ErrorRow>;

/** Code of a row: what answers, logs and runbooks call the error. */
export type ErrorCode = keyof typeof rows;

/** The table, for the reference page and for the HTTP edge. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = rows;

/** An error of the table. The message says what happened here; the row says what kind of thing it is. */
export class LongshoreError extends Error {
  override readonly name = 'LongshoreError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
