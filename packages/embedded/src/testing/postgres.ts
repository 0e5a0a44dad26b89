/** What the tests of the embedded PostgreSQL share. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import type { EmbeddedServer } from '../port.js';
import { listPostgres } from '../postgres/locate.js';
import { type EmbeddedPostgresOptions, postgresAddress, startEmbeddedPostgres } from '../postgres/start.js';
import { temporaryFolder } from './processes.js';

const run = promisify(execFile);
const [programs] = await listPostgres();

/** Is there a PostgreSQL? With `CI=true` it throws when there is none. */
export function hasPostgres(): boolean {
  if (!programs && process.env.CI === 'true')
    throw new Error('postgres is missing, and with CI=true no test is skipped');
  return programs !== undefined;
}

/** Starts in this process; stopped when the test ends. */
export async function start(
  datadir: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedServer> {
  const postgres = await startEmbeddedPostgres({ datadir, ...options });
  onTestFinished(() => postgres.stop());
  return postgres;
}

let template: Promise<string> | undefined;

/** A datadir whose data is there: a copy of one that was made once, since making it takes a second or two of CPU. */
export async function datadirWithData(): Promise<string> {
  template ??= makeTemplate();
  const datadir = await temporaryFolder();
  await run('cp', ['-a', '--reflink=auto', join(await template, 'postgres'), datadir]);
  return datadir;
}

async function makeTemplate(): Promise<string> {
  const datadir = await mkdtemp(join(tmpdir(), 'embedded-template-'));
  const postgres = await startEmbeddedPostgres({ datadir });
  await postgres.stop();
  process.once('exit', () => rmSync(datadir, { recursive: true, force: true }));
  return datadir;
}

/** Runs SQL at a socket and resolves with the rows, one line each. */
export async function sql(socket: string, text: string): Promise<string> {
  const { socket: host, user, database } = postgresAddress(socket);
  const options = ['--no-psqlrc', '--tuples-only', '--no-align', '--quiet', '--set=ON_ERROR_STOP=1'];
  const args = [...options, '--command', text, '--host', host, '--username', user, database];
  const { stdout } = await run(join(programs?.bin ?? '', 'psql'), args, { cwd: '/' });
  return stdout.trim();
}
