/** Sealed values for cookies: encrypted and authenticated (JWE, `dir`, A256GCM), with an expiry. Nothing is stored. */
import { hkdfSync } from 'node:crypto';
import { EncryptJWT, type JWTPayload, jwtDecrypt } from 'jose';

/** Seals and opens. */
export interface Seal {
  /** @param purpose a value that was sealed for another one is not opened */
  seal(purpose: string, claims: JWTPayload, seconds: number): Promise<string>;
  /** Undefined when it was not sealed here for this purpose, or has expired. */
  open(purpose: string, sealed: string): Promise<JWTPayload | undefined>;
}

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' };

/** @param secrets key material: the first seals, each opens, so that one can be replaced */
export function createSeal(secrets: readonly string[]): Seal {
  const keys = secrets.map(
    (secret) => new Uint8Array(hkdfSync('sha256', secret, 'longshore', 'dashboard session 1', 32)),
  );
  return {
    seal: (purpose, claims, seconds) =>
      new EncryptJWT(claims)
        .setProtectedHeader(ENCRYPTION)
        .setAudience(purpose)
        .setIssuedAt()
        .setExpirationTime(`${seconds} seconds`)
        .encrypt(keys[0] ?? new Uint8Array()),
    async open(purpose, sealed) {
      const options = {
        audience: purpose,
        keyManagementAlgorithms: [ENCRYPTION.alg],
        contentEncryptionAlgorithms: [ENCRYPTION.enc],
        requiredClaims: ['exp'],
      };
      for (const key of keys) {
        const opened = await jwtDecrypt(sealed, key, options).catch(() => undefined);
        if (opened) return opened.payload;
      }
      return undefined;
    },
  };
}
