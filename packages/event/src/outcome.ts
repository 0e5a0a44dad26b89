/**
 * The outcome of one attempt. There are three kinds: delivered, retry, dead. The queue uses the kind only.
 * `reason` is a closed set (it becomes a metric label); `detail` is a sentence for operators.
 */

/** Reasons other than an HTTP status. */
export type TransportReason =
  | 'timeout' // no response head within the endpoint's `timeout`
  | 'refused' // connection refused
  | 'reset' // the connection broke before the response head
  | 'dns' // the host name could not be resolved
  | 'tls_expired' // the certificate is expired, or not valid yet
  | 'tls_untrusted' // the certificate is signed by an authority that is not trusted
  | 'tls_hostname' // the certificate does not contain the host's name
  | 'tls_protocol' // no TLS on that port, or no common version or cipher
  | 'tls' // any other certificate or handshake failure; as a filter, all of them
  | 'unreachable' // no route to the host
  | 'protocol' // the response is not HTTP
  | 'url' // the endpoint's url is not usable
  | 'undecodable' // the stored delivery is damaged
  | 'error'; // anything else; the detail says what

/** Reasons of an endpoint of kind preheat. */
export type PreheatReason =
  | 'warm' // each part of the image is warm at each target
  | 'skipped' // the policy excludes every part, or it was a dry run
  | 'partial' // some parts of the image, or some referrers, could not be warmed
  | 'failed' // no part of the image could be warmed
  | 'manifest'; // a manifest that cannot be walked: a wrong digest, too large, not readable

/** `http_503`, one per status code, or one of the others. */
export type Reason = `http_${number}` | TransportReason | PreheatReason;

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
}

/** See the header. */
export type Outcome =
  | ({ kind: 'delivered' } & Answer)
  /** `notBefore`: epoch milliseconds from the receiver's `Retry-After`. */
  | ({ kind: 'retry'; notBefore?: number } & Answer)
  | ({ kind: 'dead' } & Answer);
