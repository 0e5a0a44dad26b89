/** The archive: its address, its limits, and its name. */
import { quote } from '@longshore/settings/format';
import { revealed } from '@longshore/settings/secrets';
import { ARCHIVE_ENDPOINT, type ArchiveSettings } from '../archive-endpoint.js';
import type { Config } from '../schema.js';
import type { Check } from './check.js';

/** All that concerns `archive`. */
export function checkArchive({ archive, notifications }: Config, { problems }: Check): void {
  if (!archive) return;
  const { maxbytes } = archive;
  for (const key of ['retention', 'history'] as const) {
    if (archive[key] === 0 && maxbytes === 0) {
      const what = key === 'retention' ? 'events' : 'attempts';
      problems.error(
        ['archive', key],
        `is 0, which keeps ${what} forever, and no size limit is set. Set archive.maxbytes, or a duration such as 2160h`,
      );
    }
    if (archive[key] > 0 && archive[key] < HOUR_MS) {
      problems.error(['archive', key], 'is shorter than an hour. Write 1h or more, such as 2160h');
    }
  }
  if (maxbytes > 0 && maxbytes < SMALLEST_BYTES) {
    problems.error(
      ['archive', 'maxbytes'],
      'is less than 64MiB, which an empty archive nearly takes. Raise it',
    );
  }
  checkTlsOf(archive, problems);
  checkUrl(archive.url && revealed(archive.url), problems);
  for (const [index, { name }] of notifications.endpoints.entries()) {
    if (name !== ARCHIVE_ENDPOINT) continue;
    const why = `${quote(name)} is the name of the archive’s own endpoint while archive is set`;
    problems.error(['notifications', 'endpoints', index, 'name'], `${why}. Rename this endpoint`);
  }
}

const HOUR_MS = 3_600_000;
const SMALLEST_BYTES = 64 * 2 ** 20;

function checkTlsOf({ url, tls }: ArchiveSettings, problems: Check['problems']): void {
  if (!tls) return;
  if (!url)
    problems.error(['archive', 'tls'], 'is for a PostgreSQL that is named; set archive.url, or remove it');
  else if (/[?&]ssl(?:mode|cert|key|rootcert)?=/.test(revealed(url) ?? ''))
    problems.error(['archive', 'url'], 'has sslmode or the like beside archive.tls. Remove one of them');
}

function checkUrl(text: string | undefined, problems: Check['problems']): void {
  const place = ['archive', 'url'];
  if (text === undefined || problems.failedAt(place)) return;
  if (/^postgres(?:ql)?:\/\//.test(text)) return;
  problems.error(
    place,
    'does not start with postgres:// or postgresql://. Write postgres://user:password@host:5432/database, or env:NAME',
  );
}
