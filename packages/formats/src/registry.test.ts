import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeFormats, FORMATS, formatNamed, formatNames } from './registry.js';

test('every folder is a format and every format has its folder', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => entry.name);
  expect(FORMATS.map(({ name }) => name).sort()).toEqual(folders.sort());
});

test('a format is found by its name, and offered to one setting', () => {
  for (const format of FORMATS) {
    expect(formatNamed(format.name)).toBe(format);
    expect(format.offeredTo.length).toBeGreaterThan(0);
    for (const offer of format.offeredTo) {
      expect(formatNames(offer)).toContain(format.name);
      expect(describeFormats(offer)).toContain(`\`${format.name}\`: ${format.summary}.`);
    }
  }
  expect(formatNamed('constructor')).toBeUndefined();
});
