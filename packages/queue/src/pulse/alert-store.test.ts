import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { redisTest as test } from '../testing/redis-test.js';
import { createAlertStore } from './alert-store.js';

test('of two processes one has the lease until it gives it up', async ({ open, prefix }) => {
  const client = await open('producer');
  const [one, two] = [createAlertStore(client, prefix), createAlertStore(client, prefix)];
  expect([await one.claim(), await two.claim(), await one.claim()]).toEqual([true, false, true]);
  await two.release();
  expect(await two.claim()).toBe(false);
  await one.release();
  expect([await two.claim(), await one.claim()]).toEqual([true, false]);
});

test('the lease of a process that died runs out, and it can write nothing any more', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const [one, two] = [createAlertStore(client, prefix, 50), createAlertStore(client, prefix)];
  await one.claim();
  await eventually(() => two.claim());
  expect(await one.save(new Map([['a', { at: 1 }]]))).toBe(false);
  expect(await two.save(new Map([['b', { at: 2 }]]))).toBe(true);
  expect(await one.read()).toEqual(new Map([['b', { at: 2 }]]));
});

test('entries are written and removed together, and read by whoever comes next', async ({ open, prefix }) => {
  const client = await open('producer');
  const one = createAlertStore(client, prefix);
  await one.claim();
  await one.save(
    new Map([
      ['a', { n: 1 }],
      ['b', { n: 2 }],
    ]),
  );
  await one.save(
    new Map<string, object | undefined>([
      ['a', undefined],
      ['c', { n: 3 }],
    ]),
  );
  expect(await createAlertStore(client, prefix).read()).toEqual(
    new Map([
      ['b', { n: 2 }],
      ['c', { n: 3 }],
    ]),
  );
});
