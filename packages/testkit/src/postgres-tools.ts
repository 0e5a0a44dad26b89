/** The programs of PostgreSQL as tests run them: as the user of the server, which is never root. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listPostgres, type PostgresPrograms, ROLE, serverUser } from '@longshore/embedded/postgres';
import { temporaryFolder } from './cleanup.js';

const run = promisify(execFile);

/** The programs that tests use. Throws where there are none. */
export async function postgresPrograms(): Promise<PostgresPrograms> {
  const [programs] = await listPostgres();
  if (!programs)
    throw new Error('no PostgreSQL: install the package postgresql (npm test does, where it may)');
  return programs;
}

/** A new folder that the user of the server owns. */
export async function serverFolder(): Promise<string> {
  const folder = await temporaryFolder('postgres');
  const user = await serverUser();
  if (user) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
  return folder;
}

/**
 * Folder of the programs of the PostgreSQL that npm has, where `npm test` unpacks it; undefined where it is not. With
 * `CI=true` it throws then.
 */
export function npmPostgresBin(): string | undefined {
  const caches = ['/var/cache', process.env.XDG_CACHE_HOME || join(homedir(), '.cache')];
  for (const folder of caches.map((cache) => join(cache, 'longshore', 'test-postgres'))) {
    const versions = existsSync(folder) ? readdirSync(folder) : [];
    const version = versions.find((name) => existsSync(join(folder, name, 'bin', 'postgres')));
    if (version) return join(folder, version, 'bin');
  }
  if (process.env.CI !== 'true') return undefined;
  throw new Error('the PostgreSQL of npm is missing (npm test gets it), and with CI=true no test is skipped');
}

/** Makes a folder of data; a copy of `template`, which `initdb` made, costs a tenth of a new one. */
export async function makeData(data: string, bin: string, template?: string): Promise<void> {
  if (template) return asServer('/bin/cp', ['-a', '--reflink=auto', template, data]);
  const options = ['--no-sync', '--auth=trust', '--locale=C', '--encoding=UTF8', '--wal-segsize=1'];
  await asServer(join(bin, 'initdb'), [`--pgdata=${data}`, `--username=${ROLE}`, ...options]);
}

/** The address of a database, for `pg` and for psql. */
export function urlOf(folder: string, database: string): string {
  return `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=${ROLE}`;
}

/** Creates a database and resolves with its URL; a copy of `from` (a URL), which has no connections. */
export async function createDatabase(folder: string, from?: string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = from ? new URL(from).pathname.slice(1) : 'template0';
  await psql(urlOf(folder, 'postgres'), `create database ${name} template ${template}`);
  return urlOf(folder, name);
}

/** Runs SQL with psql and resolves with the rows, one line each, columns separated by `|`. */
export async function psql(url: string, text: string): Promise<string> {
  const { bin } = await postgresPrograms();
  const options = ['--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--set=ON_ERROR_STOP=1'];
  const { stdout } = await run(join(bin, 'psql'), [...options, '--command', text, url], { cwd: '/' });
  return stdout.trim();
}

async function asServer(command: string, args: string[]): Promise<void> {
  await run(command, args, { cwd: '/', ...(await serverUser()) });
}
