/** The rate over the take loop of two workers. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import type { Verdict } from '../retry.js';
import { agendaKey } from '../take/agenda.js';
import { aDelivery, consume, ok, takeSettings } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

const HOUR_MS = 3_600_000;
const delivered = { age: 86_400_000, count: 10_000 };

test('two workers together take no more than a burst and the rate, and no attempt is lost', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const all = Array.from({ length: 60 }, (_, n) => aDelivery('one', `event-${n}`));
  await createProducer(client, prefix).enqueue(all);
  const started = Date.now();
  const taken: { at: number; number: number }[] = [];
  for (let n = 0; n < 2; n++) {
    const consumer = consume(
      await open('consumer'),
      prefix,
      'one',
      async (_, { number }) => {
        taken.push({ at: Date.now(), number });
        return ok;
      },
      { concurrency: 50, take: { rate: { count: 20, perMs: 1_000 } } },
    );
    closing(consumer);
  }
  await eventually(() => taken.length === 60);
  // A slow machine only makes them later: the n-th cannot be earlier than the rate allows.
  for (const [n, { at, number }] of taken.entries()) {
    expect(n + 1).toBeLessThanOrEqual(20 + (20 * (at - started + 1)) / 1_000);
    expect(number).toBe(1);
  }
});

test('at its limit an endpoint is looked at when the next request may be sent; a changed rate holds at once', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const all = Array.from({ length: 5 }, (_, n) => aDelivery('one', `event-${n}`));
  await createProducer(client, prefix).enqueue(all);
  const verdicts: Verdict[] = [{ settle: 'ignored', rule: 'tag' }, { settle: 'ignored', rule: 'tag' }, ok];
  const got: string[] = [];
  const started = Date.now();
  const consumer = consume(
    await open('consumer'),
    prefix,
    'one',
    async ({ eventId }) => {
      got.push(eventId);
      return verdicts.shift() ?? ok;
    },
    { take: { rate: { count: 1, perMs: HOUR_MS } } },
  );
  closing(consumer);
  // What was ignored was not sent, so it does not count.
  const inspector = createInspector(client, prefix);
  await eventually(
    () => inspector.counts('one'),
    ({ waiting, active }) => waiting === 2 && active === 0,
  );
  expect(got).toEqual(['event-0', 'event-1', 'event-2']);
  const next = await eventually(
    async () => Number(await client.zscore(agendaKey(prefix), 'one')),
    (at) => at > started + HOUR_MS / 2,
  );
  expect(next).toBeGreaterThanOrEqual(started + HOUR_MS);
  expect(next).toBeLessThanOrEqual(Date.now() + HOUR_MS);

  consumer.update({ take: takeSettings({ rate: { count: 1_000, perMs: 1_000 } }), delivered });
  await eventually(() => got.length === 5);
});
