/**
 * Finds the Redis to run: on the PATH, else in the folder into which `npm start` unpacks one on Debian
 * for users who may not install packages (`$XDG_CACHE_HOME/longshore/redis/bin`, by default below `~/.cache`).
 *
 * A shell looks, because the search path and the home folder are its business and not ours.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { LongshoreError } from '@longshore/event';
import { installHint } from './install-hint.js';

const run = promisify(execFile);

const script = `
[ -z "$1" ] || PATH=$1
PATH="$PATH:\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}/longshore/redis/bin"
command -v redis-server || command -v valkey-server
`;

/**
 * Absolute path of `redis-server`, else of `valkey-server`.
 * `path` is a search path to use in place of this process's own.
 * Throws `REDIS_NOT_FOUND` with the command that installs one here.
 */
export async function findRedisServer(path = ''): Promise<string> {
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', path]).catch(() => ({ stdout: '' }));
  const found = stdout.trim();
  if (found) return found;
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const hint = installHint(process.platform, osRelease);
  throw new LongshoreError(
    'REDIS_NOT_FOUND',
    `No redis-server or valkey-server on the PATH. Install one: ${hint}. Or set redis.url to a Redis of yours.`,
  );
}
