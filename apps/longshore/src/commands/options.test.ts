import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultConfig } from './options.js';

const QUICKSTART = 'examples/quickstart/longshore.yml';

test.each([
  ['nothing', [], {}, 'longshore.yml'],
  ['a configuration', ['longshore.yml'], {}, 'longshore.yml'],
  ['the quick start', [QUICKSTART], {}, QUICKSTART],
  ['both', [QUICKSTART, 'longshore.yml'], {}, 'longshore.yml'],
  ['both and LONGSHORE_CONFIG', [QUICKSTART, 'longshore.yml'], { LONGSHORE_CONFIG: '/x.yml' }, '/x.yml'],
])('in a folder with %s the relay is looked for where it was started from', (_, files, env, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'examples/quickstart'), { recursive: true });
  for (const file of files) writeFileSync(join(folder, file), '');
  expect(defaultConfig(env, folder)).toBe(expected);
});
