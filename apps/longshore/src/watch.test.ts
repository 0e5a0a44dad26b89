import { readFileSync, renameSync, rmSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { waitUntilStable, watchConfig } from './watch.js';

/** A watched file, and what it held whenever a change was reported. `rests`: what happens between two looks, in turn. */
async function watched(...rests: ((file: string) => void)[]) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  const file = join(folder, 'longshore.yml');
  writeFileSync(file, 'before');
  const watcher = watchConfig(file, async () => rests.shift()?.(file));
  onTestFinished(async () => {
    watcher.close();
    await rm(folder, { recursive: true });
  });
  const reported: string[] = [];
  watcher.onChange(() => void reported.push(readFileSync(file, 'utf8')));
  return { file, reported, close: watcher.close };
}

/** A watched file, and the reasons that were reported. */
async function followed() {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  const file = join(folder, 'longshore.yml');
  writeFileSync(file, 'before');
  const watcher = watchConfig(file, async () => {});
  onTestFinished(async () => {
    watcher.close();
    await rm(folder, { recursive: true });
  });
  const whys: string[] = [];
  watcher.onChange((why) => whys.push(why));
  return { file, watcher, whys };
}

/** Writes until it is seen: the first look at the file may come after the first of them. */
async function change(file: string, text: string, seen: () => boolean): Promise<void> {
  let n = 0;
  await eventually(
    () => {
      if (!seen()) writeFileSync(file, text.padEnd(text.length + ++n));
      return seen();
    },
    undefined,
    { every: 1_500 },
  );
}

test('a file that is being written is reported once, when it is complete', async () => {
  let begun = false;
  const { file, reported } = await watched(
    (file) => {
      begun = true;
      writeFileSync(file, 'half of');
    },
    (file) => writeFileSync(file, 'half of it, and the rest'),
  );
  await change(file, '', () => begun);
  await eventually(() => reported.length > 0);
  expect(reported).toEqual(['half of it, and the rest']);
  await change(file, 'another', () => reported.length > 1);
  expect(reported[1]?.trimEnd()).toBe('another');
});

test('a file that is gone for a moment is reported when it is there again', async () => {
  let begun = false;
  const { file, reported } = await watched((file) => {
    begun = true;
    rmSync(file);
  });
  await change(file, 'half', () => begun);
  expect(reported).toEqual([]);
  writeFileSync(file, 'whole');
  await eventually(() => reported.length > 0);
  expect(reported).toEqual(['whole']);
});

test('a file that comes back as it was is reported again: a reader may have found nothing', async () => {
  const { file, reported } = await watched();
  await change(file, 'whole', () => reported.length > 0);
  const before = reported.length;
  let gone = false;
  const look = ({ nlink }: { nlink: number }): void => {
    gone ||= nlink === 0;
  };
  watchFile(file, { interval: 100 }, look);
  renameSync(file, `${file}.away`);
  await eventually(() => gone);
  renameSync(`${file}.away`, file);
  await eventually(() => reported.length > before);
  unwatchFile(file, look);
});

test('SIGHUP while another file is there for a moment reports the one that stays', async () => {
  let swap = false;
  const { file, reported } = await watched(
    ...Array.from({ length: 20 }, () => (file: string) => {
      if (!swap) return;
      swap = false;
      process.emit('SIGHUP');
      renameSync(`${file}.first`, file);
    }),
  );
  await change(file, 'first', () => reported.length > 0);
  const before = reported.length;
  renameSync(file, `${file}.first`);
  writeFileSync(`${file}.second`, 'second');
  swap = true;
  renameSync(`${file}.second`, file);
  await eventually(() => reported.length > before);
  expect(new Set(reported.slice(before).map((text) => text.trimEnd()))).toEqual(new Set(['first']));
});

test('a file that never rests is looked at no more after close', async () => {
  let looks = 0;
  const { file, close } = await watched(
    ...Array.from({ length: 100 }, (_, n) => (file: string) => {
      looks++;
      writeFileSync(file, 'x'.repeat(n));
      if (looks === 3) close();
    }),
  );
  await change(file, 'begun', () => looks > 0);
  await eventually(() => looks >= 3);
  for (let n = 0; n < 50; n++) await stat(file);
  expect(looks).toBe(3);
});

test('SIGHUP while the file is being written is reported when it is complete', async () => {
  const { file, reported } = await watched((file) => writeFileSync(file, 'half of it, and the rest'));
  writeFileSync(file, 'half of');
  process.emit('SIGHUP');
  await eventually(() => reported.length > 0);
  expect(reported).toEqual(['half of it, and the rest']);
});

test('SIGHUP is reported although the file is as it was', async () => {
  const { reported } = await watched();
  process.emit('SIGHUP');
  await eventually(() => reported.length === 1);
  process.emit('SIGHUP');
  await eventually(() => reported.length === 2);
  expect(reported).toEqual(['before', 'before']);
});

test('a start waits for a file that is being written', async () => {
  const { file } = await watched();
  await waitUntilStable(file, async () => {
    if (readFileSync(file, 'utf8') === 'before') writeFileSync(file, 'half of it, and the rest');
  });
  expect(readFileSync(file, 'utf8')).toBe('half of it, and the rest');
});

test('a start does not wait forever for a file that never rests', async () => {
  const { file } = await watched();
  let looks = 0;
  await waitUntilStable(file, async () => writeFileSync(file, 'x'.repeat(++looks)));
  expect(looks).toBeGreaterThan(1);
});

test('a file that the configuration names is reported by its name, and no longer once it is not named', async () => {
  const { file, watcher, whys } = await followed();
  const secret = `${file}.secret`;
  writeFileSync(secret, 'before');
  watcher.follow([secret]);
  await change(secret, 'after', () => whys.length > 0);
  expect(whys).toEqual([`${secret} has changed`]);
  watcher.follow([]);
  writeFileSync(secret, 'ignored');
  await change(file, 'after', () => whys.length > 1);
  expect(whys.slice(1)).toEqual([`${file} has changed`]);
});
