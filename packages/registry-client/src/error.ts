/**
 * The one error of this package. `kind` is a closed set, for policies and metric labels; the message names the
 * place, what happened and the next step, and holds no secret.
 */

/**
 * `not_found`: 404. `unauthorized`: 401 or 403 after one fresh token. `rate_limited`: 429, 503 with
 * `Retry-After`, or the pause that followed, of the registry or its token server; of another host it is `server`. `digest`, `size`: the bytes are others than were asked for.
 * `redirect`: a redirect or token server that is not to be followed. `egress`: the registry is where `egress` does not
 * let a connection lead to. `tls`, `timeout`, `network`: no answer.
 * `server`: 5xx, or an answer that makes no sense. `unsupported`: a body that is no manifest we know.
 * `limit`: larger than is allowed. `reference`: a name, tag or digest outside the specification's grammar.
 * `credentials`: the file or helper gives none, or there is only a lasting one, which is not passed on. `aborted`: the
 * caller’s signal, or `close()`.
 */
export type RegistryErrorKind =
  | 'not_found'
  | 'unauthorized'
  | 'rate_limited'
  | 'digest'
  | 'size'
  | 'redirect'
  | 'egress'
  | 'tls'
  | 'timeout'
  | 'network'
  | 'server'
  | 'unsupported'
  | 'limit'
  | 'reference'
  | 'credentials'
  | 'aborted';

/** Kinds that may go better later without anybody's help. */
const RETRYABLE: ReadonlySet<RegistryErrorKind> = new Set([
  'rate_limited',
  'digest',
  'size',
  'tls',
  'timeout',
  'network',
  'server',
  'credentials',
  'aborted',
]);

/** Request Timeout, Too Early, Too Many Requests. */
const ASKS_FOR_TIME: ReadonlySet<number> = new Set([408, 425, 429]);

interface Details extends ErrorOptions {
  status?: number;
  notBefore?: number;
  attested?: boolean;
}

/** Why a registry could not be asked, or did not answer as it should. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Epoch milliseconds before which another try is not wanted. */
  readonly notBefore: number | undefined;
  /** Of `not_found`: a registry says so, by its version header or an error code. Else it may be a proxy without a backend. */
  readonly attested: boolean;

  constructor(
    readonly kind: RegistryErrorKind,
    message: string,
    { status, notBefore, attested = false, ...options }: Details = {},
  ) {
    super(message, options);
    this.status = status;
    this.notBefore = notBefore;
    this.attested = attested;
  }

  /** The server said no to the question: any 4xx that does not ask for time, or 501. */
  get refused(): boolean {
    const { status = 0 } = this;
    return status === 501 || (status >= 400 && status < 500 && !ASKS_FOR_TIME.has(status));
  }

  /** The same call may go better later. Of `not_found`: only the caller knows whether it is too early. */
  get retryable(): boolean {
    return RETRYABLE.has(this.kind);
  }
}
