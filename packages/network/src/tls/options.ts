/** The settings `tls` of whatever is connected to, as node takes them. */
import { createSecureContext, type SecureContext } from 'node:tls';
import { nodesCertificates, type Trust } from '../trust/trust.js';

/** Texts are PEM. */
export interface TlsOptions {
  ca?: string;
  /** Client certificate, and its key. */
  cert?: string;
  key?: string;
  /** Name to ask for and to check the certificate against, instead of the host. */
  servername?: string;
  /** Default 1.2. */
  minversion?: '1.2' | '1.3';
  /** The certificate is not checked. */
  insecure?: boolean;
}

/** For `tls.connect`, beside the socket and the host. */
export interface SecureOptions {
  secureContext?: SecureContext;
  servername?: string;
  rejectUnauthorized?: false;
}

/** What counts beside `ca`. `alone`: nothing. `beside`: what the system trusts, for servers that lead to others. */
export type Authorities = 'alone' | 'beside';

/**
 * What a connection needs, asked for at each one; contexts are made with the first.
 * @param trust what is trusted without `ca`; default node's own list
 * @returns throws when certificates or key cannot be read: see `tlsFault`
 */
export function secureOptions(
  { ca, cert, key, servername, minversion, insecure }: TlsOptions = {},
  trust?: Trust,
  authorities: Authorities = 'alone',
): () => SecureOptions {
  const isPlain = ca === undefined && cert === undefined && minversion !== '1.3';
  let own: SecureContext | undefined;
  const context = (): SecureContext | undefined => {
    if (isPlain) return trust?.context();
    own ??= createSecureContext({
      ...{ cert, key, ca: authoritiesOf(ca, trust, authorities) },
      ...(minversion === '1.3' && { minVersion: 'TLSv1.3' }),
    });
    return own;
  };
  return () => {
    const secureContext = context();
    return {
      ...(secureContext && { secureContext }),
      ...(servername !== undefined && { servername }),
      ...(insecure && { rejectUnauthorized: false as const }),
    };
  };
}

/** PEM texts; undefined: node's own. */
function authoritiesOf(ca: string | undefined, trust: Trust | undefined, authorities: Authorities) {
  if (ca === undefined) return trust && [...trust.certificates()];
  return authorities === 'alone' ? ca : [...(trust?.certificates() ?? nodesCertificates()), ca];
}
