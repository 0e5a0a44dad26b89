/** `longshore verify`: whether a captured request was signed with a secret. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { Secret } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import {
  type SignOptions,
  type SignScheme,
  TOLERANCE_MS,
  type Verification,
  verifySignature,
} from '@longshore/signing';
import type { Shell } from './shell.js';

/** Options of the command. */
export interface VerifyOptions {
  secret: string[];
  header: Record<string, string>;
  scheme?: SignScheme;
  signatureHeader?: string;
  algorithm: 'sha1' | 'sha256' | 'sha512';
  encoding: 'hex' | 'base64';
  prefix: string;
  anyTime?: boolean;
  json?: boolean;
}

/** @returns the exit code */
export async function verify(
  file: string | undefined,
  options: VerifyOptions,
  shell: Shell,
): Promise<number> {
  const secrets = options.secret.map((secret) => new Secret(secret, shell.env).reveal());
  const custom = customOf(options);
  const body = await bodyOf(file);
  const result = checked(
    { headers: options.header, body },
    { secrets, scheme: options.scheme, custom },
    options,
  );
  if (options.json) shell.print(JSON.stringify(result));
  else if (result.valid) shell.print(`valid: ${result.why}`);
  else
    shell.warn(
      `longshore: invalid: ${result.why}${result.isStale ? '; check a captured request with --any-time' : ''}`,
    );
  return result.valid ? 0 : 1;
}

function checked(
  captured: Parameters<typeof verifySignature>[0],
  signed: Parameters<typeof verifySignature>[1],
  { anyTime }: VerifyOptions,
): Verification {
  const toleranceMs = anyTime ? Number.POSITIVE_INFINITY : TOLERANCE_MS;
  try {
    return verifySignature(captured, signed, { now: Date.now(), toleranceMs });
  } catch (error) {
    // A secret that is no key: the message does not hold it.
    throw new LongshoreError('REQUEST_INVALID', error instanceof Error ? error.message : String(error));
  }
}

function customOf({
  scheme,
  signatureHeader,
  algorithm,
  encoding,
  prefix,
}: VerifyOptions): SignOptions['custom'] {
  if (scheme !== 'custom' && signatureHeader === undefined) return undefined;
  if (signatureHeader === undefined) {
    throw new LongshoreError('REQUEST_INVALID', '--scheme custom needs --signature-header NAME');
  }
  return { header: signatureHeader, algorithm, encoding, prefix };
}

async function bodyOf(file: string | undefined): Promise<Buffer> {
  if (file === undefined || file === '-') return buffer(process.stdin);
  return readFile(file).catch((error: Error) => {
    throw new LongshoreError('REQUEST_INVALID', `${file} cannot be read: ${error.message}`);
  });
}
