import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { memoryClaim, takeAway, takeUnnoticed } from '../testing/claim.js';
import { aRequest, asAfterCrash, filesOf, openSpool, temporaryFolder } from '../testing/spool.js';
import { FILE_HEAD, frame } from './frame.js';

const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => String(from + n));

const empty = (spool: { state: { requests: number; bytes: number } }) =>
  eventually(() => spool.state.requests === 0 && spool.state.bytes === 0, undefined, { timeout: 20_000 });

describe('what is put', () => {
  test('is fed in, in order, when Redis is there, and leaves nothing behind', async () => {
    const spool = await openSpool();
    for (const body of numbers(50)) await spool.put(aRequest(body));
    expect(spool.state).toMatchObject({ requests: 50, fault: undefined });
    expect(spool.fed).toEqual([]);
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(numbers(50));
    expect(await filesOf(spool.dir)).toEqual([]);
  });

  test('while it is being fed goes behind what is there', async () => {
    const spool = await openSpool();
    for (const body of numbers(20)) await spool.put(aRequest(body));
    spool.ready = true;
    for (const body of numbers(100, 20)) await spool.put(aRequest(body));
    await empty(spool);
    expect(spool.fed).toEqual(numbers(120));
  });

  test('at once shares writes, and is all there', async () => {
    let writes = 0;
    const limits = {
      maxbytes: 2 ** 30,
      get fsync() {
        writes += 1;
        return true;
      },
    };
    const spool = await openSpool(undefined, { limits });
    writes = 0;
    await Promise.all(numbers(500).map((body) => spool.put(aRequest(body))));
    // Asked once for each request's limits, and once for each write.
    expect(writes).toBeLessThan(20);
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(numbers(500));
  });

  test('without fsync is fed in all the same', async () => {
    const spool = await openSpool(undefined, { limits: { maxbytes: 2 ** 20, fsync: false } });
    await spool.put(aRequest('a'));
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(['a']);
  });

  test('of more than a segment fills several, and is fed in in order', async () => {
    const spool = await openSpool();
    const large = 'x'.repeat(1_500_000);
    for (const body of numbers(12)) await spool.put(aRequest(`${body} ${large}`));
    const segments = (await filesOf(spool.dir)).filter((file) => file.endsWith('.spool'));
    expect(segments.length).toBeGreaterThan(3);
    spool.ready = true;
    await empty(spool);
    expect(spool.fed.map((body) => body.split(' ')[0])).toEqual(numbers(12));
  });

  test('lies in files of mode 0600, in folders of mode 0700', async () => {
    const dir = join(await temporaryFolder(), 'spool');
    await mkdir(dir);
    await chmod(dir, 0o755);
    const spool = await openSpool(dir);
    await spool.put(aRequest('a'));
    const [file = ''] = await filesOf(dir);
    for (const [path, mode] of [
      [file, 0o600],
      [dirname(file), 0o700],
      [dir, 0o700],
    ] as const) {
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
  });
});

describe('after a crash', { timeout: 60_000 }, () => {
  test('everything that was put is fed in by the next start, before what comes then', async () => {
    const first = await openSpool();
    for (const body of numbers(30)) await first.put(aRequest(body));
    const spool = await openSpool(await asAfterCrash(first));
    expect(spool.state.requests).toBe(30);
    expect(spool.told).toEqual(['found']);
    await spool.put(aRequest('30'));
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(numbers(31));
    expect(await filesOf(spool.dir)).toEqual([]);
  });

  test('in the middle of feeding, it goes on behind what is in Redis', async () => {
    const first = await openSpool(undefined, { verdict: (body) => (Number(body) < 10 ? 'taken' : 'later') });
    for (const body of numbers(20)) await first.put(aRequest(body));
    first.ready = true;
    await eventually(() => first.fed.length === 10 && first.state.requests === 10);
    // The position is written behind the last one that was taken.
    const spool = await eventually(
      async () => openSpool(await asAfterCrash(first)),
      ({ state }) => state.requests === 10,
    );
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(numbers(10, 10));
  });

  test('a position that leads nowhere means from the beginning', async () => {
    const first = await openSpool();
    for (const body of numbers(3)) await first.put(aRequest(body));
    const dir = await asAfterCrash(first);
    const [segment = ''] = await filesOf(dir);
    await writeFile(segment.replace(/spool$/, 'fed'), '0000000000000013');
    const spool = await openSpool(dir, { ready: true });
    await empty(spool);
    expect(spool.fed).toEqual(numbers(3));
  });

  test('a record that is truncated at any byte is removed and reported, and all before it is drained', async () => {
    const first = await openSpool();
    await Promise.all(['a', 'b'].map((body) => first.put(aRequest(body))));
    const dir = await asAfterCrash(first);
    const [segment = ''] = await filesOf(dir);
    const file = await readFile(segment);
    const size = (file.length - FILE_HEAD.length) / 2;
    for (let length = FILE_HEAD.length + size; length < file.length; length += 1) {
      await mkdir(dirname(segment), { recursive: true });
      await writeFile(segment, file.subarray(0, length));
      const spool = await openSpool(dir, { ready: true });
      await empty(spool);
      await spool.close();
      const torn = length > FILE_HEAD.length + size ? ['torn'] : [];
      expect([spool.fed, spool.told, spool.asides]).toEqual([['a'], ['found', ...torn], []]);
    }
  });

  test('a record that was damaged is kept aside with its bytes, told, and the others are fed in', async () => {
    const first = await openSpool();
    await Promise.all(['a', 'b', 'c'].map((body) => first.put(aRequest(body))));
    const dir = await asAfterCrash(first);
    const [segment = ''] = await filesOf(dir);
    const file = await readFile(segment);
    const size = (file.length - FILE_HEAD.length) / 3;
    const second = file.subarray(FILE_HEAD.length + size, FILE_HEAD.length + 2 * size);
    second.writeUInt8(second.readUInt8(size - 1) ^ 1, size - 1);
    await writeFile(segment, file);
    const spool = await openSpool(dir, { ready: true });
    await empty(spool);
    expect(spool.fed).toEqual(['a', 'c']);
    expect(spool.asides).toMatchObject([{ reason: 'damaged', bytes: size }]);
    const kept = await readFile(spool.asides[0]?.file ?? '');
    expect(kept).toEqual(Buffer.concat([FILE_HEAD, second]));
    expect(await filesOf(dir)).toEqual([spool.asides[0]?.file]);
  });
});

describe('a request that cannot be fed in', () => {
  test('for a reason of its own is set aside and holds up nobody', async () => {
    const error = new TypeError('broken');
    const spool = await openSpool(undefined, {
      verdict: (body) => (body === '1' ? { failed: error } : 'taken'),
    });
    for (const body of numbers(3)) await spool.put(aRequest(body));
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(['0', '2']);
    expect(spool.asides).toMatchObject([{ reason: 'failed', source: 'one', kind: 'nexus', error }]);
    // Put back as a segment, it is fed in.
    const { file = '' } = spool.asides[0] ?? {};
    const back = join(await temporaryFolder(), 'spool');
    await mkdir(join(back, '1'), { recursive: true });
    await writeFile(join(back, '1', '0000000000001.spool'), await readFile(file));
    const mended = await openSpool(back, { ready: true });
    await empty(mended);
    expect(mended.fed).toEqual(['1']);
  });

  test('because it is none is set aside', async () => {
    const dir = join(await temporaryFolder(), 'spool');
    await mkdir(join(dir, '1'), { recursive: true });
    const file = Buffer.concat([FILE_HEAD, frame(Buffer.from('what is this'))]);
    await writeFile(join(dir, '1', '1700000000000.spool'), file);
    const spool = await openSpool(dir, { ready: true });
    await empty(spool);
    expect(spool.asides).toMatchObject([{ reason: 'unreadable' }]);
    expect(await readFile(spool.asides[0]?.file ?? '')).toEqual(file);
  });

  test('because Redis has no room keeps its place', async () => {
    let isFull = true;
    const spool = await openSpool(undefined, { verdict: () => (isFull ? 'later' : 'taken'), ready: true });
    for (const body of numbers(3)) await spool.put(aRequest(body));
    expect(spool.state.requests).toBe(3);
    isFull = false;
    await empty(spool);
    expect(spool.fed).toEqual(numbers(3));
  });
});

describe('a spool that cannot take it', () => {
  test('is full at maxbytes, and takes again when it has been fed', async () => {
    const spool = await openSpool(undefined, { limits: { maxbytes: 1_500, fsync: true } });
    const put = () => spool.put(aRequest('x'.repeat(500)));
    await Promise.all([put(), put()]);
    await expect(put()).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    await expect(put()).rejects.toThrow(/full.*ingest\.spool\.maxbytes/);
    expect(spool.state).toMatchObject({ requests: 2, fault: expect.stringContaining('full') });
    spool.ready = true;
    await empty(spool);
    expect(spool.state.fault).toBeUndefined();
    await put();
  });

  test('for one source keeps room for the others, also after a restart', async () => {
    const limits = { maxbytes: 8_000, fsync: false, sources: ['a', 'b'] };
    const first = await openSpool(undefined, { limits });
    const of = (source: string) => ({ ...aRequest('x'.repeat(500)), source });
    const fill = async (spool: typeof first, source: string): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const refusal = await spool.put(of(source)).catch((error: unknown) => error);
        if (refusal === undefined) continue;
        expect(refusal).toMatchObject({ code: 'SPOOL_FULL' });
        return count;
      }
    };
    const ofA = await fill(first, 'a');
    expect(ofA).toBeGreaterThan(7);
    await expect(first.put(of('a'))).rejects.toThrow(/full for source a.*reserved for other sources/);
    await first.put(of('b'));
    await first.close();
    const second = await openSpool(first.dir, { limits });
    expect(await fill(second, 'a')).toBe(0);
    expect(await fill(second, 'b')).toBeGreaterThan(0);
    await expect(second.put(of('b'))).rejects.toThrow(/is full \(/);
    second.ready = true;
    await empty(second);
    second.ready = false; // else it is fed again while it is filled
    expect(await fill(second, 'a')).toBe(ofA);
  });

  test('because its folder cannot be made says so, starts all the same, and tries again', async () => {
    const parent = await temporaryFolder();
    const file = join(parent, 'data');
    await writeFile(file, '');
    const spool = await openSpool(join(file, 'spool'));
    expect(spool.told).toEqual(['trouble']);
    await expect(spool.put(aRequest('a'))).rejects.toMatchObject({
      code: 'SPOOL_FAILED',
      message: expect.stringMatching(/ENOTDIR.*data/),
    });
    await rm(file);
    await spool.open();
    await spool.put(aRequest('a'));
    expect(spool.state).toMatchObject({ requests: 1, fault: undefined });
  });

  test('because the disk refuses says so, counts nothing, and takes again when it is mended', async () => {
    const spool = await openSpool();
    const own = join(spool.dir, '1');
    await rm(own, { recursive: true });
    await writeFile(own, 'in the way');
    await expect(spool.put(aRequest('a'))).rejects.toMatchObject({ code: 'SPOOL_FAILED' });
    expect(spool.state).toMatchObject({
      requests: 0,
      bytes: 0,
      fault: expect.stringContaining('cannot be written'),
    });
    expect(spool.told).toEqual(['trouble']);
    await rm(own);
    await mkdir(own);
    await spool.put(aRequest('b'));
    spool.ready = true;
    await empty(spool);
    expect(spool.fed).toEqual(['b']);
  });
});

