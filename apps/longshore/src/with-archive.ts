/** The archive of a relay, for a command that looks into it. Starts nothing and migrates nothing. */
import type { Archive } from '@longshore/archive';
import type { Config, Env } from '@longshore/config';
import { findPostgres } from './postgres.js';
import { load } from './reload.js';

/** A command reads a page after the other: a search beside it must not wait. */
const CONNECTIONS = 3;

/**
 * Does something with the archive of a configuration file, and closes it afterwards.
 * @throws LongshoreError CONFIG_INVALID, SECRET_MISSING, ARCHIVE_OFF, RELAY_NOT_RUNNING, ARCHIVE_UNAVAILABLE,
 * ARCHIVE_SCHEMA, and what `use` throws
 */
export async function withArchive<T>(
  file: string,
  env: Env,
  use: (archive: Archive, config: Config) => Promise<T>,
): Promise<T> {
  const { config } = load(file, env);
  const connection = await findPostgres(config, file);
  const { openArchive } = await import('@longshore/archive');
  // What uses a connection that breaks gets its error.
  const archive = openArchive({ connection, max: CONNECTIONS, onError: () => {} });
  try {
    await archive.check();
    return await use(archive, config);
  } finally {
    await archive.close();
  }
}
