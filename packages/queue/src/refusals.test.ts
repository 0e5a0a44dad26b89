/** A Redis that is there and refuses: no part of the queue loops, and each works again by itself. */
import { eventually, startRedis, type TestRedis } from '@longshore/testkit';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { createMonitor, type Monitor, troubleIn } from './monitor.js';
import { createProducer } from './producer.js';
import { aDelivery, consume, ok } from './testing/deliveries.js';
import { redisTest as test } from './testing/redis-test.js';
import { appUrl, grantAll, REFUSALS } from './testing/refusals.js';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
  await grantAll(redis);
});
afterAll(() => redis.stop());

function watch(client: Parameters<typeof createMonitor>[0]): Monitor {
  const monitor = createMonitor(client, () => {});
  onTestFinished(() => monitor.close());
  return monitor;
}

/** Looks of the monitor, one a second: the time in which errors are counted, whatever the machine does. */
const LOOKS = 2;
/** What the looks of two endpoints report in that time, and some. */
const FEW = 40;

describe.each(Object.entries(REFUSALS))('%s', (name, { begin, end, words }) => {
  test('a consumer neither loops nor gives up', async ({ open, prefix, closing }) => {
    onTestFinished(async () => {
      await grantAll(redis);
      await end(redis).catch(() => {}); // it has ended already, unless the test failed
    });
    const [producing, consuming] = await Promise.all([
      open('producer', { url: appUrl(redis) }),
      open('consumer', { url: appUrl(redis) }),
    ]);
    const producer = createProducer(producing, prefix);
    const monitor = watch(producing);
    let errors = 0;
    const done: string[] = [];
    const onError = (error: Error): void => {
      errors += 1;
      monitor.noteError(error);
    };
    const handle: Parameters<typeof consume>[3] = async (delivery) => {
      done.push(delivery?.id ?? '');
      return ok;
    };
    closing(consume(consuming, prefix, 'one', handle, { onError }));
    const first = aDelivery('one');
    await producer.enqueue([first]);
    await eventually(() => done.length === 1);

    await begin(redis);
    // Made while Redis refuses, as after a reload that adds an endpoint.
    closing(consume(consuming, prefix, 'two', handle, { onError }));
    await eventually(() => troubleIn(monitor.health));
    errors = 0;
    for (let look = 0; look < LOOKS; look++) await eventually(() => nextLook(monitor));
    expect(errors).toBeLessThan(FEW);
    // A replica is connected to again and again: between two connections there is no answer.
    await eventually(() => words.test(troubleIn(monitor.health) ?? ''));
    const refusal = async () =>
      String(await producer.enqueue([aDelivery('two')]).catch((error: Error) => error));
    const isRefusal = (said: string): boolean => name === 'no right to INFO' || words.test(said);
    expect(await eventually(refusal, isRefusal)).not.toMatch(/script: |@user_script/);

    await end(redis);
    const both = [aDelivery('one'), aDelivery('two')];
    await eventually(() => producer.enqueue(both));
    await eventually(() => both.every(({ id }) => done.includes(id)));
    await eventually(() => troubleIn(monitor.health) === undefined);
  });
});

async function nextLook(monitor: Monitor): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await monitor.check();
  return true;
}
