import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createRefusals, REFUSAL_INTERVAL_MS } from './config-refused.js';

test('a rejected file is known until it is corrected, and of a process that died no longer than its note lasts', async ({
  open,
  prefix,
}) => {
  let now = 1_000_000;
  const refusals = createRefusals(await open('producer'), prefix, () => now);
  const one = { process: 'one:1', at: 5, file: 'longshore.yml', reason: 'unknown key' };
  const two = { ...one, process: 'two:2' };
  await refusals.note(one);
  await refusals.note(two);
  expect((await refusals.list()).toSorted((a, b) => a.process.localeCompare(b.process))).toEqual([one, two]);
  await refusals.clear('one:1');
  expect(await refusals.list()).toEqual([two]);
  now += 2 * REFUSAL_INTERVAL_MS;
  await refusals.note(one);
  now += 2 * REFUSAL_INTERVAL_MS;
  expect(await refusals.list()).toEqual([one]);
});
