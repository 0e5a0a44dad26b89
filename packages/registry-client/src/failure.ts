/**
 * Why a request brought no answer, as a kind and a line for people. node, OpenSSL and got have codes of their
 * own; this is the place that knows them.
 */
import { excerpt } from '@longshore/event';
import { type Ended, LONGEST_TRANSFER_MS, SLOWEST_BYTES_PER_MINUTE } from './attempt.js';
import { RegistryError, type RegistryErrorKind } from './error.js';

interface Circumstances {
  url: URL;
  /** Set when this side ended it. */
  ended: Ended | undefined;
  /** Milliseconds. */
  timeout: number;
  idle: boolean;
}

const TLS =
  /^(EPROTO|ERR_(TLS|SSL|OSSL)_|CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_CA|HOSTNAME_)/;

/** The connection was there, and ended before the answer did. */
const BROKEN = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|ERR_STREAM_PREMATURE_CLOSE)$|aborted pending|hang up/;

/** No file descriptor is left. */
const OWN = /^(EMFILE|ENFILE)$/;

const NEXT_STEP: Partial<Record<RegistryErrorKind, string>> = {
  tls: 'check the server’s certificate and the trusted ones (tls.ca)',
  timeout: 'check host, port and firewalls, or raise the timeout',
  network: 'check that the registry is running, its URL, name resolution and the network',
};

/** Why a transfer was ended that was not silent. */
const TRANSFER: Readonly<Record<'slow' | 'long', string>> = {
  slow: `the body is too slow, with less than ${SLOWEST_BYTES_PER_MINUTE / 1024} KiB a minute; check the network and the load of the server`,
  long: `the body did not end within ${LONGEST_TRANSFER_MS / 3_600_000} h; check what the server sends`,
};

/** Of anything that was thrown while a request went on. An error of ours stays what it is. */
export function failureOf(error: unknown, { url, ended, timeout, idle }: Circumstances): RegistryError {
  const chain = causes(error);
  const ours = chain.find((one) => one instanceof RegistryError);
  if (ours) return ours;
  if (ended === 'aborted') return new RegistryError('aborted', `${url.host}: aborted`);
  if (ended === 'slow' || ended === 'long') {
    return new RegistryError('timeout', `${url.host}: ${TRANSFER[ended]}`);
  }
  if (ended === 'timeout') {
    const said = idle ? `no byte for ${timeout} ms` : `no complete response within ${timeout} ms`;
    return new RegistryError('timeout', `${url.host}: ${said}; ${NEXT_STEP.timeout}`);
  }
  const code = chain.map(codeOf).find((one) => one !== '' && !one.startsWith('ERR_GOT')) ?? '';
  const kind = TLS.test(code) ? 'tls' : code === 'ETIMEDOUT' ? 'timeout' : 'network';
  const said = chain[0] instanceof Error && chain[0].message !== '' ? chain[0].message : code;
  const broken = kind === 'network' && (BROKEN.test(code) || BROKEN.test(said));
  const step = broken
    ? 'the connection ended before the response was complete; check its log'
    : NEXT_STEP[kind];
  // The caller's own trouble is not the registry's: it can tell by the cause.
  const cause = OWN.test(code) ? { cause: chain.find((one) => codeOf(one) === code) } : {};
  return new RegistryError(kind, `${url.host}: ${excerpt(said)}; ${step}`, cause);
}

/** Outermost first. A name with several addresses fails with one error per address; the first stands for all. */
function causes(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let one = error; one !== undefined && found.length < 10; ) {
    found.push(one);
    if (one instanceof AggregateError) one = one.errors[0];
    else one = one instanceof Error ? one.cause : undefined;
  }
  return found;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
