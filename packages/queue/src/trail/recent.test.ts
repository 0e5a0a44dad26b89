/** The newest receipts of the trail, page by page, in a real Redis. */
import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { attempted, noteAll, received } from '../testing/trail.js';
import { recentIn } from './recent.js';

test('lists what came in, newest first, by whole pages, and says how far back it reaches', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  expect(await recentIn(client, prefix, { limit: 10 })).toEqual({ events: [] });
  for (let n = 1; n <= 20; n++) {
    const receipt = received({ eventId: `e${n}`, at: n * 1_000 });
    await noteAll(client, prefix, [receipt, attempted(receipt)]);
  }
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const page = await recentIn(client, prefix, { limit: 8, ...(after !== undefined && { after }) });
    pages.push(page.events.map(({ eventId }) => eventId));
    expect(Date.parse(page.since ?? '')).not.toBeNaN();
    after = page.next;
  } while (after !== undefined);
  expect(pages.flat()).toEqual(Array.from({ length: 20 }, (_, n) => `e${20 - n}`));
  expect(pages.slice(0, 2).map(({ length }) => length)).toEqual([8, 8]);
  await expect(recentIn(client, prefix, { limit: 1, after: 'x' })).rejects.toThrow('not a cursor');
});
