import { existsSync, readdirSync } from 'node:fs';
import { shapeOf } from '@longshore/settings/shape';
import { expect, test } from 'vitest';
import { TARGETS } from './kinds.js';

const HERE = new URL('.', import.meta.url);

test('every kind of target has a folder, and every folder is a kind whose contract is tested', () => {
  const folders = readdirSync(HERE, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  expect(Object.keys(TARGETS).sort()).toEqual(folders.sort());
  for (const folder of folders) {
    expect([folder, existsSync(new URL(`${folder}/contract.test.ts`, HERE))]).toEqual([folder, true]);
  }
});

test('the settings and the driver of a kind have its name', async () => {
  for (const [kind, { settings }] of Object.entries(TARGETS)) {
    const shape = shapeOf((await settings()).settings);
    const tag = shape.type === 'map' && shape.keys.kind;
    expect(tag && shapeOf(tag)).toMatchObject({ kind: { words: kind } });
  }
});
