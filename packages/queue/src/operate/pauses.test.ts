import { eventually } from '@longshore/testkit';
import { expect } from 'vitest';
import { createInspector } from '../inspector.js';
import { createProducer } from '../producer.js';
import { aDelivery, consume, ok } from '../testing/deliveries.js';
import { redisTest as test } from '../testing/redis-test.js';
import { createPauses } from './pauses.js';

test('all workers stop at once, new deliveries wait and are counted, and are delivered after resume', async ({
  open,
  prefix,
  closing,
}) => {
  const client = await open('producer');
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  const producer = createProducer(client, prefix);
  const taken: string[] = [];
  for (let n = 0; n < 2; n++) {
    const handle = async (_: unknown, { id }: { id: string }) => {
      taken.push(id);
      return ok;
    };
    closing(consume(await open('consumer'), prefix, 'a', handle, { concurrency: 3 }));
  }
  await producer.enqueue([aDelivery('a')]);
  await eventually(() => taken.length === 1);
  // Settled as well: it is taken before that is written.
  await eventually(
    () => inspector.counts('a'),
    ({ active }) => active === 0,
  );
  await pauses.pause('a', { by: 'a test' });
  await producer.enqueue([aDelivery('a'), aDelivery('a'), aDelivery('a')]);
  expect(await inspector.counts('a')).toEqual({ waiting: 3, active: 0, delayed: 0, dead: 0 });
  expect(taken).toHaveLength(1);
  await pauses.resume('a');
  await eventually(() => taken.length === 4);
  // What bounds the workers together was not lost on the way.
  expect(await inspector.boardQueue('a').getGlobalConcurrency()).toBe(3);
});

test('who, when and why are kept over a restart; a second pause changes nothing', async ({
  open,
  prefix,
}) => {
  const client = await open('producer');
  const pauses = createPauses(client, prefix, createInspector(client, prefix));
  expect(await pauses.get('a b:c')).toBeUndefined();
  const pause = await pauses.pause('a b:c', { by: 'longshore pause', reason: 'moves tonight' });
  expect(pause).toEqual({ since: expect.any(Number), by: 'longshore pause', reason: 'moves tonight' });
  expect(await pauses.pause('a b:c', { by: 'another', reason: 'other' })).toEqual(pause);
  const later = await open('producer');
  const again = createPauses(later, prefix, createInspector(later, prefix));
  expect(await again.get('a b:c')).toEqual(pause);
  expect(await again.resume('a b:c')).toEqual(pause);
  expect(await pauses.get('a b:c')).toBeUndefined();
  expect(await pauses.resume('a b:c')).toBeUndefined();
});

test('paused by other means, it is paused all the same', async ({ open, prefix }) => {
  const client = await open('producer');
  const inspector = createInspector(client, prefix);
  const pauses = createPauses(client, prefix, inspector);
  await inspector.boardQueue('a').pause();
  expect(await pauses.get('a')).toEqual({});
  await pauses.resume('a');
  expect(await inspector.boardQueue('a').isPaused()).toBe(false);
});
