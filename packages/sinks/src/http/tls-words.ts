/**
 * Classifies TLS failures: each needs another action of the operator. OpenSSL's own message contains positions of its
 * source code; only its reason is shown.
 */
import type { TransportReason } from '@longshore/event';

/** The reasons that `isTlsReason` of event groups. */
export type TlsReason = Extract<TransportReason, 'tls' | `tls_${string}`>;

/** Of an error code: the reason, and what to do next. */
interface Row {
  codes: RegExp;
  reason: TlsReason;
  step: string;
}

const RENEW = 'renew the receiver’s certificate';
const NO_TLS = 'no TLS on this port of the receiver; try http:// in the endpoint’s url';

const ROWS: readonly Row[] = [
  { codes: /^CERT_HAS_EXPIRED$/, reason: 'tls_expired', step: RENEW },
  {
    codes: /^CERT_NOT_YET_VALID$/,
    reason: 'tls_expired',
    step: 'check the clocks of this machine and of the issuer of the certificate',
  },
  {
    codes: /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    reason: 'tls_hostname',
    step: 'use a host name of the certificate in the endpoint’s url',
  },
  {
    codes: /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
    reason: 'tls_untrusted',
    step: 'let the receiver send its intermediate certificates, or trust its authority (the endpoint’s tls.ca)',
  },
  {
    codes:
      /^(DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+|INVALID_CA|CERT_UNTRUSTED|CERT_REJECTED|CERT_CHAIN_TOO_LONG|CERT_SIGNATURE_FAILURE|PATH_LENGTH_EXCEEDED)$/,
    reason: 'tls_untrusted',
    step: 'trust its certificate authority (the endpoint’s tls.ca, or the system’s store), or give it a certificate of a known one',
  },
  {
    codes: /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL)$/,
    reason: 'tls_protocol',
    step: NO_TLS,
  },
  {
    codes:
      /^ERR_SSL_\w*(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE|INSUFFICIENT_SECURITY)$/,
    reason: 'tls_protocol',
    step: 'enable TLS 1.2 or newer at the receiver',
  },
  {
    codes: /^ERR_SSL_\w*UNRECOGNIZED_NAME$/,
    reason: 'tls_hostname',
    step: 'the receiver serves no such host name; correct the endpoint’s url',
  },
  {
    codes: /^ERR_SSL_\w*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)\w*$/,
    reason: 'tls',
    step: 'the receiver requires a client certificate; a proxy in front of it can send one',
  },
  {
    codes: /^ERR_SSL_\w*HANDSHAKE_FAILURE$/,
    reason: 'tls_protocol',
    step: 'no common cipher, or the receiver requires a client certificate; check its log',
  },
  {
    codes: /^(EPROTO|ERR_SSL_\w+)$/,
    reason: 'tls_protocol',
    step: 'check the receiver’s log, and that it uses TLS on this port',
  },
  {
    codes: /^(ERR_TLS_\w+|ERR_OSSL_\w+|ERR_CRYPTO_\w+|CERT_\w+|CRL_\w+|INVALID_PURPOSE)$/,
    reason: 'tls',
    step: 'check the receiver’s certificate and the trusted certificates of this endpoint',
  },
];

/** What of an error concerns TLS; undefined when nothing does. */
export interface TlsFault {
  reason: TlsReason;
  /** What happened, on one line. */
  said: string;
  step: string;
}

/** @param trusted the locations searched for trusted certificates */
export function tlsFault(error: Error, code: string, trusted?: () => string): TlsFault | undefined {
  const telling = code === 'EPROTO' || code === '' ? (codeIn(error.message) ?? code) : code;
  const row = ROWS.find(({ codes }) => codes.test(telling));
  if (row === undefined) return undefined;
  const looked = row.reason === 'tls_untrusted' && trusted ? ` Searched: ${trusted()}` : '';
  return { reason: row.reason, said: saidBy(error), step: `${row.step}.${looked}`.replace(/\.$/, '') };
}

/** `…:error:0A00010B:SSL routines:function:wrong version number:file:line:` */
function opensslReason(message: string): string | undefined {
  const parts = message.split(':');
  const at = parts.indexOf('error');
  return at < 0 ? undefined : parts[at + 4];
}

function codeIn(message: string): string | undefined {
  const reason = opensslReason(message);
  return reason && `ERR_SSL_${reason.trim().replaceAll(/\W/g, '_').toUpperCase()}`;
}

function saidBy({ message }: Error): string {
  const reason = opensslReason(message);
  return reason ? `TLS failed: ${reason}` : message;
}
