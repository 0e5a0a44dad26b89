/** What a reader answers while PostgreSQL is gone, or hangs. */
import { atTestEnd, startPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { openArchive } from '../db/open.js';
import { createArchiveReader } from './reader.js';

test('a reader gives up a server that is gone or hangs, and reads again when it is back', async () => {
  const postgres = await startPostgres();
  const archive = openArchive({
    connection: { url: await postgres.database() },
    answerTimeout: 1_000,
    onError: () => {},
  });
  atTestEnd(archive.close);
  await archive.migrate();
  const reader = createArchiveReader(archive);
  await reader.coverage();

  await postgres.pause();
  await expect(reader.coverage()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  await postgres.resume();
  expect(await reader.coverage()).toMatchObject({ spans: [] });

  await postgres.kill9();
  await expect(reader.coverage()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  await postgres.start();
  expect(await reader.coverage()).toMatchObject({ spans: [] });
});
