/**
 * Finds the programs of PostgreSQL: on the PATH, then where distributions put each major version, then where set-up
 * unpacked one (for root in /var/cache, because the server does not run as root and must reach it; else in
 * `$XDG_CACHE_HOME`, by default `~/.cache`).
 *
 * A shell does the search, because it knows the search path and the home folder.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The programs of one version. */
export interface PostgresPrograms {
  /** Absolute path of the folder that has `postgres` and `initdb`. */
  bin: string;
  /** `15` */
  major: number;
}

/** Where to look. */
export interface SearchOptions {
  /** Search path, in place of the process's own PATH. */
  path?: string;
  /** Patterns of further folders, in place of those of distributions. */
  folders?: readonly string[];
}

const FOLDERS = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/libexec/postgresql*',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/var/cache/longshore/postgres/*/bin',
];

const script = `
[ -z "$1" ] || PATH=$1
cache=\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}
for place in "$(command -v postgres)" $2 "$cache"/longshore/postgres/*/bin; do
  [ ! -d "$place" ] || place=$place/postgres
  if [ -x "$place" ]; then echo "$place	$("$place" --version)"; else echo; fi
done
`;

/** Every version on this machine, the one on the PATH first, then the newest. */
export async function listPostgres({
  path = '',
  folders = FOLDERS,
}: SearchOptions = {}): Promise<PostgresPrograms[]> {
  const args = ['-c', script, 'sh', path, folders.join(' ')];
  const { stdout } = await run('/bin/sh', args).catch(() => ({ stdout: '' }));
  // The first line is that of the PATH.
  const [first, ...others] = await Promise.all(stdout.split('\n').map(parse));
  const newestFirst = others.flat().sort((a, b) => b.major - a.major);
  return [...(first ?? []), ...newestFirst];
}

async function parse(line: string): Promise<PostgresPrograms[]> {
  const [program = '', version = ''] = line.split('\t');
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1]);
  return major ? [{ bin: dirname(await realpath(program)), major }] : [];
}
