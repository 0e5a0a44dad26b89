/** `longshore proof`: states who was notified of an image, and checks such a statement. */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { Secret } from '@longshore/config';
import { excerpt, LongshoreError } from '@longshore/event';
import type { Shell } from '../shell.js';
import { version } from '../version.js';
import { gather } from './gather.js';
import { signed, verified } from './jws.js';
import { type Statement, type Subject, statementOf } from './statement.js';
import { proofText, subjectText } from './text.js';

/** Options of the command. */
export interface ProofOptions {
  /** Path of the configuration. */
  config: string;
  /** Path of the private key, `env:NAME` or `file:/path`. */
  sign?: string;
  /** Path of a proof to be checked. */
  verify?: string;
  /** Path of the public key, `env:NAME` or `file:/path`. */
  key?: string;
  json?: boolean;
}

/** @returns the exit code. @throws LongshoreError REQUEST_INVALID, and what `gather` throws */
export async function proof(named: string | undefined, options: ProofOptions, shell: Shell): Promise<number> {
  const subject = named === undefined ? undefined : subjectOf(named);
  if (options.verify !== undefined) return check(options.verify, subject, options, shell);
  if (!subject) refuse('name a digest or a repository with its tag, or use --verify FILE');
  const secret = options.sign === undefined ? undefined : await keyText(options.sign, shell);
  const parts = await gather(subject, options.config, shell);
  const statement = statementOf({ subject, ...parts, now: Date.now(), version });
  if (secret !== undefined) shell.print(await signed(statement, secret));
  else print(statement, options, shell);
  if (statement.events.length > 0) return 0;
  shell.warn(`longshore: no event of ${subjectText(subject)} is known; pulls do not count`);
  return 1;
}

function print(statement: Statement, { json }: ProofOptions, shell: Shell): void {
  if (json) shell.print(JSON.stringify(statement, null, 2));
  else for (const line of proofText(statement)) shell.print(line);
}

async function check(
  file: string,
  subject: Subject | undefined,
  options: ProofOptions,
  shell: Shell,
): Promise<number> {
  const { key } = options;
  if (key === undefined) refuse('--verify needs --key with the public key');
  const result = await verified(await contentOf(file), await keyText(key, shell));
  const why = result.valid ? mismatch(result.statement, subject) : result.why;
  if (!result.valid || why !== undefined) {
    shell.warn(`longshore: invalid: ${why}`);
    return 1;
  }
  const statement = result.statement as Statement;
  print(statement, options, shell);
  if (!options.json) shell.print(`The signature is valid, by the key ${result.keyId}.`);
  return 0;
}

/** The owner of the key wrote it; another version of Longshore may have written another form. */
function mismatch(statement: unknown, wanted: Subject | undefined): string | undefined {
  const { version: form, subject } = (statement ?? {}) as Partial<Statement>;
  if (form !== 1 || !subject)
    return 'the signature is right, but another version of longshore wrote this form';
  const [is, asked] = [subjectText(subject), wanted && subjectText(wanted)];
  return asked === undefined || is === asked ? undefined : `it is about ${is}, not about ${asked}`;
}

const DIGEST = /^[a-z0-9]{1,20}:[0-9a-f]{32,128}$/;

function subjectOf(named: string): Subject {
  const text = named.trim();
  if (DIGEST.test(text)) return { digest: text };
  if (text === '' || text.includes('://') || /[@*?[{]/.test(text))
    refuse(`${excerpt(JSON.stringify(named))} is not a digest and not REPOSITORY:TAG`);
  const colon = text.lastIndexOf(':');
  const hasTag = colon > text.lastIndexOf('/');
  return hasTag ? { repository: text.slice(0, colon), tag: text.slice(colon + 1) } : { repository: text };
}

async function keyText(given: string, { env }: Shell): Promise<string> {
  if (/^(env|file):/.test(given)) return new Secret(given, env).reveal();
  return contentOf(given);
}

async function contentOf(file: string): Promise<string> {
  if (file === '-') return textOf(process.stdin);
  return readFile(file, 'utf8').catch((error: Error) => refuse(`${file} cannot be read: ${error.message}`));
}

function refuse(message: string): never {
  throw new LongshoreError('REQUEST_INVALID', message);
}
