/** PEM texts of the configuration: whether they can be used, and until when. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { certificatesOf } from '../trust/pem.js';
import type { TlsOptions } from './options.js';

/** What is wrong with the certificates and the key, in words that follow the name of the setting. */
export interface TlsFault {
  key: 'ca' | 'cert' | 'key';
  why: string;
}

/** Undefined when they can be used together. */
export function tlsFault({ ca, cert, key }: TlsOptions): TlsFault | undefined {
  for (const [name, text] of Object.entries({ ca, cert })) {
    if (text !== undefined && expiryOf(text) === undefined) {
      const why = 'cannot be read: it holds no certificate in PEM; write file:/path for one in a file';
      return { key: name as 'ca' | 'cert', why };
    }
  }
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) return { key: 'key', why: 'has no cert beside it; set both' };
  if (key === undefined) return { key: 'cert', why: 'has no key beside it; set both' };
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    const isOther = error instanceof Error && error.message.includes('mismatch');
    return {
      key: 'key',
      why: isOther
        ? 'is the key of another certificate'
        : 'cannot be read: it is no private key in PEM without a passphrase',
    };
  }
}

/** When the first of these certificates expires, in epoch milliseconds; undefined when one cannot be read, or there is none. */
export function expiryOf(pem: string): number | undefined {
  try {
    const times = certificatesOf(pem).map((one) => Date.parse(new X509Certificate(one).validTo));
    return times.length === 0 ? undefined : Math.min(...times);
  } catch {
    return undefined;
  }
}
