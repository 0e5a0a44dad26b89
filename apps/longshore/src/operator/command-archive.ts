/** The archive of a relay, for a command: that of the configuration, or the one that runs in `datadir`. */
import type { Archive, ArchiveConnection } from '@longshore/archive';
import type { Config } from '@longshore/config';
import { LongshoreError } from '@longshore/event';

/** How many connections a command has. */
const CONNECTIONS = 2;

/**
 * The caller closes it.
 * @throws LongshoreError ARCHIVE_OFF without `archive`, SECRET_MISSING, ARCHIVE_UNAVAILABLE, ARCHIVE_SCHEMA
 */
export async function openCommandArchive(config: Config, file: string): Promise<Archive> {
  if (!config.archive)
    throw new LongshoreError(
      'ARCHIVE_OFF',
      `${file} has no \`archive\`: add \`archive: {}\` and restart the relay`,
    );
  const [{ openArchive }, connection] = await Promise.all([
    import('@longshore/archive'),
    connectionOf(config, config.archive, file),
  ]);
  // A connection that broke is an error of what uses it next.
  const archive = openArchive({ connection, max: CONNECTIONS, onError: () => {} });
  try {
    await archive.check();
    return archive;
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function connectionOf(
  { datadir }: Config,
  { url }: NonNullable<Config['archive']>,
  file: string,
): Promise<ArchiveConnection> {
  if (url) return { url: url.reveal() };
  const { joinEmbeddedPostgres } = await import('@longshore/embedded/postgres');
  const joined = await joinEmbeddedPostgres(datadir);
  if (joined) return { ...joined, socket: () => joined.socket };
  const why = `no PostgreSQL of the archive runs in ${datadir}`;
  throw new LongshoreError(
    'ARCHIVE_UNAVAILABLE',
    `${why}; start the relay of ${file} with \`longshore run --config ${file}\`, or name another file with --config`,
  );
}
