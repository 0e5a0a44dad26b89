/** The evidence of a proof: the history of a relay, and its archive. */
import type { ArchivedEvent } from '@longshore/archive/items';
import type { ArchiveReader } from '@longshore/archive/read';
import { everyPage } from '@longshore/operator/archive';
import { withArchive } from '../archive/with-archive.js';
import { load } from '../load.js';
import { withAdmin } from '../operator/with-admin.js';
import type { Shell } from '../shell.js';
import type { StatementParts, Subject } from './statement.js';
import { subjectText } from './text.js';

/** Events of one proof: the newest ones. */
const MOST_EVENTS = 1_000;

/** What changes a registry; the tables of pulls are not asked. */
const CHANGES = ['push', 'delete', 'mount', 'other'];

/** @throws LongshoreError what `withAdmin` and `withArchive` throw; ARCHIVE_UNAVAILABLE when a part of the evidence is */
export async function gather(
  subject: Subject,
  file: string,
  shell: Pick<Shell, 'env' | 'warn'>,
): Promise<Pick<StatementParts, 'found' | 'archived'>> {
  const { config } = load(file, shell.env);
  // The archive after the history: an event that comes in between is listed without its deliveries, and never left out.
  const found = await withAdmin(file, 'longshore proof', shell, (admin) =>
    admin.trace({ search: subjectText(subject), limit: MOST_EVENTS, changes: true }),
  );
  if (!config.archive) return { found };
  return withArchive(file, shell.env, async (archive) => {
    const { createArchiveReader } = await import('@longshore/archive/read');
    const reader = createArchiveReader(archive);
    const filters = named(subject).flatMap((one) => CHANGES.map((action) => ({ ...one, action })));
    const lists = await Promise.all(filters.map((filter) => newest(reader, filter)));
    const events = lists.flat();
    const more = lists.some(({ length }) => length >= MOST_EVENTS);
    return { found, archived: { events, coverage: await reader.coverage(), more } };
  });
}

/** A repository with and without the host of its registry, which is no part of its name in events. */
function named(subject: Subject): Subject[] {
  if (!('repository' in subject)) return [subject];
  const [host = '', ...rest] = subject.repository.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(host) || host === 'localhost');
  return hasHost ? [subject, { ...subject, repository: rest.join('/') }] : [subject];
}

async function newest(
  reader: ArchiveReader,
  filter: Parameters<ArchiveReader['events']>[0],
): Promise<ArchivedEvent[]> {
  const found: ArchivedEvent[] = [];
  for await (const page of everyPage((page) => reader.events(filter, { ...page, body: true }), {
    limit: MOST_EVENTS,
  }))
    found.push(...page);
  return found;
}
