/**
 * Finds the programs of PostgreSQL: on the PATH, then where distributions put each major version, then where set-up
 * unpacked one (`$XDG_CACHE_HOME/longshore/postgres`, by default below `~/.cache`; for root `/var/cache/longshore`).
 *
 * A shell does the search, because it knows the search path and the home folder.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The archive needs this major version or a newer one. */
export const OLDEST_MAJOR = 15;

/** The programs of one version. */
export interface PostgresPrograms {
  /** Absolute path of the folder that has `postgres` and `initdb`. */
  bin: string;
  /** `15` */
  major: number;
}

const script = `
if [ -n "$1" ]; then
  PATH=$1
  set --
else
  set -- /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \\
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin
fi
for program in "$(command -v postgres)" "$@" /var/cache/longshore/postgres/*/bin \\
  "\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}"/longshore/postgres/*/bin
do
  [ ! -d "$program" ] || program=$program/postgres
  if [ -x "$program" ]; then echo "$program	$("$program" --version)"; else echo; fi
done
`;

/**
 * Every version on this machine, the one on the PATH first, then the newest.
 * `path` is a search path to use in place of this process's own and of the folders of distributions.
 */
export async function listPostgres(path = ''): Promise<PostgresPrograms[]> {
  const { stdout } = await run('/bin/sh', ['-c', script, 'sh', path]).catch(() => ({ stdout: '' }));
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
