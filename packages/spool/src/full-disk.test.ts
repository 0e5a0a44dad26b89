/** A disk without space: what is in the spool is drained all the same, since that is what frees it. */
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { canMount, claimFolder, eventually, remount, smallDisk } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import type { Claim } from './folders.js';
import { foldersOf, makeFolders } from './folders.js';
import { convertSegments } from './legacy.js';
import { diskFull } from './testing/full-disk.js';
import {
  aRequest,
  asAfterKill,
  filesOf,
  openSpool,
  requestsIn,
  type TestSpool,
  temporaryFolder,
} from './testing/open-spool.js';

const mounts = await canMount();

const SEGMENT = '1796018277681';

const bodies = (count: number): string[] => Array.from({ length: count }, (_, n) => String(n));

const sorted = (taken: Iterable<string>): string[] => [...taken].sort((a, b) => Number(a) - Number(b));

const drained = (spool: TestSpool) => eventually(() => spool.state.requests === 0);

/** Finds no space while there are requests in `new`. */
const claimOnFullDisk =
  (dir: string): Claim =>
  async (folder) => {
    if ((await readdir(join(dir, 'new'))).length > 0) throw diskFull();
    return claimFolder(folder);
  };

/** A segment as older versions wrote it, with bodies `0`, `1` … in the folder `1`. */
async function writeSegment(dir: string, count: number): Promise<void> {
  const about = { source: 'one', kind: 'nexus', method: 'POST', path: '/', headers: {}, receivedAt: 1 };
  const json = Buffer.from(JSON.stringify(about));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  const records = bodies(count).map((body) => {
    const payload = Buffer.concat([length, json, Buffer.from(body)]);
    const head = Buffer.from([0xff, 0x4c, 0x53, 0xfe, ...Buffer.alloc(12)]);
    head.writeUInt32BE(payload.length, 4);
    head.writeUInt32BE(crc32(payload), 8);
    head.writeUInt32BE(crc32(head.subarray(0, 12)), 12);
    return Buffer.concat([head, payload]);
  });
  await mkdir(join(dir, '1'), { recursive: true });
  await writeFile(join(dir, '1', `${SEGMENT}.spool`), Buffer.concat([Buffer.from('LSSPOOL1'), ...records]));
}

/** Takes all the space but so many blocks. */
async function fill(path: string, blocks: number): Promise<void> {
  const file = await open(path, 'w');
  const block = Buffer.alloc(4_096, 'x');
  let length = 0;
  for (;;) {
    const isFull = await file.write(block).then(
      () => false,
      () => true,
    );
    if (isFull) break;
    length += block.length;
  }
  await file.truncate(length - blocks * block.length);
  await file.close();
}

describe('a start on a full disk', () => {
  test('drains what is there, and what a killed process had claimed, without a folder of its own; then it takes again', async () => {
    const first = await openSpool();
    for (const body of bodies(20)) await first.put(aRequest(body));
    const dir = await asAfterKill(first);
    const [dead = ''] = await readdir(join(dir, 'work'));
    const [claimed = ''] = await requestsIn(join(dir, 'new'));
    await cp(claimed, join(dir, 'work', dead, basename(claimed)));
    await rm(claimed);
    await writeFile(join(dir, 'work', dead, 'tmp.1773480414000-a-1.99.one'), 'half of it');
    const spool = await openSpool(dir, { claim: claimOnFullDisk(dir) });
    await eventually(() => spool.state.requests === 20);
    expect((await filesOf(join(dir, 'work'))).map((file) => basename(file))).toEqual(['lock.1']);
    await expect(spool.put(aRequest('a'))).rejects.toMatchObject({
      code: 'SPOOL_FAILED',
      message: `the spool cannot be used: ENOSPC: no space left on device, write (folder ${dir}; free space on its disk)`,
    });
    spool.ready = true;
    await drained(spool);
    expect(sorted(spool.taken)).toEqual(bodies(20));
    expect(spool.state.fault).toMatch(/cannot be used/); // nothing can be put yet
    await spool.open(); // as every ten seconds
    expect(spool.state.fault).toBeUndefined();
    await spool.put(aRequest('20'));
    await drained(spool);
    expect(sorted(spool.taken)).toEqual(bodies(21));
    await eventually(async () => !(await readdir(join(dir, 'work'))).includes(dead));
    await spool.close();
    expect(await filesOf(dir)).toEqual([]);
  });

  test('leaves a request that is too early where it is, and sets aside one that cannot be taken', async () => {
    const first = await openSpool();
    for (const body of bodies(3)) await first.put(aRequest(body));
    const dir = await asAfterKill(first);
    let isFull = true;
    const spool = await openSpool(dir, {
      claim: claimOnFullDisk(dir),
      ready: true,
      verdict: (body) =>
        body === '1' ? { failed: new Error('no') } : isFull && body === '0' ? 'later' : 'taken',
    });
    await eventually(() => spool.taken.length === 1 && spool.asides.length === 1);
    expect(await requestsIn(join(dir, 'bad'))).toHaveLength(1);
    isFull = false;
    await drained(spool);
    expect(spool.taken).toEqual(['2', '0']);
  });

  test.skipIf(!mounts)('of a real one drains it, and takes again', async () => {
    const disk = await smallDisk('256k');
    const dir = join(disk, 'spool');
    const first = await openSpool(dir, { limits: { maxbytes: 2 ** 30, fsync: true } });
    let count = 0;
    let refusal: unknown;
    for (; refusal === undefined; count += 1)
      refusal = await first.put(aRequest(String(count))).catch((error: unknown) => error);
    count -= 1;
    expect(refusal).toMatchObject({
      code: 'SPOOL_FAILED',
      message: expect.stringContaining(`(folder ${dir}; `),
    });
    // Counted as the disk counts: the rest of the 64 blocks is the lock.
    expect(first.state.bytes / 4_096).toBeGreaterThan(55);
    const left = await asAfterKill(first);
    await first.close();
    await rm(dir, { recursive: true });
    await cp(left, dir, { recursive: true });
    await fill(join(disk, 'ballast'), 0);
    const spool = await openSpool(dir, { ready: false });
    expect(spool.state).toMatchObject({ requests: count, fault: expect.stringContaining('ENOSPC') });
    spool.ready = true;
    await eventually(() => new Set(spool.taken).size === count);
    await eventually(async () => {
      await spool.open(); // as every ten seconds
      return spool.state.fault === undefined;
    });
    await spool.put(aRequest(String(count)));
    await eventually(() => spool.taken.includes(String(count)));
    expect(sorted(new Set(spool.taken))).toEqual(bodies(count + 1));
  });
});

