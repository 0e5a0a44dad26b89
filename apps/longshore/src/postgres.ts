/** Which PostgreSQL the archive of this process uses: the configured one, or an embedded one of its own. */
import type { ArchiveConnection } from '@longshore/archive';
import { type ArchiveSettings, type Config, maskedUrl } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';
import { keepEmbedded } from './embedded.js';

/** The PostgreSQL of this process. */
export interface OpenPostgres {
  connection: ArchiveConnection;
  /** For the `ready` line: holds no secret. */
  where: string;
  stop(): Promise<void>;
}

/** @throws LongshoreError SECRET_MISSING, POSTGRES_NOT_FOUND, POSTGRES_START_FAILED, DATADIR_LOCKED */
export async function openPostgres(
  { datadir }: Pick<Config, 'datadir'>,
  { url }: Pick<ArchiveSettings, 'url'>,
  observer: Observer,
): Promise<OpenPostgres> {
  if (url) return { connection: { url: url.reveal() }, where: maskedUrl(url), stop: async () => {} };
  const { postgresAddress, startEmbeddedPostgres } = await import('@longshore/embedded/postgres');
  const kept = await keepEmbedded('PostgreSQL', { datadir }, observer, (reports) =>
    startEmbeddedPostgres({ datadir, ...reports }),
  );
  // The socket of one that was started again is in another folder.
  const socket = () => postgresAddress(kept.socket()).socket;
  return {
    connection: { ...postgresAddress(kept.socket()), socket },
    where: `embedded, data in ${datadir}`,
    stop: kept.stop,
  };
}

/**
 * The PostgreSQL of a relay, for a command. Starts nothing.
 * @param file the configuration's path, for messages
 * @throws LongshoreError SECRET_MISSING, ARCHIVE_OFF, RELAY_NOT_RUNNING
 */
export async function findPostgres(
  { archive, datadir }: Pick<Config, 'archive' | 'datadir'>,
  file: string,
): Promise<ArchiveConnection> {
  if (!archive) {
    throw new LongshoreError(
      'ARCHIVE_OFF',
      `${file} has no archive: add \`archive: {}\` and restart the relay`,
    );
  }
  if (archive.url) return { url: archive.url.reveal() };
  const { joinEmbeddedPostgres } = await import('@longshore/embedded/postgres');
  const address = await joinEmbeddedPostgres(datadir);
  if (!address) {
    throw new LongshoreError(
      'RELAY_NOT_RUNNING',
      `no relay with an archive runs on ${datadir}; start the relay of ${file} with \`longshore run --config ${file}\`, or name another file with --config`,
    );
  }
  return { ...address, socket: () => address.socket };
}
