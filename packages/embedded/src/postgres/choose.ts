/** Which of the versions on this machine runs: that which wrote the data, else the first that is new enough. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LongshoreError } from '@longshore/event';
import { installHintHere } from '../install-hint.js';
import { listPostgres, type PostgresPrograms, type SearchOptions } from './locate.js';
import { ROLE } from './probe.js';

/** The archive needs this major version or a newer one. */
const OLDEST_MAJOR = 15;

const OR_YOUR_OWN = 'Or set archive.url to your own PostgreSQL, as in a container: its image has none.';

/**
 * @param data the data, which need not exist
 * @throws LongshoreError POSTGRES_NOT_FOUND with the command that installs one, or those that move the data
 */
export async function choosePrograms(data: string, search: SearchOptions): Promise<PostgresPrograms> {
  const found = await listPostgres(search);
  const text = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const written = text && Number.parseInt(text, 10);
  const chosen = found.find(({ major }) => (written ? major === written : major >= OLDEST_MAJOR));
  if (chosen) return chosen;
  const there = found.map(({ bin, major }) => `${major} in ${bin}`).join(', ') || 'none';
  const message = written ? otherMajor(data, written, there) : await notThere(data, there);
  throw new LongshoreError('POSTGRES_NOT_FOUND', message);
}

const notThere = async (data: string, there: string): Promise<string> =>
  `The archive in ${data} needs PostgreSQL ${OLDEST_MAJOR} or newer, and this machine has ${there}. Install one: ${await installHintHere('postgres')}. ${OR_YOUR_OWN}`;

const otherMajor = (data: string, written: number, there: string): string => `\
The archive in ${data} was written by PostgreSQL ${written}, and this machine has ${there}. Install PostgreSQL ${written} again. Or move the archive to another version; where PostgreSQL ${written} is installed, with its programs and as the owner of the folder:
  pg_ctl -D ${data} -o "-c listen_addresses='' -c unix_socket_directories=/tmp" -w start
  pg_dump -h /tmp -U ${ROLE} -n longshore -e pg_trgm -Fc -f archive.dump postgres
  pg_ctl -D ${data} stop
  mv ${data} ${data}.${written}
then start Longshore without a worker (longshore run --role ingest --role dashboard), put the events back, and start it as before:
  pg_restore -h FOLDER -U ${ROLE} -d postgres --exit-on-error archive.dump
FOLDER is that of the path in ${join(data, '..', 'socket')}. ${OR_YOUR_OWN}`;
