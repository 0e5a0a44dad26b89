/**
 * What an older version left, written by its own code (commit 6590107): folder `1` has a segment of six requests of
 * which two are in Redis and one was damaged, and a segment of four of which the last was truncated.
 */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimFolder, eventually } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { foldersOf, makeFolders } from './folders.js';
import { convertSegments } from './legacy.js';
import { filesOf, openSpool, requestsIn, type TestSpool, temporaryFolder } from './testing/open-spool.js';

const SEGMENTS = fileURLToPath(new URL('./testing/segments', import.meta.url));
const FIRST = '1796018277681';

async function anOldSpool(): Promise<string> {
  const dir = join(await temporaryFolder(), 'spool');
  await cp(SEGMENTS, dir, { recursive: true });
  return dir;
}

/** The ids of Nexus in what was taken, sorted. */
const idsOf = (taken: readonly string[]) => taken.map((body) => JSON.parse(body).asset.id).sort();

const isDrained = (spool: TestSpool) =>
  eventually(
    async () =>
      spool.state.requests === 0 && (await requestsIn(spool.dir)).every((file) => file.includes('/bad/')),
  );

test('is drained but for what was in Redis already; damage is set aside and a truncated end is reported', async () => {
  const dir = await anOldSpool();
  const spool = await openSpool(dir, { ready: true });
  await eventually(() => spool.reported.filter((name) => name === 'converted').length === 2);
  await isDrained(spool);
  expect(idsOf(spool.taken)).toEqual(['a2', 'a3', 'a5', 'b0', 'b1', 'b2']);
  expect(spool.reported).toContain('truncated');
  expect(spool.asides).toMatchObject([{ reason: 'damaged', bytes: 473 }]);
  const [aside] = spool.asides;
  expect((await readFile(aside?.file ?? '', 'latin1')).startsWith('LSSPOOL1')).toBe(true);
  await eventually(async () => (await filesOf(dir)).every((file) => !file.startsWith(join(dir, '1/'))));
  await spool.close();
  expect(await filesOf(dir)).toEqual([aside?.file]);
});

test('is read with the source, headers and time of when it came', async () => {
  const dir = await anOldSpool();
  const spool = await openSpool(dir);
  await eventually(() => spool.state.requests === 6);
  const [file = ''] = (await requestsIn(dir)).filter((path) => path.includes('/new/'));
  expect(basename(file)).toMatch(new RegExp(`^${FIRST}-1-\\d+\\.\\d+\\.east$`));
  const about = JSON.parse((await readFile(file, 'utf8')).split('\n')[1] ?? '');
  expect(about).toMatchObject({
    source: 'east',
    kind: 'nexus',
    path: '/sources/east',
    receivedAt: 1_773_480_414_002,
  });
  expect(about.headers).toMatchObject({ 'x-nexus-webhook-delivery': 'a-2' });
});

test('a conversion that was killed is done again with the same names', async () => {
  const dir = await anOldSpool();
  const folders = foldersOf(dir);
  await makeFolders(folders);
  const log = Object.assign({}, ...['aside', 'converted', 'truncated'].map((name) => ({ [name]: () => {} })));
  await convertSegments(join(dir, '1'), folders, log, () => false);
  const before = (await filesOf(folders.new)).map((file) => basename(file));
  // All of the first segment was written, and neither it nor its position removed yet; a temporary file is left.
  await cp(SEGMENTS, dir, { recursive: true });
  await writeFile(join(dir, '1', `tmp.${before[0]}`), 'half of');
  await convertSegments(join(dir, '1'), folders, log, () => false);
  expect((await filesOf(folders.new)).map((file) => basename(file))).toEqual(before);
  expect(await filesOf(join(dir, '1'))).toEqual([]);
});

test('is left alone while a process of the older version runs', async () => {
  const dir = await anOldSpool();
  const old = await claimFolder(join(dir, '1'));
  const spool = await openSpool(dir, { ready: true });
  const files = await filesOf(join(dir, '1'));
  expect(files.filter((file) => file.endsWith('.spool'))).toHaveLength(2);
  await old?.release();
  await spool.open(); // as every ten seconds
  await eventually(() => spool.taken.length === 6);
});

test('a position that leads nowhere means from the beginning; a head that was damaged costs nothing else', async () => {
  const dir = await anOldSpool();
  const segment = join(dir, '1', `${FIRST}.spool`);
  await writeFile(join(dir, '1', `${FIRST}.fed`), '0000000000000013');
  const file = await readFile(segment);
  await writeFile(segment, Buffer.concat([Buffer.from('XXSPOOL1'), file.subarray(8)]));
  const spool = await openSpool(dir, { ready: true });
  await eventually(() => spool.taken.length === 8);
  expect(idsOf(spool.taken)).toEqual(['a0', 'a1', 'a2', 'a3', 'a5', 'b0', 'b1', 'b2']);
  expect(spool.asides.map(({ bytes }) => bytes).sort()).toEqual([473, 8]);
});

test('what was set aside by an older version can be put back as it says', async () => {
  const first = await openSpool(await anOldSpool());
  await eventually(() => first.asides.length === 1);
  const dir = join(await temporaryFolder(), 'spool');
  await mkdir(join(dir, '1'), { recursive: true });
  // The record itself was repaired meanwhile.
  const whole = await readFile(first.asides[0]?.file ?? '');
  const at = whole.indexOf('"id":"', 0, 'latin1') + 6;
  whole.writeUInt8(whole.readUInt8(at) ^ 1, at);
  await writeFile(join(dir, '1', '0000000000001.spool'), whole);
  const spool = await openSpool(dir, { ready: true });
  await eventually(() => spool.taken.length === 1);
  expect(idsOf(spool.taken)).toEqual(['a4']);
  await rm(dir, { recursive: true });
});
