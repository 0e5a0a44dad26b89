/** What waits behind a retry of an endpoint with an order is next as soon as that is settled. */
import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createProducer } from '../producer.js';
import { settleJobs } from '../take/settle-script.js';
import { lookAt, type TakenJob } from '../take/take-script.js';
import { aDelivery, takeSettings } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';

test('a process that takes a retry looks again when it is settled', async ({ open, prefix }) => {
  const client = await open('producer');
  const settings = JSON.stringify(takeSettings({ order: 'endpoint' }));
  const of = { endpoint: 'a', token: 'one' };
  const look = () => lookAt(client, prefix, { ...of, free: 8, settings });
  await createProducer(client, prefix).enqueue([aDelivery('a'), aDelivery('a')]);
  // The first looks put the order in force.
  const [first] = (await eventually(look, ({ jobs }) => jobs.length > 0)).jobs;
  if (!first) throw new Error('nothing was taken');
  const { id, started } = first;
  const answer = {
    tells: true,
    class: 'other',
    probe: false,
    value: 'no',
    stack: '[]',
    detail: '{}',
  } as const;
  const retry = { id, token: 'one', started, to: 'delayed', counted: true, delay: 1, ...answer } as const;
  await settleJobs(client, prefix, { endpoint: 'a', settings }, [retry], {});
  const again = await eventually(look, ({ jobs }) => jobs.length > 0);
  expect(again.jobs.map((job: TakenJob) => [job.id, job.flag])).toEqual([[id, 'retry']]);
  expect(again.wantsSlots).toBe(true);
});
