/** A few seconds of what `bench/fuzz.mjs` does for minutes: broken requests of every format at a running relay. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runProcess } from '../packages/testkit/dist/index.js';
import { ROOT } from './testing/relay.mjs';

test('broken requests of every format: no 5xx, no crash, an answer to each, a bounded quarantine', async () => {
  const fuzz = runProcess(process.execPath, [
    join(ROOT, 'bench/fuzz.mjs'),
    '--minutes',
    '0.1',
    '--seed',
    '1',
    // Other tests run beside this one: how long an answer takes says nothing here.
    '--limit',
    '60',
  ]);
  const { code } = await fuzz.exited;
  expect(fuzz.stdout).toContain('seed 1:');
  expect(fuzz.stdout).not.toContain('FAULT');
  expect(code).toBe(0);
}, 240_000);
