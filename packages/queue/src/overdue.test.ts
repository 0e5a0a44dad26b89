import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { queueKey } from './names.js';
import { createProducer } from './producer.js';
import { createRetention } from './retention.js';
import { aDelivery, consume, ok, retryIn } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';

const HOUR_MS = 3_600_000;

test('what waits longer than any delay allows is due at once, and nothing else', async ({
  open,
  prefix,
  closing,
}) => {
  const [client, consuming] = await Promise.all([open('producer'), open('consumer')]);
  const producer = createProducer(client, prefix);
  const seen: string[] = [];
  const handle: Parameters<typeof consume>[3] = async (delivery, { number }) => {
    seen.push(`${delivery?.id} ${number}`);
    return number === 1 ? retryIn(HOUR_MS) : ok;
  };
  closing(consume(consuming, prefix, 'one', handle));
  const [late, usual] = [aDelivery('one'), aDelivery('one')];
  await producer.enqueue([late, usual]);
  const key = queueKey(prefix, 'one', 'delayed');
  await eventually(async () => (await client.zcard(key)) === 2);
  // As if its retry had been planned before the clock was set back by a day.
  await client.zincrby(key, 24 * HOUR_MS * 0x1000, late.id);
  const retention = createRetention(client, prefix);
  expect(await retention.promoteOverdue('one', HOUR_MS)).toBe(1);
  await eventually(() => seen.includes(`${late.id} 2`));
  expect(seen).not.toContain(`${usual.id} 2`);
  expect(await retention.promoteOverdue('one', HOUR_MS)).toBe(0);
  await retention.close();
});
