import { openArchive } from '@longshore/archive';
import { atTestEnd, hasTool, testDatabase } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { openOperatorArchive } from './archive-parts.js';

test.skipIf(!hasTool('postgres'))('a replay takes no connection of the writer', async () => {
  const connection = { url: await testDatabase() };
  const writing = openArchive({ connection, max: 1, onError: () => {} });
  atTestEnd(writing.close);
  await writing.migrate();
  const used = await writing.pool.connect();
  const silent = (): void => {};
  const observer = { throttledLog: () => ({ debug: silent, info: silent, warn: silent, error: silent }) };
  const operator = await openOperatorArchive({ connection }, observer);
  atTestEnd(operator.close);
  const window = { since: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' };
  expect(await operator.parts.events.count(window)).toBe(0);
  used.release();
});
