/** Which PostgreSQL the archive of this process uses: the configured one, or an embedded one of its own. */
import type { ArchiveConnection } from '@longshore/archive';
import { type ArchiveSettings, type Config, maskedUrl, revealed, type Secret } from '@longshore/config';

import type { Observer } from '@longshore/observe';
import { keepEmbedded } from './embedded.js';
import { renewedTls } from './renewed-tls.js';

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
  { url, tls }: Pick<ArchiveSettings, 'url' | 'tls'>,
  observer: Observer,
): Promise<OpenPostgres> {
  if (url) {
    const secure = tls && renewedTls(tls);
    const connection = { url: following(url), ...(secure && { tls: secure }) };
    return { connection, where: maskedUrl(url), stop: async () => {} };
  }
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

/** A file is read for each connection. While it cannot be, as in the moment of its replacement, the last value stays. */
function following(url: Secret): () => string {
  let known = url.reveal();
  return () => {
    known = revealed(url) ?? known;
    return known;
  };
}
