/** What the leading worker does for the archive, over a real PostgreSQL. */
import { openArchive } from '@longshore/archive';
import { ensurePartitions, listPartitions } from '@longshore/archive/partitions';
import { eventually, hasTool, startPostgres, type TestPostgres } from '@longshore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createArchiveKeep, type KeepSettings } from './archive-keep.js';
import { observed } from './testing/parts.js';

const DAY_MS = 86_400_000;
const RULES: KeepSettings = { partition: 'day', retention: 0, history: 0, maxbytes: 0 };

async function start(postgres: TestPostgres, rules: () => KeepSettings | undefined = () => RULES) {
  const { observer, lines } = observed();
  const archive = openArchive({ connection: { url: await postgres.database() }, onError: () => {} });
  await archive.migrate();
  const keep = createArchiveKeep({ archive, settings: rules, observer });
  const timer = setInterval(keep.turn, 10);
  onTestFinished(async () => {
    clearInterval(timer);
    await keep.close();
    await archive.close();
  });
  const metric = async (name: string): Promise<number | undefined> => {
    const { body } = await observer.metrics();
    const line = body.split('\n').find((each) => each.startsWith(`${name} `) || each.startsWith(`${name}{`));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  const days = async () =>
    (await listPartitions(archive.pool)).filter(({ table }) => table === 'event').map(({ since }) => since);
  return { archive, keep, lines, metric, days };
}

describe.skipIf(!hasTool('postgres'))('the leading worker', () => {
  test('creates partitions ahead, drops those that are too old, and shows what the archive holds', async () => {
    const { archive, keep, lines, metric, days } = await start(await startPostgres(), () => ({
      ...RULES,
      retention: 10 * DAY_MS,
    }));
    await ensurePartitions(archive.pool, 'day', [Date.now() - 30 * DAY_MS]);
    expect(await metric('longshore_archive_bytes')).toBeUndefined();
    keep.begin();
    await eventually(
      days,
      (all) => all.length === 8 && all.every((since) => since > Date.now() - 2 * DAY_MS),
    );
    await eventually(
      () => lines,
      (all) => all.some(({ record }) => record === 'archive.dropped'),
    );
    expect(lines.find(({ record }) => record === 'archive.dropped')).toMatchObject({
      level: 'info',
      why: 'age',
      partition: expect.stringMatching(/_\d{4}_\d\d_\d\d$/),
      until: expect.stringMatching(/T00:00:00\.000Z$/),
    });
    keep.begin();
    await eventually(
      () => metric('longshore_archive_partitions_ahead'),
      (ahead) => ahead === 7,
    );
    expect(await metric('longshore_archive_partitions_missing')).toBe(0);
    expect(await metric('longshore_archive_bytes')).toBeGreaterThan(0);
    expect(await metric('longshore_archive_max_bytes')).toBeUndefined();
    keep.end();
    expect(await metric('longshore_archive_bytes')).toBeUndefined();
  });

  test('an archive that cannot become smaller is a warning, and none of the present is dropped', async () => {
    const { keep, lines, days } = await start(await startPostgres(), () => ({ ...RULES, maxbytes: 1 }));
    keep.begin();
    await eventually(
      () => lines,
      (all) => all.some(({ msg }) => String(msg).startsWith('the archive is larger than archive.maxbytes')),
    );
    await eventually(days, (all) => all.length === 8);
  });

  test('PostgreSQL away costs each job its turn alone, and all is made up for', async () => {
    const postgres = await startPostgres();
    const { keep, lines, metric } = await start(postgres);
    await postgres.stop();
    keep.begin();
    const failed = () => lines.filter(({ msg }) => String(msg).includes('will try again'));
    await eventually(failed, (all) => all.length >= 3);
    expect(await metric('longshore_archive_errors_total')).toBeGreaterThan(0);
    await postgres.start();
    keep.begin();
    await eventually(
      () => metric('longshore_archive_bytes'),
      (bytes) => bytes !== undefined,
    );
  });

  test('without an archive it does nothing', async () => {
    const { keep, days, metric } = await start(await startPostgres(), () => undefined);
    keep.begin();
    keep.turn();
    await keep.close();
    expect([await days(), await metric('longshore_archive_bytes')]).toEqual([[], undefined]);
  });
});
