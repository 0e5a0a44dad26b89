/**
 * The outcome of one attempt. There are three kinds: delivered, retry, dead. The queue uses the kind only.
 * `reason` is a closed set (it becomes a metric label); `detail` is a sentence for operators.
 */

/** Reasons other than an HTTP status, in words. */
const TRANSPORT = {
  timeout: 'no response within the timeout',
  refused: 'connection refused',
  reset: 'connection closed before a response',
  dns: 'host name could not be resolved',
  tls_expired: 'certificate expired or not valid yet',
  tls_untrusted: 'certificate signed by an untrusted authority',
  tls_hostname: 'certificate does not match the host name',
  tls_protocol: 'no TLS at this port, or no common version or cipher',
  // As a filter, all of them.
  tls: 'certificate or TLS handshake failed',
  unreachable: 'no route to host',
  egress: 'address not allowed by egress',
  token: 'no access token: the token endpoint refused',
  protocol: 'response is not HTTP',
  url: 'invalid url',
  undecodable: 'the stored delivery is damaged',
  error: 'unexpected error',
} as const;

/** Reasons of an endpoint's format, in words. */
const FORMAT = {
  answer: 'the response body does not mean success',
  template: 'the template of the request failed',
} as const;

/** Reasons of endpoints of kind preheat and copy, in words. */
const PREHEAT = {
  warm: 'every part of the image is warm at every target',
  skipped: 'nothing of the image matched the policy, it was a dry run, or the tag names another image by now',
  partial: 'some parts of the image, or some of its referrers, could not be warmed or copied',
  failed: 'no part of the image could be warmed or copied',
  manifest: 'a manifest of the image cannot be read',
  copied: 'the image is at the target',
} as const;

/** Reasons of the endpoint `archive`, in words. */
const ARCHIVE = {
  archived: 'written to the archive',
  archive_duplicate: 'was in the archive already',
  archive_rejected: 'PostgreSQL of the archive refuses this event',
} as const;

/** Reasons of endpoints that are message brokers, in words. */
const BROKER = {
  confirmed: 'the broker has stored the message',
  unroutable: 'the broker has no stream, queue or topic for the message',
  unavailable: 'the broker takes no messages now',
  denied: 'the broker refuses these credentials',
  rejected: 'the broker refuses this message',
  too_large: 'the message is larger than the broker takes',
} as const;

/** Reasons other than an HTTP status. */
export type TransportReason = keyof typeof TRANSPORT;

/** Reasons of an endpoint's format. */
export type FormatReason = keyof typeof FORMAT;

/** Reasons of an endpoint of kind preheat. */
export type PreheatReason = keyof typeof PREHEAT;

/** Reasons of the endpoint `archive`. */
export type ArchiveReason = keyof typeof ARCHIVE;

/** Reasons of an endpoint that is a message broker. */
export type BrokerReason = keyof typeof BROKER;

/** Every reason other than an HTTP status, and what it means in a few words. */
export const REASONS: Readonly<
  Record<TransportReason | FormatReason | PreheatReason | ArchiveReason | BrokerReason, string>
> = {
  ...TRANSPORT,
  ...FORMAT,
  ...PREHEAT,
  ...ARCHIVE,
  ...BROKER,
};

/** `http_503`, one per status code, or one of the others. */
export type Reason =
  | `http_${number}`
  | TransportReason
  | FormatReason
  | PreheatReason
  | ArchiveReason
  | BrokerReason;

/** Whether a reason is one of TLS. As a filter `tls` stands for all of them. */
export const isTlsReason = (reason: string): boolean => reason === 'tls' || reason.startsWith('tls_');

/** The response, or why there is none. */
export interface Answer {
  /** HTTP status, when there was an answer. */
  status?: number;
  reason: Reason;
  /** One line: what happened and what to do. Contains no secret. */
  detail?: string;
  /** The first part of the answer's body, as text. */
  body?: string;
  /** Of a failure on a connection that was opened for it; absent on one that was reused. */
  opening?: Opening;
}

/** Milliseconds that the steps of a new connection took; a step that was not reached is absent. */
export interface Opening {
  /** Absent for an address, and with a proxy, which resolves the name. */
  dns?: number;
  /** Through a proxy: until the tunnel was there. */
  connect?: number;
  tls?: number;
}

/** See the header. */
export type Outcome =
  | ({ kind: 'delivered' } & Answer)
  /** `notBefore`: epoch milliseconds from the receiver's `Retry-After`. */
  | ({ kind: 'retry'; notBefore?: number } & Answer)
  | ({ kind: 'dead' } & Answer);
