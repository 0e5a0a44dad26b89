import { onEachPostgres } from '@longshore/testkit';
import { expect, test } from 'vitest';
import type { Archive } from '../db/open.js';
import { MONTHLY, SUBJECTS } from '../db/tables.js';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { BLOB, delivery, digestOf, INDEX } from '../testing/deliveries.js';

const ROOT = digestOf('root');
const CHILD = digestOf('child');

const pull = (at: number, more: Parameters<typeof delivery>[0] = {}) =>
  delivery({ at, action: 'pull', ...more });

async function pullsOf(archive: Archive): Promise<string[]> {
  const rows = await archive.db.selectFrom('pull_day').selectAll().orderBy('tag').execute();
  return rows.map(({ day, tag, pulls, checks, bytes }) => `${day} ${tag || '-'} ${pulls} ${checks} ${bytes}`);
}

onEachPostgres(() => {
  test('a pull is a GET by tag, or by the digest that a HEAD of the tag has just answered', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write(
      [
        pull(0, { tag: '1.0', digest: ROOT, mediaType: INDEX, method: 'HEAD' }),
        pull(1, { digest: ROOT, mediaType: INDEX }),
        pull(2, { digest: CHILD }),
        pull(3, { digest: digestOf('layer'), mediaType: BLOB, size: 1_000 }),
        pull(3, { digest: digestOf('layer'), mediaType: BLOB, size: 1_000, method: 'HEAD' }),
      ],
      unaborted(),
    );
    await write([pull(4, { tag: '2.0', digest: ROOT })], unaborted());
    // By another client, and too late.
    await write([pull(5, { digest: ROOT, agent: 'crane' }), pull(100, { digest: ROOT })], unaborted());
    expect(await pullsOf(archive)).toEqual([
      '2026-11-30 - 0 0 1000',
      '2026-11-30 1.0 1 1 0',
      '2026-11-30 2.0 1 0 0',
    ]);
    const manifest = await archive.db
      .selectFrom('manifest')
      .select('last_pull_at')
      .where('digest', '=', Buffer.from(`01${ROOT.slice(7)}`, 'hex'))
      .executeTakeFirstOrThrow();
    expect(manifest.last_pull_at).toBe('2026-11-30T12:01:40Z');
  });

  test('a registry that sends no methods sends one event for a pull or a push', async () => {
    const archive = await testArchive();
    const events = [pull(0, { digest: ROOT, method: '' }), delivery({ digest: ROOT, method: '' })];
    await writerOf(archive).write(events, unaborted());
    expect(await pullsOf(archive)).toEqual(['2026-11-30 - 1 0 0']);
    expect(await archive.db.selectFrom('push_day').select(['tag', 'pushes']).execute()).toEqual([
      { tag: '', pushes: 1 },
    ]);
  });

  test('what Longshore pulls itself counts as no use', async () => {
    const archive = await testArchive();
    await writerOf(archive).write(
      [pull(0, { tag: '1', digest: ROOT, agent: 'longshore/0.2.0' })],
      unaborted(),
    );
    expect(await pullsOf(archive)).toEqual([]);
    const state = await archive.db.selectFrom('tag_state').select('last_pull_at').executeTakeFirst();
    expect(state?.last_pull_at ?? null).toBeNull();
  });

  test('a batch that comes again counts nothing twice, and all counts agree', async () => {
    const archive = await testArchive();
    const one = writerOf(archive);
    const other = writerOf(archive);
    const events = Array.from({ length: 40 }, (_, n) => {
      const tag = String(n % 3);
      const who = { actor: `user${n % 2}`, agent: `agent${n % 4}`, repository: `acme/${n % 5}` };
      return n % 2 === 0
        ? pull(n, { tag, digest: ROOT, ...who })
        : delivery({ at: n, tag, digest: ROOT, ...who });
    });
    const removals = [
      delivery({ action: 'delete', tag: '1', at: 90 }),
      delivery({ action: 'delete', digest: CHILD, at: 91 }),
    ];
    const all = [...events, ...removals];
    await Promise.all([one.write(all, unaborted()), other.write([...all].reverse(), unaborted())]);
    await one.write(all.slice(5, 30), unaborted());
    const { rows } = await archive.pool.query(`
    select subject, sum(pulls)::int as pulls, sum(pushes)::int as pushes, sum(deletes)::int as deletes
    from activity_day group by subject order by subject`);
    const sums = { pulls: 20, pushes: 20, deletes: 2 };
    const sumsOf = [
      ...[SUBJECTS.source, SUBJECTS.repository, SUBJECTS.actor, SUBJECTS.agent].map((subject) => ({
        subject,
        ...sums,
      })),
      // A delete by digest names no tag.
      { subject: SUBJECTS.tag, ...sums, deletes: 1 },
    ];
    const months = sumsOf.map(({ subject, ...counted }) => ({ subject: subject + MONTHLY, ...counted }));
    expect(rows).toEqual([...sumsOf, ...months]);
    const days = await archive.pool.query(`select (select sum(pulls) from pull_day)::int as pulls,
    (select sum(pushes) from push_day)::int as pushes, (select sum(deletes) from push_day)::int as deletes`);
    expect(days.rows).toEqual([sums]);
  });

  test('first and last activity of a repository, whatever comes late', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    await write([delivery({ at: 5, tag: 'a' }), pull(9, { tag: 'a', digest: ROOT })], unaborted());
    await write(
      [
        delivery({ at: 1, mediaType: BLOB }),
        pull(3, { tag: 'a', digest: ROOT }),
        pull(12, { tag: 'a', method: 'HEAD' }),
      ],
      unaborted(),
    );
    const row = await archive.db.selectFrom('repository').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({
      first_at: '2026-11-30T12:00:01Z',
      last_at: '2026-11-30T12:00:12Z',
      last_push_at: '2026-11-30T12:00:05Z',
      last_pull_at: '2026-11-30T12:00:09Z',
    });
  });

  test('a manifest is learnt from the event that has its references, and stays as it is', async () => {
    const archive = await testArchive();
    const { write } = writerOf(archive);
    const platform = { os: 'linux', architecture: 'arm64', variant: 'v8' };
    const references = [
      { mediaType: INDEX, digest: CHILD, size: 5, platform },
      { digest: CHILD, size: 5 },
      { size: 1 },
    ];
    await write([pull(0, { tag: 'a', digest: ROOT })], unaborted());
    await write([delivery({ tag: 'a', digest: ROOT, references })], unaborted());
    await write([pull(2, { tag: 'a', digest: ROOT, references: [{ digest: digestOf('x') }] })], unaborted());
    const [row, ...others] = await archive.db
      .selectFrom('manifest')
      .select(['refs', 'last_pull_at'])
      .execute();
    expect(others).toEqual([]);
    expect(row).toEqual({
      refs: [{ digest: CHILD, mediaType: INDEX, size: 5, platform: 'linux/arm64/v8' }],
      last_pull_at: '2026-11-30T12:00:02Z',
    });
  });
});
