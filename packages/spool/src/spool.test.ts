import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { eventually } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import type { Drained } from './drain.js';
import { sharedSync } from './shared-sync.js';
import {
  aRequest,
  asAfterKill,
  filesOf,
  openSpool,
  requestsIn,
  type TestSpool,
  temporaryFolder,
} from './testing/open-spool.js';

const numbers = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => String(from + n));

const inOrder = (bodies: readonly string[]): string[] => [...bodies].sort((a, b) => Number(a) - Number(b));

const isEmpty = ({ state: { requests, bytes } }: TestSpool): boolean => requests === 0 && bytes === 0;

const drained = (spool: TestSpool) => eventually(() => isEmpty(spool));

/** Holds requests while they are drained, after the first one. */
function aGate() {
  let [running, most, count] = [0, 0, 0];
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    running: () => running,
    most: () => most,
    open,
    async verdict(): Promise<Drained> {
      count += 1;
      if (count === 1) return 'taken';
      running += 1;
      most = Math.max(most, running);
      await opened;
      running -= 1;
      return 'taken';
    },
  };
}

describe('what is put', () => {
  test('is drained, the oldest first, when Redis is there, and leaves nothing behind', async () => {
    const spool = await openSpool();
    for (const body of numbers(50)) await spool.put(aRequest(body));
    expect(spool.state).toMatchObject({ requests: 50, fault: undefined });
    expect(await requestsIn(join(spool.dir, 'new'))).toHaveLength(50);
    expect(spool.taken).toEqual([]);
    spool.ready = true;
    await drained(spool);
    expect(spool.taken[0]).toBe('0');
    expect(inOrder(spool.taken)).toEqual(numbers(50));
    await spool.close();
    expect(await filesOf(spool.dir)).toEqual([]);
  });

  test('is drained sixteen at once, not more', async () => {
    const gate = aGate();
    const spool = await openSpool(undefined, { verdict: gate.verdict });
    for (const body of numbers(60)) await spool.put(aRequest(body));
    spool.ready = true;
    await eventually(() => gate.running() === 16);
    gate.open();
    await drained(spool);
    expect(gate.most()).toBe(16);
    expect(inOrder(spool.taken)).toEqual(numbers(60));
  });

  test('is drained one after the other where order matters, whatever is too early, also by the next process', async () => {
    let running = 0;
    const verdict = async (): Promise<Drained> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return Math.random() < 0.2 ? 'later' : 'taken';
    };
    const first = await openSpool(undefined, { ordered: true, verdict });
    // More than 36 within a millisecond: their names have to be in order too.
    for (const body of numbers(120)) await first.put(aRequest(body));
    first.ready = true;
    await eventually(() => first.taken.length > 10);
    await first.close();
    const second = await openSpool(first.dir, { ordered: true, verdict, ready: true });
    await drained(second);
    expect([...first.taken, ...second.taken]).toEqual(numbers(120));
  });

  test('is drained fewer at once when requests are large', async () => {
    const gate = aGate();
    const spool = await openSpool(undefined, {
      verdict: gate.verdict,
      limits: { maxbytes: 2 ** 30, fsync: false },
    });
    await spool.put(aRequest('small'));
    for (let n = 0; n < 4; n += 1) await spool.put(aRequest('x'.repeat(12 * 2 ** 20)));
    spool.ready = true;
    await eventually(() => gate.running() === 2);
    gate.open();
    await drained(spool);
    expect(gate.most()).toBe(2);
  });

  test('at once is all there', async () => {
    const spool = await openSpool();
    await Promise.all(numbers(500).map((body) => spool.put(aRequest(body))));
    spool.ready = true;
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(numbers(500));
  });

  test('without fsync is drained all the same', async () => {
    const spool = await openSpool(undefined, { limits: { maxbytes: 2 ** 20, fsync: false } });
    await spool.put(aRequest('a'));
    spool.ready = true;
    await drained(spool);
    expect(spool.taken).toEqual(['a']);
  });

  test('lies in files of mode 0600, in folders of mode 0700', async () => {
    const dir = join(await temporaryFolder(), 'spool');
    await mkdir(dir);
    await chmod(dir, 0o755);
    const spool = await openSpool(dir);
    await spool.put(aRequest('a'));
    const [file = ''] = await requestsIn(dir);
    for (const [path, mode] of [
      [file, 0o600],
      [dirname(file), 0o700],
      [join(dir, 'work'), 0o700],
      [dir, 0o700],
    ] as const) {
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
  });
});

