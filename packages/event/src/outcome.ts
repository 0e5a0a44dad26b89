/**
 * What one attempt came to. Three kinds, no fourth: delivered, retry, dead. The queue acts on the kind alone.
 * `reason` is a closed set (it becomes a metric label); `detail` is for people.
 */

/** Reasons other than an HTTP status. */
export type TransportReason =
  | 'timeout' // no head of an answer within the endpoint's `timeout`
  | 'refused' // nobody listens there
  | 'reset' // the connection broke before the head of an answer
  | 'dns' // the host name could not be resolved
  | 'tls_expired' // the certificate is expired, or not valid yet
  | 'tls_untrusted' // the certificate is signed by an authority that is not trusted
  | 'tls_hostname' // the certificate does not hold the host's name
  | 'tls_protocol' // the other side does not speak TLS there, or no version or cipher in common
  | 'tls' // anything else of certificates and handshakes; as a filter, all of them
  | 'unreachable' // no route to the host
  | 'protocol' // what came back was not HTTP
  | 'url' // the endpoint's url cannot be posted to
  | 'undecodable' // the stored delivery is damaged
  | 'error'; // anything else; the detail says what

/** Reasons of an endpoint of kind preheat. */
export type PreheatReason =
  | 'warm' // each part of the image is warm at each target
  | 'skipped' // the policy wants nothing of this image, or it was only a dry run
  | 'partial' // some parts of the image, or some of what refers to it, could not be warmed
  | 'failed' // no part of the image could be warmed
  | 'manifest'; // a manifest that cannot be walked: a wrong digest, too large, not readable

/** `http_503`, one per status code, or one of the others. */
export type Reason = `http_${number}` | TransportReason | PreheatReason;

/** Whether a reason is one of TLS. As a filter `tls` stands for all of them. */
export const isTlsReason = (reason: string): boolean => reason === 'tls' || reason.startsWith('tls_');

/** What came back, or why nothing did. */
export interface Answer {
  /** HTTP status, when there was an answer. */
  status?: number;
  reason: Reason;
  /** One line for people: what happened and what to do next. Holds no secret. */
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
