/**
 * Why an attempt brought no answer, as a closed reason and as a line for people: where, what, next step.
 *
 * Node, OpenSSL, undici and its HTTP parser each have error codes of their own; this file and tls-words.ts are
 * the places that know them. What is not in the tables is `error`, with the error's own words.
 */
import { excerpt, type OwnTrouble, type TransportReason } from '@longshore/event';
import type { Phase } from './exchange.js';
import { type TlsReason, tlsFault } from './tls-words.js';

/** `detail` is one line: host and port, what happened, next step. */
export interface Failure {
  reason: TransportReason;
  detail: string;
}

/** What is known of the attempt beside its error. */
export interface Circumstances {
  /** Not a byte came back, over TLS or without: it says what the other side may have expected. */
  closes?: 'plain' | 'tls';
  /** Where trusted certificates were searched, for people. */
  trusted?: () => string;
}

/** The longest text of an error that is shown, in characters. */
const SAID_LENGTH = 200;

const REASONS: readonly [codes: RegExp, reason: TransportReason][] = [
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'reset'],
  [/^(ENOTFOUND|ENODATA|EAI_\w+)$/, 'dns'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|ENONET)$/, 'unreachable'],
  [/^ERR_PROXY_TARGET$/, 'unreachable'],
  [/^ERR_EGRESS$/, 'egress'],
  [/^ETIMEDOUT$/, 'timeout'],
  [/^(HPE_\w+|UND_ERR_HEADERS_OVERFLOW|ERR_ASSERTION)$/, 'protocol'],
];

const PROXY_STEP =
  'check the proxy’s log; allow the receiver’s host there, or add it to NO_PROXY if it needs no proxy';

/** After trouble of our own nothing is sent to the endpoint for so long. */
export const OWN_TROUBLE_MS = 1_000;

const OWN_TROUBLE: readonly [codes: RegExp, trouble: Exclude<OwnTrouble, 'archive' | 'package'>][] = [
  [/^ERR_PROXY_TUNNEL$/, 'proxy'],
  [/^(EMFILE|ENFILE)$/, 'descriptors'],
];

const OWN_STEP: Record<Exclude<OwnTrouble, 'archive' | 'package'>, string> = {
  proxy: PROXY_STEP,
  token: 'check auth.oauth2.tokenurl and the issuer',
  descriptors: 'raise the limit of open files of this process (ulimit -n, LimitNOFILE)',
};

const NEXT_STEP: Record<Exclude<TransportReason, 'timeout' | 'egress' | TlsReason>, string> = {
  refused: 'start the receiver, or correct host and port in the endpoint’s url',
  reset: 'check the receiver’s log; it may have crashed, or a proxy in between closes connections',
  dns: 'correct the host name in the endpoint’s url, or the name resolution of this machine',
  unreachable: 'check the network, its routes and firewalls between this machine and the receiver',
  protocol: 'check that the endpoint’s url points to an HTTP/1.1 server, and http against https',
  url: 'correct the endpoint’s url',
  token: 'check the endpoint’s auth.oauth2',
  undecodable: 'the stored delivery is damaged',
  error: 'unexpected error; please report it',
};

/** Replaces misleading messages of undici. It asserts that the status of a response is valid. */
const WORDS: Record<string, string> = {
  UND_ERR_HEADERS_OVERFLOW: 'the response has more than 1 MiB of headers',
  ERR_ASSERTION: 'the response has an invalid status',
};

const CLOSES_STEP = {
  plain:
    'try https:// in the endpoint’s url; else check the receiver’s log: it may have crashed, or a proxy in between closes connections',
  tls: 'the receiver may require a client certificate; else check its log: it may have crashed, or a proxy in between closes connections',
};

/** `place`: `host:port`. */
export function failureOf(error: Error, place: string, { closes, trusted }: Circumstances = {}): Failure {
  const cause = mostTelling(error);
  const code = codeOf(cause);
  const tls = tlsFault(cause, code, trusted);
  if (tls && !isKnown(code)) {
    return { reason: tls.reason, detail: `${place}: ${excerpt(tls.said, SAID_LENGTH)}; ${tls.step}` };
  }
  const reason = reasonOf(cause, code);
  if (reason === 'egress') return { reason, detail: `the endpoint’s url leads to ${cause.message}` };
  const said = excerpt(WORDS[code] ?? (cause.message || code || cause.name), SAID_LENGTH);
  return { reason, detail: `${place}: ${said}; ${nextStep(reason, code, closes)}` };
}

/** Why the receiver was not even asked; undefined: the error is not ours. */
export function ownTroubleOf(
  error: Error,
  place: string,
): { trouble: OwnTrouble; detail: string } | undefined {
  const errors = error instanceof AggregateError ? error.errors : [error];
  for (const one of errors) {
    if (!(one instanceof Error)) continue;
    const trouble = OWN_TROUBLE.find(([codes]) => codes.test(codeOf(one)))?.[1];
    if (trouble) {
      const said = excerpt(one.message || codeOf(one), SAID_LENGTH);
      return { trouble, detail: `${place}: ${said}; ${OWN_STEP[trouble]}` };
    }
  }
  return undefined;
}

/** The attempt's own deadline passed before the head of an answer was read. `timeout` in milliseconds; `secure`: of an https url. */
export function timedOut(phase: Phase, place: string, timeout: number, secure = false): Failure {
  const missing = phase === 'connecting' ? 'no connection' : 'no response';
  const step =
    phase === 'connecting'
      ? `check host, port and firewalls${secure ? ', and that the receiver speaks TLS (http against https)' : ''}`
      : 'let the receiver answer before it processes the event, or raise the endpoint’s timeout';
  return { reason: 'timeout', detail: `${place}: ${missing} within ${timeout} ms; ${step}` };
}

const isKnown = (code: string): boolean => REASONS.some(([codes]) => codes.test(code));

function reasonOf(error: Error, code: string): TransportReason {
  // undici gives its parser's errors no code, and what came unasked the code of a broken socket
  if (error.name === 'HTTPParserError') return 'protocol';
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return 'protocol';
  return REASONS.find(([codes]) => codes.test(code))?.[1] ?? 'error';
}

function nextStep(reason: TransportReason, code: string, closes: Circumstances['closes']): string {
  if (code === 'ERR_PROXY_TARGET') return PROXY_STEP;
  if (reason === 'reset' && closes) return CLOSES_STEP[closes];
  if (reason === 'timeout') return 'the operating system gave up connecting; check host, port and firewalls';
  return reason in NEXT_STEP ? NEXT_STEP[reason as keyof typeof NEXT_STEP] : NEXT_STEP.error;
}

/**
 * A name with several addresses fails with one error per address. A refusal is the most useful one: it shows that the machine is there.
 */
function mostTelling(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const errors = error.errors.filter((one): one is Error => one instanceof Error);
  return errors.find((one) => codeOf(one) === 'ECONNREFUSED') ?? errors[0] ?? error;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