describe('after a kill', () => {
  test('everything that was put is drained by the next start, which counts it without reading it', async () => {
    const first = await openSpool();
    for (const body of numbers(30)) await first.put(aRequest(body));
    const spool = await openSpool(await asAfterKill(first));
    expect(spool.state).toEqual({ ...first.state });
    expect(spool.reported).toEqual(['found']);
    await spool.put(aRequest('30'));
    spool.ready = true;
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(numbers(31));
  });

  test('in the middle of draining, what was claimed is taken over, and what was half written is removed', async () => {
    const gate = aGate();
    const first = await openSpool(undefined, { verdict: gate.verdict });
    for (const body of numbers(20)) await first.put(aRequest(body));
    first.ready = true;
    await eventually(() => gate.running() === 16);
    const dir = await asAfterKill(first);
    gate.open();
    const [dead = ''] = await readdir(join(dir, 'work'));
    const claimed = await requestsIn(join(dir, 'work', dead));
    expect(claimed).toHaveLength(16);
    await writeFile(join(dir, 'work', dead, 'tmp.1773480414000-a-1.99.one'), 'half of it');
    const spool = await openSpool(dir, { ready: true });
    await eventually(async () => (await readdir(join(dir, 'work'))).every((name) => name !== dead));
    await eventually(() => spool.taken.length === 19);
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(numbers(19, 1));
    await spool.close();
    expect(await filesOf(dir)).toEqual([]);
  });

  test('a file that was truncated or changed is set aside with its reason, and the others are drained', async () => {
    const first = await openSpool();
    for (const body of numbers(4)) await first.put(aRequest(body));
    const dir = await asAfterKill(first);
    const [one = '', two = ''] = await requestsIn(join(dir, 'new'));
    await truncate(one, 40);
    const file = await readFile(two);
    file.writeUInt8(file.readUInt8(file.length - 1) ^ 1, file.length - 1);
    await writeFile(two, file);
    const spool = await openSpool(dir, { ready: true });
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(['2', '3']);
    const asides = spool.asides.sort((a, b) => a.bytes - b.bytes);
    expect(asides).toMatchObject([
      { reason: 'damaged', source: 'one', bytes: 40, file: join(dir, 'bad', basename(one)) },
      { reason: 'damaged', source: 'one', file: join(dir, 'bad', basename(two)) },
    ]);
    expect(await readFile(asides[1]?.file ?? '')).toEqual(file);
  });
});

describe('a request that cannot be drained', () => {
  test('for a reason of its own is set aside, blocks nothing, and can be put back', async () => {
    const error = new TypeError('broken');
    let isBroken = true;
    const spool = await openSpool(undefined, {
      verdict: (body) => (body === '1' && isBroken ? { failed: error } : 'taken'),
    });
    for (const body of numbers(3)) await spool.put(aRequest(body));
    spool.ready = true;
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(['0', '2']);
    expect(spool.asides).toMatchObject([{ reason: 'failed', source: 'one', kind: 'nexus', error }]);
    isBroken = false;
    const { file = '' } = spool.asides[0] ?? {};
    await rename(file, join(spool.dir, 'new', basename(file)));
    await spool.open(); // as every ten seconds
    await eventually(() => spool.taken.includes('1'));
    await drained(spool);
  });

  test('because Redis has no room is tried again, and lets a smaller one pass', async () => {
    let isFull = true;
    const spool = await openSpool(undefined, {
      verdict: (body) => (isFull && body === '0' ? 'later' : 'taken'),
      ready: true,
    });
    for (const body of numbers(3)) await spool.put(aRequest(body));
    await eventually(() => spool.taken.length === 2 && spool.state.requests === 1);
    isFull = false;
    await drained(spool);
    expect(inOrder(spool.taken)).toEqual(numbers(3));
  });

  test('because the disk does not let it be read is reported, and the others are drained', async () => {
    const spool = await openSpool();
    for (const body of numbers(3)) await spool.put(aRequest(body));
    await mkdir(join(spool.dir, 'new', '0000000000001-in-the-way.1.one'));
    await spool.open();
    spool.ready = true;
    await eventually(() => spool.taken.length === 3);
    expect(spool.reported).toContain('trouble');
    await eventually(() => spool.state.requests === 1);
  });
});

