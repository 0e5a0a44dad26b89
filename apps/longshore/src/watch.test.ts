import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { untilRest, watchConfig } from './watch.js';

/** A watched file, and what it held whenever a change was told. `rests`: what happens between two looks, in turn. */
async function watched(...rests: ((file: string) => void)[]) {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-'));
  const file = join(folder, 'longshore.yml');
  writeFileSync(file, 'before');
  const watcher = watchConfig(file, async () => rests.shift()?.(file));
  onTestFinished(async () => {
    watcher.close();
    await rm(folder, { recursive: true });
  });
  const told: string[] = [];
  watcher.onChange(() => void told.push(readFileSync(file, 'utf8')));
  return { file, told };
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

test('a file that is being written is told when it is whole, and once', async () => {
  let begun = false;
  const { file, told } = await watched(
    (file) => {
      begun = true;
      writeFileSync(file, 'half of');
    },
    (file) => writeFileSync(file, 'half of it, and the rest'),
  );
  await change(file, '', () => begun);
  await eventually(() => told.length > 0);
  expect(told).toEqual(['half of it, and the rest']);
  await change(file, 'another', () => told.length > 1);
  expect(told[1]?.trimEnd()).toBe('another');
});

test('a file that is gone for a moment is told when it is there again', async () => {
  let begun = false;
  const { file, told } = await watched((file) => {
    begun = true;
    rmSync(file);
  });
  await change(file, 'half', () => begun);
  expect(told).toEqual([]);
  writeFileSync(file, 'whole');
  await eventually(() => told.length > 0);
  expect(told).toEqual(['whole']);
});

test('SIGHUP while the file is being written is told when it is whole', async () => {
  const { file, told } = await watched((file) => writeFileSync(file, 'half of it, and the rest'));
  writeFileSync(file, 'half of');
  process.emit('SIGHUP');
  await eventually(() => told.length > 0);
  expect(told).toEqual(['half of it, and the rest']);
});

test('SIGHUP is told although the file is as it was', async () => {
  const { told } = await watched();
  process.emit('SIGHUP');
  await eventually(() => told.length === 1);
  process.emit('SIGHUP');
  await eventually(() => told.length === 2);
  expect(told).toEqual(['before', 'before']);
});

test('a start waits for a file that is being written', async () => {
  const { file } = await watched();
  await untilRest(file, async () => {
    if (readFileSync(file, 'utf8') === 'before') writeFileSync(file, 'half of it, and the rest');
  });
  expect(readFileSync(file, 'utf8')).toBe('half of it, and the rest');
});