test.skipIf(!mounts)(
  'a disk that becomes read-only is drained once, and emptied when it can be written',
  async () => {
    const disk = await smallDisk('256k');
    const dir = join(disk, 'spool');
    const first = await openSpool(dir);
    for (const body of bodies(3)) await first.put(aRequest(body));
    await first.close();
    await remount(disk, 'ro');
    const spool = await openSpool(dir, { ready: true });
    expect(spool.state.fault).toMatch(/EROFS.*mount a writable volume/);
    await eventually(() => spool.taken.length === 3);
    // Each of them is tried again, and only removed.
    await eventually(() => spool.reported.filter((name) => name === 'trouble').length > 8);
    await remount(disk, 'rw');
    await drained(spool);
    expect(sorted(spool.taken)).toEqual(bodies(3));
    expect(await requestsIn(dir)).toEqual([]);
  },
);

describe('what an older version left on a full disk', () => {
  test('waits, which is reported, until draining has freed space', async () => {
    const first = await openSpool();
    await first.put(aRequest('2'));
    const dir = await asAfterKill(first);
    await writeSegment(dir, 2);
    const spool = await openSpool(dir, { claim: claimOnFullDisk(dir) });
    await eventually(() => spool.reported.includes('unconverted'));
    expect(spool.state.requests).toBe(1);
    spool.ready = true;
    await drained(spool);
    await spool.open(); // as every ten seconds
    await eventually(() => spool.taken.length === 3);
    expect(sorted(spool.taken)).toEqual(bodies(3));
    // Requests are taken while the rest is converted.
    await eventually(() => spool.reported.includes('converted'));
    expect(spool.reported.filter((name) => name === 'converted')).toHaveLength(1);
  });

  test('is not converted again from its beginning when only a part of it had space', async () => {
    const dir = await temporaryFolder();
    const folders = foldersOf(dir);
    await makeFolders(folders);
    await writeSegment(dir, 40);
    const log = Object.assign({}, ...['aside', 'converted'].map((name) => ({ [name]: () => {} })));
    const convert = () => convertSegments(join(dir, '1'), folders, log, () => false);
    await convert();
    const names = (await readdir(folders.new)).sort();
    expect(names).toHaveLength(40);
    for (const name of names) await rm(join(folders.new, name));
    await writeSegment(dir, 40);
    await mkdir(join(folders.new, names[30] ?? '')); // in the way
    await expect(convert()).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect((await readdir(folders.new)).sort().slice(0, 16)).toEqual(names.slice(0, 16));
    // As if they were drained.
    for (const name of await readdir(folders.new)) await rm(join(folders.new, name), { recursive: true });
    await convert();
    expect((await readdir(folders.new)).sort()).toEqual(names.slice(16));
    expect(await filesOf(join(dir, '1'))).toEqual([]);
  });

  test.skipIf(!mounts)(
    'of a real one is converted as far as there is space, and the rest when that is drained',
    async () => {
      const dir = join(await smallDisk('512k'), 'spool');
      await writeSegment(dir, 100);
      await fill(join(dir, 'ballast'), 24);
      const spool = await openSpool(dir);
      await eventually(() => spool.reported.includes('unconverted'));
      spool.ready = true;
      await eventually(async () => {
        await spool.open(); // as every ten seconds
        return new Set(spool.taken).size === 100;
      });
      expect(sorted(new Set(spool.taken))).toEqual(bodies(100));
      await eventually(async () => !(await readdir(dir)).includes('1'));
      expect(await readFile(join(dir, 'ballast'), 'latin1')).toMatch(/^x+$/);
    },
  );
});
