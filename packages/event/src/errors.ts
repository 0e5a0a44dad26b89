/**
 * Every error that Longshore raises: code, description, whether an outsider may read it, whether a retry can help, and
 * the HTTP status for requests. `docs/reference/errors.md` is generated from this table.
 */

interface ErrorRow {
  /** What the error means and what to do, for the reference page. */
  help: string;
  /** Whether the caller of an HTTP listener may read the message. */
  expose: boolean;
  /** Whether a retry can help. */
  retry: boolean;
  /** HTTP status; absent for errors that no request gets. */
  status?: number;
}

const rows = {
  CONFIG_INVALID: {
    help: 'The configuration is invalid. The message lists each error with file, line and the nearest known key. Fix them and run `longshore check FILE`.',
    expose: false,
    retry: false,
  },
  SECRET_MISSING: {
    help: 'A secret reference (`env:NAME` or `file:/path`) could not be resolved. Set the variable or create the file for the user that runs Longshore.',
    expose: false,
    retry: false,
  },
  SOURCE_UNAUTHORIZED: {
    help: 'The request has no credentials or wrong ones for this source. Compare the sender’s header with `ingest.auth` or the source’s `auth`. Nothing was stored.',
    expose: true,
    retry: false,
    status: 401,
  },
  SOURCE_KEYS: {
    help: 'The keys of a source’s `oidc` issuer are unavailable, so the token cannot be verified. Check `auth.oidc.jwks` and the network. Nothing was stored; the sender retries.',
    expose: true,
    retry: true,
    status: 503,
  },
  SOURCE_NETWORK: {
    help: 'The client’s address is in none of the networks of `sources[].from`. Behind a proxy, set `ingest.proxy`, or every client has the proxy’s address. Nothing was stored.',
    expose: true,
    retry: false,
    status: 403,
  },
  SOURCE_RATE: {
    help: 'The source sends more requests than `sources[].rate` allows in one process. A sender that retries sends it again; others lose the event. Raise the rate.',
    expose: true,
    retry: true,
    status: 429,
  },
  SOURCE_UNKNOWN: {
    help: 'There is no source at this path. The response lists the available paths.',
    expose: true,
    retry: false,
    status: 404,
  },
  SOURCE_METHOD: {
    help: 'The method is not allowed on this path. Use POST for webhooks.',
    expose: true,
    retry: false,
    status: 405,
  },
  SOURCE_TOO_LARGE: {
    help: 'The body is larger than `ingest.maxbody`. Raise it: a registry retries the same event forever.',
    expose: true,
    retry: false,
    status: 413,
  },
  SOURCE_RATIO: {
    help: 'The compressed body expands to more than 200 times its size, which no registry’s events do. Send it uncompressed.',
    expose: true,
    retry: false,
    status: 413,
  },
  SOURCE_BUSY: {
    help: 'The bodies of the requests in flight reached `ingest.maxinflight` of this process. The sender retries; raise the limit if the process has the memory.',
    expose: true,
    retry: true,
    status: 503,
  },
  SOURCE_BODY: {
    help: 'The request body was truncated: the sender gave up, or the connection broke. The sender got no response and retries.',
    expose: true,
    retry: true,
    status: 400,
  },
  QUEUE_UNAVAILABLE: {
    help: 'Redis is unavailable: it is unreachable, does not answer in time, is a replica, or refuses commands. The message names the cause and the next step. Nothing is lost if the sender retries; the spool stores requests of senders that do not. Check `/readyz` and Redis.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_FULL: {
    help: 'Redis is above 80 % of its maxmemory, so new events wait at the sender while workers drain the backlog. Add workers, fix the failing endpoint, or raise maxmemory.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_UNSAFE: {
    help: 'Redis could lose events, so ingest stores none. The message names one of two causes. Its disk is full or cannot be written (the message has the folder and the free space if they are known): free some space, and Redis accepts writes again. Or it may evict deliveries (an allkeys maxmemory-policy): set `maxmemory-policy noeviction`.',
    expose: true,
    retry: true,
    status: 503,
  },
  QUEUE_TOO_SMALL: {
    help: 'The request needs more than 80 % of Redis’ maxmemory, so it would not fit into an empty Redis either. Raise maxmemory, or ignore such events at some endpoints.',
    expose: true,
    retry: true,
    status: 503,
  },
  SPOOL_FULL: {
    help: 'Redis is unavailable, and the spool has reached `ingest.spool.maxbytes`. Fix Redis first; raise the limit if the disk has room.',
    expose: true,
    retry: true,
    status: 503,
  },
  SPOOL_FAILED: {
    help: 'Redis is unavailable, and the spool cannot be written: the disk is full, or the folder has the wrong owner. The message has the system’s error.',
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
    help: 'The embedded Redis did not start, or is older than Redis 7. The message has its last output, or its version and the command that installs a newer one.',
    expose: false,
    retry: false,
  },
  POSTGRES_NOT_FOUND: {
    help: 'The archive has no `archive.url`, and this machine has no PostgreSQL 15 or newer, or not the version that wrote the archive. The message has the command that installs one, and those that move the archive to another version.',
    expose: false,
    retry: false,
  },
  POSTGRES_START_FAILED: {
    help: 'The embedded PostgreSQL of the archive did not start. The message has its last output, or the folder that its user may not enter.',
    expose: false,
    retry: false,
  },
  ARCHIVE_UNAVAILABLE: {
    help: 'PostgreSQL of the archive is unavailable: it is unreachable, starting up, read only, out of disk space, or does not answer in time. The message has its error. Nothing is lost: events wait in the queue of the endpoint `archive` and are written when PostgreSQL is back.',
    expose: true,
    retry: true,
    status: 503,
  },
  ARCHIVE_SCHEMA: {
    help: 'The archive’s database was migrated by a newer Longshore, and an older one does not write to it. Run that newer version everywhere, or give this one a database of its own with `archive.url`.',
    expose: true,
    retry: false,
    status: 503,
  },
  ARCHIVE_SLOW: {
    help: 'A search of the archive took longer than 10 s and was ended, so that it slows nothing else down. Give a narrower time (`since`, `until`), a repository, a digest or an actor.',
    expose: true,
    retry: false,
    status: 504,
  },
  ARCHIVE_OFF: {
    help: 'The command, page or API path needs the archive, and the configuration has no `archive`. Add `archive: {}` and restart.',
    expose: true,
    retry: false,
    status: 404,
  },
  LOCK_FAILED: {
    help: 'A folder for a single process (of the embedded Redis or of the spool) cannot be locked: the system does not list its processes. Mount `/proc` in the container, or install `ps`.',
    expose: false,
    retry: false,
  },
  DATADIR_LOCKED: {
    help: 'Another Longshore uses this `datadir`. Stop it, or give this one its own `datadir`.',
    expose: false,
    retry: false,
  },
  LISTEN_FAILED: {
    help: 'A listener’s address is in use or not allowed. The message names the listener and the setting.',
    expose: false,
    retry: false,
  },
  DASHBOARD_OPEN: {
    help: 'The dashboard would be unprotected: it listens beyond loopback without `dashboard.auth`. Set it, or listen on loopback.',
    expose: false,
    retry: false,
  },
  DASHBOARD_ISSUER: {
    help: 'The OpenID Connect issuer of `dashboard.auth.oidc` is unreachable, answers with an error, or refuses the client. Check the setting, and the issuer. Sessions that exist continue.',
    expose: true,
    retry: true,
    status: 503,
  },
  RELAY_NOT_RUNNING: {
    help: 'A command found no running Redis: the relay with this configuration is not running, or `redis.url` is wrong. Start the relay, or pass its configuration with `--config`.',
    expose: false,
    retry: true,
  },
  SEND_FAILED: {
    help: '`longshore send` got no response or not a 2xx. The message has the response.',
    expose: false,
    retry: false,
  },
  ENDPOINT_WAITS: {
    help: 'A test was not sent, because the endpoint is paused, held, disabled or removed, so it would wait. The message says which. Resume the endpoint, or wait until its receiver answers again.',
    expose: true,
    retry: true,
    status: 409,
  },
  REQUEST_INVALID: {
    help: 'A filter, a parameter or the body of an API request, or an option of a command, is invalid. The message names it and suggests the nearest valid one.',
    expose: true,
    retry: false,
    status: 400,
  },
  REQUEST_UNAUTHORIZED: {
    help: 'The dashboard requires a sign-in: a user of `dashboard.auth.basic`, a token of `dashboard.auth.tokens`, the proxy of `dashboard.auth.proxy`, or the issuer of `dashboard.auth.oidc`.',
    expose: true,
    retry: false,
    status: 401,
  },
  REQUEST_REFUSED: {
    help: 'A page of another site sent the request, or it is a change and `dashboard.operate` is false, or the role of the user may not do it (`dashboard.roles`). Nothing was stored or changed. For Longshore’s own pages behind a proxy, add the proxy’s host name to `dashboard.hosts`.',
    expose: true,
    retry: false,
    status: 403,
  },
  REQUEST_HOST: {
    help: 'The `Host` of the request is not a name of this machine, and the listener is on loopback without a secret. Add the name to `ingest.hosts`, `dashboard.hosts` or `admin.hosts`, or set a secret.',
    expose: true,
    retry: false,
    status: 421,
  },
  REQUEST_THROTTLED: {
    help: 'Too many sign-in failures from this address, and further attempts are queued. Wait a second and retry.',
    expose: true,
    retry: true,
    status: 429,
  },
  REQUEST_NOT_FOUND: {
    help: 'No such endpoint, delivery, quarantined request, operation or path. A dead letter may have been retried, delivered or removed meanwhile.',
    expose: true,
    retry: false,
    status: 404,
  },
  REQUEST_METHOD: {
    help: 'The method is not allowed on this path of the API. The response lists the allowed methods.',
    expose: true,
    retry: false,
    status: 405,
  },
  REQUEST_TYPE: {
    help: 'The API requires `Content-Type: application/json` for changes. A form of another site cannot send that.',
    expose: true,
    retry: false,
    status: 415,
  },
  INTERNAL: {
    help: 'A bug in Longshore. The request was not stored; the sender retries. Please report it with the log line.',
    expose: false,
    retry: true,
    status: 500,
  },
} as const satisfies Record<string, ErrorRow>;

/** Code of an error in responses, logs and runbooks. */
export type ErrorCode = keyof typeof rows;

/** The table, for the reference page and for the HTTP edge. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorRow>> = rows;

/** An error of the table. The message describes this occurrence; the row describes the kind. */
export class LongshoreError extends Error {
  override readonly name = 'LongshoreError';
  /** What the caller of an HTTP listener may read, where that is less than the message. */
  readonly outside?: string;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { outside, ...options }: ErrorOptions & { outside?: string | undefined } = {},
  ) {
    super(message, options);
    if (outside !== undefined) this.outside = outside;
  }
}
