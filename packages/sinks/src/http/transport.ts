/**
 * Why an attempt brought no answer, as a closed reason and as a line for people: where, what, next step.
 *
 * Node, OpenSSL, undici and its HTTP parser each have error codes of their own; this is the one place that
 * knows them. What is not in the table is `error`, with the error's own words.
 */
import { excerpt, type TransportReason } from '@longshore/event';
import type { Phase } from './exchange.js';

/** `detail` is one line: host and port, what happened, next step. */
export interface Failure {
  reason: TransportReason;
  detail: string;
}

const REASONS: readonly [codes: RegExp, reason: TransportReason][] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'reset'],
  [/^(ENOTFOUND|ENODATA|EAI_\w+)$/, 'dns'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|ENONET)$/, 'unreachable'],
  [/^ERR_PROXY_TUNNEL$/, 'unreachable'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(EPROTO|ERR_TLS_\w+|ERR_SSL_\w+|ERR_OSSL_\w+|CERT_\w+|CRL_\w+)$/, 'tls'],
  [/^(DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)$/, 'tls'],
  [/^(HPE_\w+|UND_ERR_HEADERS_OVERFLOW)$/, 'protocol'],
];

const NEXT_STEP: Record<Exclude<TransportReason, 'timeout'>, string> = {
  refused: 'start the receiver, or correct host and port in the endpoint’s url',
  reset: 'see the receiver’s log; it may have crashed, or something between cuts connections',
  dns: 'correct the host name in the endpoint’s url, or mend name resolution on this machine',
  tls: 'see which certificate the receiver shows, and which this endpoint trusts',
  unreachable: 'check the network, its routes and firewalls between this machine and the receiver',
  protocol: 'check that the endpoint’s url points at an HTTP/1.1 server, and http against https',
  url: 'correct the endpoint’s url',
  undecodable: 'it was stored by another version; run that version to deliver it',
  error: 'see the words above; if they do not help, please report them',
};

const PROXY_STEP =
  'see the proxy’s log; allow the receiver’s host there, or name it in NO_PROXY if it needs no proxy';

const TLS_STEP: readonly [codes: RegExp, step: string][] = [
  [/^CERT_HAS_EXPIRED$/, 'renew the receiver’s certificate'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'use a host name in the endpoint’s url that the certificate holds'],
  [/^(EPROTO|ERR_SSL_\w+)$/, 'check that the receiver speaks TLS on this port, and http against https'],
  [
    /SELF_SIGNED|UNABLE_TO_/,
    'trust its certificate authority (the endpoint’s tls.ca), or give it a certificate of a known one',
  ],
];

/** `place`: `host:port`. */
export function failureOf(error: Error, place: string): Failure {
  const cause = mostTelling(error);
  const code = codeOf(cause);
  const reason = reasonOf(cause, code);
  const said = excerpt(cause.message || code || cause.name, 200);
  return { reason, detail: `${place}: ${said}; ${nextStep(reason, code)}` };
}

/** The attempt's own deadline passed. `timeout` in milliseconds. */
export function timedOut(phase: Phase, place: string, timeout: number): Failure {
  const missing = {
    connecting: 'no connection',
    waiting: 'no answer',
    reading: 'an answer began but did not end',
  }[phase];
  const step =
    phase === 'connecting'
      ? 'check host, port and firewalls'
      : 'let the receiver answer first and work afterwards, or raise the endpoint’s timeout';
  return { reason: 'timeout', detail: `${place}: ${missing} within ${timeout} ms; ${step}` };
}

function reasonOf(error: Error, code: string): TransportReason {
  // undici gives its parser's errors no code, and what came unasked the code of a broken socket
  if (error.name === 'HTTPParserError') return 'protocol';
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return 'protocol';
  return REASONS.find(([codes]) => codes.test(code))?.[1] ?? 'error';
}

function nextStep(reason: TransportReason, code: string): string {
  if (code === 'ERR_PROXY_TUNNEL') return PROXY_STEP;
  if (reason === 'timeout') return 'the operating system gave up connecting; check host, port and firewalls';
  if (reason !== 'tls') return NEXT_STEP[reason];
  return TLS_STEP.find(([codes]) => codes.test(code))?.[1] ?? NEXT_STEP.tls;
}

/**
 * A name with several addresses fails with one error per address. A refusal tells most: the machine is there.
 */
function mostTelling(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const errors = error.errors.filter((one): one is Error => one instanceof Error);
  return errors.find((one) => codeOf(one) === 'ECONNREFUSED') ?? errors[0] ?? error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
