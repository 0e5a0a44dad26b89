/** A statement as a compact JWS (RFC 7515), signed with a key of PEM or JWK: Ed25519 (EdDSA) or P-256 (ES256). */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { LongshoreError, parseJson } from '@longshore/event';
import { CompactSign, calculateJwkThumbprint, compactVerify, exportJWK } from 'jose';

/** `typ` of the protected header. */
const TYPE = 'longshore-proof+jws';

interface Key {
  key: KeyObject;
  algorithm: 'EdDSA' | 'ES256';
  /** Thumbprint of the public key (RFC 7638). */
  id: string;
}

/** @param secret the private key, as PEM or JWK. @throws LongshoreError REQUEST_INVALID for a key of another kind */
export async function signed(statement: object, secret: string): Promise<string> {
  const { key, algorithm, id } = await keyOf(secret, createPrivateKey);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(statement)))
    .setProtectedHeader({ alg: algorithm, typ: TYPE, kid: id })
    .sign(key);
}

/** Whether a JWS is what the owner of a key signed. */
export type Verified = { valid: true; statement: unknown; keyId: string } | { valid: false; why: string };

/** @param publicKey as PEM or JWK. @throws LongshoreError REQUEST_INVALID for a key of another kind */
export async function verified(jws: string, publicKey: string): Promise<Verified> {
  const { key, algorithm, id } = await keyOf(publicKey, createPublicKey);
  try {
    const { payload, protectedHeader } = await compactVerify(jws.trim(), key, { algorithms: [algorithm] });
    if (protectedHeader.typ !== TYPE) return { valid: false, why: 'it is not a proof of longshore' };
    return { valid: true, statement: parseJson(new TextDecoder().decode(payload)), keyId: id };
  } catch (error) {
    return { valid: false, why: error instanceof Error ? error.message : String(error) };
  }
}

type Read = (key: string | { key: JsonWebKey; format: 'jwk' }) => KeyObject;

async function keyOf(text: string, read: Read): Promise<Key> {
  const key = parsed(text, read);
  const algorithm = algorithmOf(key);
  if (!algorithm) {
    const kind = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? key.type;
    throw new LongshoreError('REQUEST_INVALID', `the key is ${kind}; use Ed25519 or P-256`);
  }
  const publicJwk = await exportJWK(key.type === 'private' ? createPublicKey(key) : key);
  return { key, algorithm, id: await calculateJwkThumbprint(publicJwk) };
}

function parsed(text: string, read: Read): KeyObject {
  try {
    return text.trimStart().startsWith('{') ? read({ key: JSON.parse(text), format: 'jwk' }) : read(text);
  } catch {
    // The message of the library could hold a part of the key.
    throw new LongshoreError(
      'REQUEST_INVALID',
      'the key cannot be read: use PEM (PKCS #8, SPKI) or JWK, of Ed25519 or P-256; --sign needs the private key',
    );
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Key['algorithm'] | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
    ? 'ES256'
    : undefined;
}
