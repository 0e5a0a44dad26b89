/**
 * The searches of the bench over 50,000 events: right, and through indexes. What a search costs is bounded by the pages
 * that PostgreSQL touches, which no load of the machine changes; the times are measured by `archive.mjs`.
 */
import { openArchive } from '@longshore/archive';
import { createArchiveReader } from '@longshore/archive/read';
import { testDatabase } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { chance, generate } from './archive/generate.mjs';
import { outage } from './archive/outage.mjs';
import { queriesOf, someDigests } from './archive/queries.mjs';

const EVENTS = 50_000;
const WRITTEN = 5_000;
const ROUNDS = 5;
/** Pages of 8 KiB that one statement may touch: 30 MB at most, a part of one partition. */
const MOST_PAGES = 4_000;
/** A search by a part of the name probes each repository; the others read what they show. */
const MOST_PAGES_OF_A_PAGE = 1_500;

test('every search reads through an index, and touches few pages', { timeout: 300_000 }, async () => {
  const archive = openArchive({ connection: { url: await testDatabase() }, onError: () => {} });
  await archive.migrate();
  await generate(archive, EVENTS, WRITTEN);
  const reader = createArchiveReader({ db: archive.db, pool: explaining(archive.pool) });
  let plans = [];

  /** Runs each statement, after its plan. */
  function explaining(pool) {
    const query = async (text, values) => {
      const { rows } = await pool.query(`explain (analyze, buffers, format json) ${text}`, values);
      plans.push({ text, plan: rows[0]['QUERY PLAN'][0].Plan });
      return pool.query(text, values);
    };
    return { query, connect: () => pool.connect() };
  }

  const random = chance(7);
  for (const [name, , run] of queriesOf(reader, await someDigests(archive.pool))) {
    for (let n = 0; n < ROUNDS; n++) {
      plans = [];
      await run(random);
      expect(plans.length, name).toBeGreaterThan(0);
      for (const { text, plan } of plans) {
        const scanned = nodesOf(plan).filter(isScanOfEvents);
        expect({ name, text, scanned }).toEqual({ name, text, scanned: [] });
        const pages = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
        const most = /matching|image|unused|top/.test(name) ? MOST_PAGES : MOST_PAGES_OF_A_PAGE;
        expect(pages, `pages of ${name}: ${text}`).toBeLessThan(most);
      }
    }
  }
  await archive.close();
});

const nodesOf = (plan) => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Of one that has events: an empty partition is scanned for nothing. */
const isScanOfEvents = (node) =>
  node['Node Type'] === 'Seq Scan' &&
  node['Relation Name'].startsWith('event') &&
  node['Shared Hit Blocks'] + node['Shared Read Blocks'] > 0;

test('PostgreSQL stopped in a stream: nothing is missing or twice, and no other endpoint waits for it', {
  timeout: 300_000,
}, async () => {
  const { phases, ...counts } = await outage({ events: 90, rate: 60 });
  expect(counts).toEqual({ posted: 90, rows: 90, events: 90, dead: 0 });
  expect(phases.map(({ received }) => received)).toEqual([30, 30, 30]);
});
