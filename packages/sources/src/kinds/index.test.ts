import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KINDS } from './index.js';

const here = new URL('./', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test('every folder is a kind and every kind has its folder', () => {
  expect(KINDS.map(({ kind }) => kind).sort()).toEqual(folders.map(({ name }) => name).sort());
});

test.each(KINDS.map(({ kind }) => [kind]))('%s says how to set its sender up, and has samples', (kind) => {
  expect(existsSync(new URL(`${kind}/README.md`, here))).toBe(true);
  expect(existsSync(new URL(`${kind}/samples/`, here))).toBe(true);
});
