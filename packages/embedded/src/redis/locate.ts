/**
 * Finds the Redis to run: on the PATH, else in the folder into which `npm start` unpacks one on Debian
 * for users who may not install packages (`$XDG_CACHE_HOME/longshore/redis/bin`, by default below `~/.cache`).
 *
 * A shell does the search, because it knows the search path and the home folder.
 *
 * Redis before 7 is refused: its append-only file is in another place, where `sync.ts` would not sync it, and it cannot
 * read data of Redis 7.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LongshoreError } from '@longshore/event';
import { installHintHere } from '../install-hint.js';

const run = promisify(execFile);

const OLDEST = 7;
/** A program that does not print its version in this time is tried anyway. */
const VERSION_TIMEOUT_MS = 5_000;

const script = `
[ -z "$1" ] || PATH=$1
PATH="$PATH:\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}/longshore/redis/bin"
command -v redis-server || command -v valkey-server
`;

/**
 * Absolute path of `redis-server`, else of `valkey-server`.
 * `path` is a search path to use in place of this process's own.
 * Throws `REDIS_NOT_FOUND` with the command that installs one here, and `REDIS_START_FAILED` when it is too old.
 */
export async function findRedisServer(path = ''): Promise<string> {
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', path]).catch(() => ({ stdout: '' }));
  const program = stdout.trim();
  if (!program) {
    throw new LongshoreError(
      'REDIS_NOT_FOUND',
      `No redis-server or valkey-server on the PATH. Install one: ${await installHintHere('redis')}. Or set redis.url to your own Redis.`,
    );
  }
  const version = await versionOf(program);
  if (!isNewEnough(version)) throw await tooOld(`${program} is Redis ${version}`);
  return program;
}

/** @param version `6.2.14`; undefined, for one that is not known, is taken for new enough */
export const isNewEnough = (version: string | undefined): boolean =>
  version === undefined || Number.parseInt(version, 10) >= OLDEST;

/** @param what the program and its version */
export async function tooOld(what: string): Promise<LongshoreError> {
  return new LongshoreError(
    'REDIS_START_FAILED',
    `${what}, and the embedded Redis must be Redis ${OLDEST} or newer, or Valkey. Install one: ${await installHintHere('redis')}; if that is too old as well, see https://packages.redis.io. Or set redis.url to your own Redis.`,
  );
}

async function versionOf(program: string): Promise<string | undefined> {
  const { stdout } = await run(program, ['--version'], { timeout: VERSION_TIMEOUT_MS }).catch(() => ({
    stdout: '',
  }));
  return /\bv=(\d+[\d.]*)/.exec(stdout)?.[1];
}
