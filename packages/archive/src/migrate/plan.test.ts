import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { testArchive, unaborted, writerOf } from '../testing/archive.js';
import { delivery, digestOf, INDEX, NOON, type Said } from '../testing/deliveries.js';
import { type PlanFormat, writePlan } from './formats.js';
import { type PlanFilter, planTags } from './plan.js';

const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();
const sideTag = (word: string, end = ''): string => digestOf(word).replace(':', '-') + end;

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function planned(events: readonly Said[], hosts: Record<string, string> = {}) {
  const archive = await testArchive();
  await writerOf(archive).write(events.map(delivery), unaborted());
  const warnings: string[] = [];
  const { pool } = archive;
  const tags = (filter: PlanFilter = {}) =>
    planTags({ pool, filter, hostOf: (source) => hosts[source], warn: (text) => warnings.push(text) });
  return {
    warnings,
    names: async (filter: PlanFilter = {}) =>
      (await all(tags(filter))).map(({ repository, tag }) => `${repository}:${tag}`),
    lines: (format: PlanFormat, filter?: PlanFilter) =>
      all(writePlan(format, tags(filter), 'new.example.com')),
  };
}

const push = (second: number, tag: string, word: string, more: Said = {}): Said => ({
  at: second,
  tag,
  digest: digestOf(word),
  ...more,
});

test('a plan has every tag that exists, with the digest that it has now', async () => {
  const { lines, warnings } = await planned([
    push(1, '1.0', 'old'),
    push(2, '1.0', 'new'),
    push(3, '2.0', 'gone'),
    { at: 4, tag: '2.0', action: 'delete', digest: undefined },
    push(5, 'pulled', 'before', { action: 'pull' }),
    { at: 6, digest: digestOf('untagged') },
    push(7, 'x', 'x', { repository: 'b/app' }),
    push(8, 'unknown', '', { digest: undefined }),
  ]);
  expect(await lines('list')).toEqual([
    `registry.example.com/acme/app@${digestOf('new')} new.example.com/acme/app:1.0`,
    `registry.example.com/acme/app@${digestOf('before')} new.example.com/acme/app:pulled`,
    `registry.example.com/b/app@${digestOf('x')} new.example.com/b/app:x`,
  ]);
  expect(warnings).toEqual(['1 tag left out, because no event has the digest: acme/app:unknown']);
});

test('since is a push or a move, pulled-within a pull that is no HEAD; both have to match', async () => {
  const { names } = await planned([
    push(1, 'old', 'old'),
    push(2, 'old', 'old', { action: 'pull' }),
    push(100, 'checked', 'checked'),
    push(101, 'checked', 'checked', { action: 'pull', method: 'HEAD' }),
    push(100, 'pulled', 'pulled'),
    push(200, 'pulled', 'pulled', { action: 'pull' }),
    push(1, 'used', 'used'),
    push(200, 'used', 'used', { action: 'pull' }),
  ]);
  expect(await names({ since: at(50) })).toEqual(['acme/app:checked', 'acme/app:pulled']);
  expect(await names({ pulledSince: at(50) })).toEqual(['acme/app:pulled', 'acme/app:used']);
  expect(await names({ since: at(50), pulledSince: at(50) })).toEqual(['acme/app:pulled']);
});

test('side tags come with the images that they are about, also with a platform of one', async () => {
  const index = { mediaType: INDEX, references: [{ mediaType: INDEX, digest: digestOf('child'), size: 1 }] };
  const { names } = await planned([
    push(1, 'old', 'old'),
    push(2, sideTag('old'), 'side of old'),
    push(100, 'new', 'new', index),
    push(3, sideTag('new', '.sig'), 'signature'),
    push(4, sideTag('child', '.att'), 'attestation'),
  ]);
  const [ofNew, ofChild, ofOld] = [sideTag('new', '.sig'), sideTag('child', '.att'), sideTag('old')];
  expect(await names({ since: at(50) })).toEqual(
    ['new', ...[ofNew, ofChild].toSorted()].map((tag) => `acme/app:${tag}`),
  );
  expect(await names()).toEqual(
    ['new', 'old', ...[ofNew, ofChild, ofOld].toSorted()].map((tag) => `acme/app:${tag}`),
  );
});

test('the host is that of the configuration, else of the newest event; without one the source is left out', async () => {
  const events = [
    push(1, '1', 'a'),
    push(2, '1', 'b', { source: 'two', repository: 'two/app' }),
    push(3, '1', 'c', {
      source: 'none',
      repository: 'none/app',
      extra: { request: {}, target: { repository: 'none/app', tag: '1', digest: digestOf('c') } },
    }),
    push(4, '1', 'd', { source: 'two', repository: 'acme/app' }),
  ];
  const { lines, warnings } = await planned(events, { two: 'two.example.com:5000' });
  expect((await lines('list')).map((line) => line.split('@')[0])).toEqual([
    'registry.example.com/acme/app',
    'two.example.com:5000/acme/app',
    'two.example.com:5000/two/app',
  ]);
  expect(warnings).toEqual([
    expect.stringContaining('repository acme/app is in the sources distribution and two'),
    expect.stringContaining('source none'),
  ]);
});

test('the files are what their tools read: numbers are texts, dots are dots', async () => {
  const { lines } = await planned([
    push(1, '1.0', 'a'),
    push(2, 'on', 'b'),
    push(3, '1', 'c', { repository: 'b/app' }),
  ]);
  expect(parse((await lines('skopeo')).join('\n'))).toEqual({
    'registry.example.com': { images: { 'acme/app': ['1.0', 'on'], 'b/app': ['1'] } },
  });
  expect((await lines('skopeo')).join('\n')).toContain(
    'skopeo sync --src yaml --dest docker --all --scoped --preserve-digests --keep-going FILE new.example.com',
  );
  const sync = (repository: string, allow: string[]) => ({
    source: `registry.example.com/${repository}`,
    target: `new.example.com/${repository}`,
    type: 'repository',
    tags: { allow },
  });
  expect(parse((await lines('regsync')).join('\n'))).toEqual({
    version: 1,
    defaults: { parallel: 2, digestTags: true, referrers: true },
    sync: [sync('acme/app', ['1\\.0', 'on']), sync('b/app', ['1'])],
  });
});

test('a plan of nothing is an empty file of its kind', async () => {
  const { lines } = await planned([]);
  expect(await lines('list')).toEqual([]);
  expect(parse((await lines('skopeo')).join('\n'))).toEqual({});
  expect(parse((await lines('regsync')).join('\n'))).toMatchObject({ sync: [] });
});
