/**
 * Whose trouble a failed attempt is. A receiver that is down costs no event: failures by these reasons hold its
 * endpoint, and what died of them is revived. A receiver that answers otherwise is up.
 */
import {
  type ArchiveReason,
  type BrokerReason,
  type FormatReason,
  isTlsReason,
  type PreheatReason,
  type TransportReason,
} from './outcome.js';

/**
 * `outage`: the receiver is not there, or asks for time. `answer`: it is there, and took the event or refused it.
 * `unknown`: it was not asked.
 */
export type Trouble = 'outage' | 'answer' | 'unknown';

/** Trouble of our own: it costs no attempt, and does not count against the receiver. In words. */
export const OWN_TROUBLES = {
  proxy: 'the proxy is unavailable, or refuses this machine',
  token: 'the token endpoint is unavailable',
  descriptors: 'no file descriptor is left for a connection',
  archive: 'PostgreSQL of the archive is unavailable',
  package: 'a package that this kind of endpoint needs is not installed',
} as const;

/** See {@link OWN_TROUBLES}. */
export type OwnTrouble = keyof typeof OWN_TROUBLES;

type AnyReason = TransportReason | FormatReason | PreheatReason | ArchiveReason | BrokerReason;

const TROUBLE: Readonly<Record<AnyReason, Trouble>> = {
  timeout: 'outage',
  refused: 'outage',
  reset: 'outage',
  dns: 'outage',
  tls_expired: 'outage',
  tls_untrusted: 'outage',
  tls_hostname: 'outage',
  tls_protocol: 'outage',
  tls: 'outage',
  unreachable: 'outage',
  // The receiver cannot be reached until a setting is changed: its events wait for that
  egress: 'outage',
  token: 'unknown',
  protocol: 'answer',
  url: 'unknown',
  undecodable: 'unknown',
  error: 'unknown',
  answer: 'answer',
  template: 'unknown',
  warm: 'answer',
  copied: 'answer',
  skipped: 'unknown',
  partial: 'answer',
  failed: 'answer',
  manifest: 'answer',
  archived: 'answer',
  archive_duplicate: 'answer',
  archive_rejected: 'answer',
  confirmed: 'answer',
  unroutable: 'answer',
  // A memory alarm, a leader that is being elected, a server that loads its data
  unavailable: 'outage',
  denied: 'answer',
  rejected: 'answer',
  too_large: 'answer',
};

const BY_REASON: ReadonlyMap<string, Trouble> = new Map(Object.entries(TROUBLE));

const OUTAGE_STATUS: ReadonlySet<string> = new Set(['http_429', 'http_502', 'http_503', 'http_504']);

/** @param reason of an outcome; one of another version is `unknown` */
export function troubleOf(reason: string): Trouble {
  if (reason.startsWith('http_')) return OUTAGE_STATUS.has(reason) ? 'outage' : 'answer';
  if (isTlsReason(reason)) return 'outage';
  return BY_REASON.get(reason) ?? 'unknown';
}

/** Every reason of an outage. */
export const OUTAGE_REASONS: readonly string[] = [
  ...Object.entries(TROUBLE).flatMap(([reason, trouble]) => (trouble === 'outage' ? [reason] : [])),
  ...OUTAGE_STATUS,
];