describe('a spool that cannot take it', () => {
  test('is full at maxbytes, and takes again when it has been drained', async () => {
    // A file of 5,000 bytes takes two blocks of the disk.
    const spool = await openSpool(undefined, { limits: { maxbytes: 4 * 4_096, fsync: true } });
    const put = () => spool.put(aRequest('x'.repeat(5_000)));
    await Promise.all([put(), put()]);
    await expect(put()).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    await expect(put()).rejects.toThrow(/full.*ingest\.spool\.maxbytes/);
    expect(spool.state).toMatchObject({ requests: 2, bytes: 16_384, fault: expect.stringContaining('full') });
    await spool.open(); // as every ten seconds
    expect(spool.state.fault).toMatch(/full/);
    spool.limits = { maxbytes: 6 * 4_096, fsync: true };
    await spool.open();
    expect(spool.state.fault).toBeUndefined();
    spool.limits = { maxbytes: 4 * 4_096, fsync: true };
    await expect(put()).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    spool.ready = true;
    await drained(spool);
    expect(spool.state.fault).toBeUndefined();
    await put();
  });

  test('for one source keeps room for the others, also after a restart', async () => {
    const limits = { maxbytes: 12 * 4_096, fsync: false, sources: ['a', 'b'] };
    const first = await openSpool(undefined, { limits });
    const of = (source: string) => aRequest('x'.repeat(500), source);
    const fill = async (spool: TestSpool, source: string): Promise<number> => {
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
    await drained(second);
    second.ready = false; // else it is drained again while it is filled
    expect(await fill(second, 'a')).toBe(ofA);
  });

  test('because its folder cannot be made says so, starts all the same, and tries again', async () => {
    const parent = await temporaryFolder();
    const file = join(parent, 'data');
    await writeFile(file, '');
    const spool = await openSpool(join(file, 'spool'));
    expect(spool.reported).toEqual(['trouble']);
    await expect(spool.put(aRequest('a'))).rejects.toMatchObject({
      code: 'SPOOL_FAILED',
      message: expect.stringMatching(/ENOTDIR.*data/),
    });
    await rm(file);
    await spool.open();
    await spool.put(aRequest('a'));
    expect(spool.state).toMatchObject({ requests: 1, fault: undefined });
  });

  test('because the disk refuses says so, counts nothing, and takes again when it can', async () => {
    const spool = await openSpool();
    const folder = join(spool.dir, 'new');
    await rm(folder, { recursive: true });
    await writeFile(folder, 'in the way');
    await expect(spool.put(aRequest('a'))).rejects.toMatchObject({ code: 'SPOOL_FAILED' });
    expect(spool.state).toMatchObject({
      requests: 0,
      bytes: 0,
      fault: expect.stringContaining('cannot be written'),
    });
    expect(spool.reported).toEqual(['trouble']);
    expect((await filesOf(join(spool.dir, 'work'))).map((file) => basename(file))).toEqual(['lock.1']);
    await spool.open(); // as every ten seconds
    expect(spool.state.fault).toMatch(/cannot be written/);
    await rm(folder);
    await spool.open();
    expect(spool.state.fault).toBeUndefined(); // although nothing was put
    expect(await filesOf(folder)).toEqual([]);
    await spool.put(aRequest('b'));
    spool.ready = true;
    await drained(spool);
    expect(spool.taken).toEqual(['b']);
  });

  test('because its folder was removed makes a new one at once', async () => {
    const spool = await openSpool();
    await rm(spool.dir, { recursive: true });
    await spool.put(aRequest('a'));
    expect(spool.reported).toEqual(['lost']);
    spool.ready = true;
    await drained(spool);
    expect(spool.taken).toEqual(['a']);
  });
});

describe('two processes', () => {
  test('on one folder drain it together: each request is taken once', async () => {
    const one = await openSpool();
    const two = await openSpool(one.dir);
    for (const body of numbers(100)) await (Number(body) % 2 ? one : two).put(aRequest(body));
    await Promise.all([one.open(), two.open()]); // as every ten seconds
    expect([one.state.requests, two.state.requests]).toEqual([100, 100]);
    one.ready = true;
    two.ready = true;
    await Promise.all([drained(one), drained(two)]);
    expect(inOrder([...one.taken, ...two.taken])).toEqual(numbers(100));
    expect([...one.reported, ...two.reported]).toEqual([]);
  });

  test('leave alone what a living one has claimed, however long that takes', async () => {
    const gate = aGate();
    const one = await openSpool(undefined, { verdict: gate.verdict });
    for (const body of numbers(3)) await one.put(aRequest(body));
    one.ready = true;
    await eventually(() => gate.running() === 2);
    const two = await openSpool(one.dir, { ready: true });
    await two.open();
    expect([two.state.requests, two.taken]).toEqual([0, []]);
    gate.open();
    await drained(one);
    expect(inOrder(one.taken)).toEqual(numbers(3));
  });

  test('of which one stops: the other drains what it left', async () => {
    const one = await openSpool();
    const two = await openSpool(one.dir, { ready: true });
    await one.put(aRequest('a'));
    await one.close();
    await two.open();
    await drained(two);
    expect(two.taken).toEqual(['a']);
    expect(await readdir(join(two.dir, 'work'))).toHaveLength(1);
  });

  test('of which one is taken for dead, since it was stopped for long: nothing is lost when it runs again', async () => {
    const gate = aGate();
    const one = await openSpool(undefined, { verdict: gate.verdict });
    for (const body of numbers(6)) await one.put(aRequest(body));
    one.ready = true;
    await eventually(() => gate.running() === 5);
    // As a process on another machine does that has not seen its heartbeat.
    const [owner = ''] = await readdir(join(one.dir, 'work'));
    const folder = join(one.dir, 'work', owner);
    for (const file of await requestsIn(folder)) await rename(file, join(one.dir, 'new', basename(file)));
    await rm(folder, { recursive: true });
    const two = await openSpool(one.dir, { ready: true });
    await eventually(() => two.taken.length === 5);
    gate.open();
    await one.put(aRequest('6')); // its folder is gone: it has a new one
    await eventually(() => isEmpty(one) && isEmpty(two));
    expect(one.reported).toContain('lost');
    expect(inOrder([...new Set([...one.taken, ...two.taken])])).toEqual(numbers(7));
  });

  test('nothing waits for a lock on another machine: what it left is taken over when that is known', async () => {
    const gate = aGate();
    const one = await openSpool(undefined, { verdict: gate.verdict });
    for (const body of ['0', '1']) await one.put(aRequest(body));
    one.ready = true;
    await eventually(() => gate.running() === 1);
    const dir = await asAfterKill(one);
    gate.open();
    const [theirs = ''] = await readdir(join(dir, 'work'));
    let isOver = (): void => {};
    const over = new Promise<void>((resolve) => {
      isOver = resolve;
    });
    const local = one.claim;
    const two = await openSpool(dir, {
      ready: true,
      claim: async (folder) => {
        if (basename(folder) === theirs) await over;
        return local(folder);
      },
    });
    await two.put(aRequest('ours'));
    await eventually(() => two.taken.length === 1);
    isOver();
    await eventually(() => two.taken.length === 2);
    expect(two.taken).toEqual(['ours', '1']);
  });
});

test('a file that something else removed is reported, and the others are drained', async () => {
  const spool = await openSpool();
  for (const body of numbers(4)) await spool.put(aRequest(body));
  const files = await requestsIn(spool.dir);
  await rm(files[2] ?? '');
  spool.ready = true;
  await drained(spool);
  await eventually(() => spool.reported.length > 0);
  expect(spool.reported).toEqual(['gone']);
  expect(inOrder(spool.taken)).toEqual(['0', '1', '3']);
});

test('a folder that was copied from another spool is drained', async () => {
  const one = await openSpool();
  await one.put(aRequest('a'));
  const two = await openSpool();
  await cp(join(one.dir, 'new'), join(two.dir, 'new'), { recursive: true });
  two.ready = true;
  await two.open();
  await eventually(() => two.taken.length === 1);
});

test('calls for the same folder share the time that the disk needs', async () => {
  const folder = join(await temporaryFolder(), 'new');
  const sync = sharedSync(folder);
  const first = sync();
  expect(sync()).toBe(first);
  await expect(first).rejects.toMatchObject({ code: 'ENOENT' });
  await mkdir(folder);
  await sync();
});
