/** What is remembered in PostgreSQL. */
import { hasTool } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createArchiveReader } from '../read/reader.js';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf } from '../testing/deliveries.js';
import { createReconcileStore } from './store.js';

const open = async () => {
  const archive = await testArchive();
  onTestFinished(() => archive.close());
  return archive;
};

describe.skipIf(!hasTool('postgres'))('the store', () => {
  test('has what events say of a repository, and what comparisons found', async () => {
    const archive = await open();
    const store = createReconcileStore(archive.pool);
    const digest = digestOf('one');
    await writerOf(archive).write([delivery({ tag: '1.0', digest })], unaborted());
    const id = await store.sourceId('distribution', 'distribution');
    expect(await store.sourceId('distribution', 'distribution')).toBe(id);
    expect(await store.repositories(id)).toEqual(['acme/app']);
    expect([...(await store.tags(id, 'acme/app'))]).toMatchObject([['1.0', { digest, deleted: false }]]);
    expect(await store.state(id)).toEqual({ unread: [] });

    const doubt = {
      repository: 'acme/app',
      tag: '2.0',
      kind: 'missing' as const,
      seenAt: '2026-11-21T06:00:00.000Z',
    };
    const since = '2026-11-20T06:00:00.000Z';
    const until = '2026-11-21T06:00:00.000Z';
    await store.doubt(id, {
      since: '2026-11-20T08:00:00.000Z',
      until: '2026-11-20T09:00:00.000Z',
      verdict: 'unknown',
      note: 'a',
    });
    await store.save(id, { doubts: [doubt], lookedAt: until, unread: ['acme/locked'] });
    expect(await store.doubts(id)).toMatchObject([{ repository: 'acme/app', tag: '2.0', kind: 'missing' }]);
    expect(await store.state(id)).toMatchObject({ unread: ['acme/locked'] });
    const complete = { verdict: 'complete' as const, note: 'compared' };
    await store.save(id, { doubts: [], lookedAt: until, unread: [], span: { since, until, ...complete } });
    const next = '2026-11-22T06:00:00.000Z';
    await store.save(id, {
      doubts: [],
      lookedAt: next,
      unread: [],
      span: { since: until, until: next, ...complete },
    });
    // The time in doubt is proven, and the two spans are one.
    const { spans } = await createArchiveReader(archive).coverage();
    expect(spans.map((span) => [span.verdict, Date.parse(span.since), Date.parse(span.until)])).toEqual([
      ['complete', Date.parse(since), Date.parse(next)],
    ]);
  });
});
