/** An archive in a database of the test's own. */
import { atTestEnd, templateDatabase, testDatabase } from '@longshore/testkit';
import { type Archive, openArchive } from '../db/open.js';
import { type ArchiveWriterOptions, createArchiveWriter } from '../write/writer.js';

/** Opens without a migration. Closed at the test's end. */
export function openTestArchive(url: string, options: { statementTimeout?: number } = {}): Archive {
  const archive = openArchive({ connection: { url }, onError: () => {}, ...options });
  atTestEnd(archive.close);
  return archive;
}

const migrated = templateDatabase(async (url) => {
  const archive = openArchive({ connection: { url }, onError: () => {} });
  await archive.migrate();
  await archive.close();
});

/** An empty archive of this version: a copy, since the migrations cost more. */
export async function testArchive(): Promise<Archive> {
  return openTestArchive(await testDatabase(await migrated()));
}

/** As the configuration has it by default. */
export const KEEP: ArchiveWriterOptions = {
  body: true,
  addresses: 'full',
  partition: 'month',
  retention: 90 * 86_400_000,
  sessions: { grace: 30_000 },
};

/** A writer that keeps everything, but for what the test says. */
export const writerOf = (archive: Archive, options: Partial<ArchiveWriterOptions> = {}) =>
  createArchiveWriter(archive, { ...KEEP, ...options });

/** Never aborted. */
export const unaborted = (): AbortSignal => new AbortController().signal;

/** For makers whose repositories all succeed. @throws what it hears of */
export function noFault(_repository: string, error: unknown): never {
  throw error;
}
