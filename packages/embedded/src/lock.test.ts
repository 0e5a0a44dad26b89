import { open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Claim, claimLock, type Holder } from './lock.js';
import { identify, thisPlace } from './process-identity.js';
import { temporaryFolder } from './testing/processes.js';

async function claim(dir: string, onWait?: (reason: string) => void): Promise<Claim> {
  const claimed = await claimLock(dir, onWait);
  if ('lock' in claimed) onTestFinished(() => claimed.lock.release().catch(() => {}));
  return claimed;
}

async function write(dir: string, holder: Partial<Holder>, age = 0): Promise<string> {
  const path = join(dir, 'lock.3');
  await writeFile(path, JSON.stringify({ pid: 1, start: '1', place: await thisPlace(), ...holder }));
  const time = Date.now() / 1000 - age;
  await utimes(path, time, time);
  return path;
}

test('the second claim learns who holds the lock', async () => {
  const dir = await temporaryFolder();
  expect(await claim(dir)).toHaveProperty('lock');
  expect(await claim(dir)).toMatchObject({ here: true, holder: { pid: process.pid } });
});

test('a lock that was given back is free, and only its newest file stays', async () => {
  const dir = await temporaryFolder();
  const first = await claim(dir);
  if ('lock' in first) await first.lock.release();
  expect(await claim(dir)).toHaveProperty('lock');
  expect(await readdir(dir)).toEqual(['lock.2']);
});

test('a dead holder at this place is replaced at once, though its heartbeat is fresh', async () => {
  const dir = await temporaryFolder();
  await write(dir, { pid: 2 ** 30 });
  expect(await claim(dir, failOnWait)).toHaveProperty('lock');
});

test('a holder with our own pid that started at another time is dead', async () => {
  const dir = await temporaryFolder();
  await write(dir, { pid: process.pid, start: '1' });
  expect(await claim(dir, failOnWait)).toHaveProperty('lock');
});

test('of many claims on a stale lock exactly one wins', async () => {
  for (let round = 0; round < 20; round++) {
    const dir = await temporaryFolder();
    await write(dir, { pid: 2 ** 30 });
    const claims = await Promise.all(Array.from({ length: 12 }, () => claim(dir)));
    expect(claims.filter((each) => 'lock' in each)).toHaveLength(1);
    expect(await readdir(dir)).toEqual(['lock.4']);
  }
});

test('of many first claims exactly one wins', async () => {
  const dir = await temporaryFolder();
  const claims = await Promise.all(Array.from({ length: 12 }, () => claim(dir)));
  expect(claims.filter((each) => 'lock' in each)).toHaveLength(1);
});

test('a holder at another place is alive while its heartbeat continues', async () => {
  const dir = await temporaryFolder();
  const path = await write(dir, { place: 'other-host boot ns', pid: 77 });
  const waits: string[] = [];
  // As a holder does it: in place, so that no reader ever gets less than the whole.
  const text = await readFile(path);
  const file = await open(path, 'r+');
  const beat = () => file.write(text, 0, text.length, 0);
  let beats: Promise<unknown> = Promise.resolve();
  const beating = setInterval(() => {
    beats = beats.then(beat);
  }, 300);
  onTestFinished(async () => {
    clearInterval(beating);
    await beats;
    await file.close();
  });
  const claimed = await claim(dir, (reason) => waits.push(reason));
  expect(claimed).toMatchObject({ here: false, holder: { pid: 77, place: 'other-host boot ns' } });
  expect(waits).toEqual([expect.stringContaining('other-host still uses')]);
});

test('a holder at another place without a heartbeat is replaced after ten seconds, not before', async () => {
  const dir = await temporaryFolder();
  const path = await write(dir, { place: 'other-host boot ns' }, 8.5);
  const { mtimeMs } = await stat(path);
  expect(await claim(dir)).toHaveProperty('lock');
  const { birthtimeMs } = await stat(join(dir, 'lock.4'));
  expect(birthtimeMs - mtimeMs).toBeGreaterThan(10_000);
});

test('a file that was never written to its end is free after ten seconds without a heartbeat', async () => {
  const dir = await temporaryFolder();
  const path = await write(dir, {});
  await writeFile(path, '');
  await utimes(path, 1, 1);
  expect(await claim(dir, failOnWait)).toHaveProperty('lock');
});

test('the holder writes its heartbeat', async () => {
  const dir = await temporaryFolder();
  const claimed = await claim(dir);
  expect('lock' in claimed && (await claimed.lock.isHeld())).toBe(true);
  const { mtimeMs } = await stat(join(dir, 'lock.1'));
  await expect
    .poll(async () => (await stat(join(dir, 'lock.1'))).mtimeMs, { timeout: 90_000 })
    .not.toBe(mtimeMs);
  expect(JSON.parse(await readFile(join(dir, 'lock.1'), 'utf8'))).toMatchObject({
    ...(await identify(process.pid)),
  });
});

test('the holder learns that another host took the lock, and leaves that lock alone', async () => {
  const dir = await temporaryFolder();
  const claimed = await claim(dir);
  await write(dir, { place: 'other-host boot ns' });
  if (!('lock' in claimed)) throw new Error('no lock');
  expect(await claimed.lock.isHeld()).toBe(false);
  await claimed.lock.lost;
  await claimed.lock.release();
  expect(await readFile(join(dir, 'lock.3'), 'utf8')).not.toContain('released');
});

test('the holder learns that its folder was removed', async () => {
  const dir = await temporaryFolder();
  const claimed = await claim(dir);
  if (!('lock' in claimed)) throw new Error('no lock');
  await rm(dir, { recursive: true });
  await claimed.lock.lost;
});

function failOnWait(reason: string): never {
  throw new Error(`waited: ${reason}`);
}

test('where processes cannot be identified, the error names the folder and is not one of Redis', async () => {
  const dir = await temporaryFolder();
  const claiming = claimLock(dir, undefined, async () => undefined);
  await expect(claiming).rejects.toMatchObject({
    code: 'LOCK_FAILED',
    message: expect.stringContaining(`${dir} cannot be locked`),
  });
  expect(await readdir(dir)).toEqual([]);
});
