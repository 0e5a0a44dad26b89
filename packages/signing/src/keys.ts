/**
 * Keys of the Standard Webhooks scheme (specification 1.0.0, "Signature scheme"): `whsec_` and base64 is a symmetric
 * key, `whsk_` and base64 a private ed25519 key, `whpk_` and base64 a public one. Any other text is its own bytes.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** A key that signs or verifies. */
export type SigningKey =
  | { kind: 'hmac'; key: Buffer }
  | { kind: 'private'; key: KeyObject }
  | { kind: 'public'; key: KeyObject };

/** DER in front of an ed25519 seed (RFC 8410 section 7) and of a public key (section 4). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
/** Bytes of an ed25519 seed, and of a public key. */
const ED25519_BYTES = 32;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Text in base64 with or without its padding; undefined when it is none. */
export function base64Bytes(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/** The key of a secret as it is configured. @throws Error that says what is wrong, without the secret */
export function signingKey(secret: string): SigningKey {
  const [, prefix = '', encoded = ''] = /^(whsec_|whsk_|whpk_)(.*)$/s.exec(secret.trim()) ?? [];
  if (prefix === '') {
    if (secret === '') throw new Error('the secret is empty');
    return { kind: 'hmac', key: Buffer.from(secret) };
  }
  const bytes = base64Bytes(encoded);
  if (!bytes) throw new Error(`the secret has ${prefix} in front, and what follows is not base64`);
  if (prefix === 'whsec_') return { kind: 'hmac', key: bytes };
  return prefix === 'whsk_' ? privateKey(bytes) : publicKey(bytes);
}

/** @param bytes the seed, with or without the public key behind it */
function privateKey(bytes: Buffer): SigningKey {
  if (bytes.length !== ED25519_BYTES && bytes.length !== 2 * ED25519_BYTES) {
    throw new Error(`a whsk_ secret has 32 or 64 bytes, this one has ${bytes.length}`);
  }
  const der = Buffer.concat([PRIVATE_HEAD, bytes.subarray(0, ED25519_BYTES)]);
  return { kind: 'private', key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}

function publicKey(bytes: Buffer): SigningKey {
  if (bytes.length !== ED25519_BYTES)
    throw new Error(`a whpk_ key has 32 bytes, this one has ${bytes.length}`);
  const der = Buffer.concat([PUBLIC_HEAD, bytes]);
  return { kind: 'public', key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}
