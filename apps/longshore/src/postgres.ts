/** Which PostgreSQL the archive of this process uses: the configured one, or an embedded one of its own. */
import type { ArchiveConnection } from '@longshore/archive';
import { type ArchiveSettings, type Config, maskedUrl } from '@longshore/config';
import { LongshoreError } from '@longshore/event';
import type { Observer } from '@longshore/observe';

/** The PostgreSQL of this process. */
export interface OpenPostgres {
  connection: ArchiveConnection;
  /** For the `ready` line: holds no secret. */
  where: string;
  stop(): Promise<void>;
}

/** @throws LongshoreError SECRET_MISSING and those of the embedded PostgreSQL */
export async function openPostgres(
  _config: Config,
  { url }: ArchiveSettings,
  _observer: Observer,
): Promise<OpenPostgres> {
  if (url) return { connection: { url: url.reveal() }, where: maskedUrl(url), stop: async () => {} };
  throw new LongshoreError('ARCHIVE_UNAVAILABLE', 'archive.url is not set');
}