describe('two processes', () => {
  test('on one folder have a part each, and what one leaves the other feeds in', async () => {
    const one = await openSpool();
    const two = await openSpool(one.dir);
    await one.put(aRequest('one'));
    await two.put(aRequest('two'));
    expect((await filesOf(one.dir)).map((file) => dirname(file))).toEqual([
      join(one.dir, '1'),
      join(one.dir, '2'),
    ]);
    await one.close();
    // As a process that runs does every ten seconds.
    await two.open();
    expect(two.state.requests).toBe(2);
    two.ready = true;
    await empty(two);
    expect(two.fed.sort()).toEqual(['one', 'two']);
    // Given back when it was empty: the next start has the first part again.
    const three = await openSpool(one.dir);
    await three.put(aRequest('three'));
    expect((await filesOf(one.dir)).map((file) => dirname(file))).toEqual([join(one.dir, '1')]);
  });

  test('nobody waits for a lock on another machine: its part is taken over when it has run out', async () => {
    const one = await openSpool();
    await one.put(aRequest('theirs'));
    const dir = await asAfterCrash(one);
    const local = memoryClaim();
    let runOut = (): void => {};
    const out = new Promise<void>((resolve) => {
      runOut = resolve;
    });
    const two = await openSpool(dir, {
      ready: true,
      claim(folder, onWait) {
        if (!folder.endsWith('/1')) return local(folder, onWait);
        onWait();
        return out.then(() => local(folder, onWait));
      },
    });
    await two.put(aRequest('ours'));
    await eventually(() => two.fed.length === 1);
    runOut();
    await eventually(() => two.fed.length === 2);
    await empty(two);
    expect(two.fed).toEqual(['ours', 'theirs']);
    expect(await filesOf(dir)).toEqual([]);
  });

  test('a part that was taken away is left alone, and another one is used', async () => {
    const spool = await openSpool();
    await spool.put(aRequest('theirs'));
    const giveBack = takeAway(join(spool.dir, '1'));
    await eventually(() => spool.told.includes('lost'));
    await spool.put(aRequest('ours')); // waits for the other one to be opened
    await eventually(() => spool.state.requests === 1);
    await spool.open(); // its look for another one is over: it does not take the first part itself
    giveBack();
    const other = await openSpool(spool.dir);
    expect(other.state.requests).toBe(1);
    other.ready = true;
    spool.ready = true;
    await Promise.all([empty(spool), empty(other)]);
    expect([other.fed, spool.fed]).toEqual([['theirs'], ['ours']]);
  });
});

test('a process that hung and wakes up does not answer for what nobody would feed', async () => {
  const spool = await openSpool();
  await spool.put(aRequest('theirs'));
  const notice = takeUnnoticed(join(spool.dir, '1'));
  // The other process has found what was there, and looks no more.
  await Promise.all(numbers(5).map((body) => spool.put(aRequest(body))));
  notice();
  await eventually(() => spool.told.includes('lost'));
  spool.ready = true;
  await eventually(() => numbers(5).every((body) => spool.fed.includes(body)));
});

test('a segment that somebody removed is told, and what is behind it is fed in', async () => {
  const spool = await openSpool();
  const large = 'x'.repeat(5_000_000);
  for (const body of numbers(4)) await spool.put(aRequest(body + large));
  const files = await filesOf(spool.dir);
  expect(files).toHaveLength(4);
  await rm(files[2] ?? '');
  spool.ready = true;
  await empty(spool);
  expect(spool.told).toEqual(['gone']);
  expect(spool.fed.map((body) => body.slice(0, 1))).toEqual(['0', '1', '3']);
});
