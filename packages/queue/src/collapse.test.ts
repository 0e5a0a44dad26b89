import { type Delivery, deliveryOf, type Fact, factOf, type TakenEvent } from '@longshore/event';
import { startRedis } from '@longshore/testkit';
import { beforeEach, describe, expect, onTestFinished } from 'vitest';
import type { RedisClient } from './connection.js';
import { createInspector } from './inspector.js';
import { queueName } from './names.js';
import { createProducer, type Producer } from './producer.js';
import { redisTest as test } from './testing/redis-test.js';

const WINDOW = 60_000;
const NOW = Date.now();
let count = 0;
beforeEach(() => {
  count = 0;
});

interface Told {
  action?: string;
  target?: TakenEvent['event']['target'];
  id?: string;
  /** Milliseconds from the first. */
  at?: number;
}

/** A push of a tag by somebody, one more each time, unless said otherwise. */
function told({ action = 'push', target, id = `event-${++count}`, at = 0 }: Told = {}) {
  const full = { repository: 'acme/app', tag: '1.0', digest: 'sha256:aa', ...target };
  const event = { id, class: 'event', action, nativeType: action, target: full } as const;
  const envelope = { contentType: 'application/json', kind: 'distribution', receivedAt: NOW + at };
  const taken: TakenEvent = { ...envelope, event, payload: { event: { id } }, source: `replica-${id}` };
  return { delivery: deliveryOf(taken, 'a'), fact: factOf(taken) };
}

type Asked = { delivery: Delivery; fact: Fact | undefined };

/** `new`, `known`, or the event that told it first. */
async function enqueue(producer: Producer, ...asked: Asked[]): Promise<string[]> {
  const collapse = new Map(
    asked.flatMap(({ delivery, fact }) => (fact ? [[delivery.id, { fact, window: WINDOW }]] : [])),
  );
  const deliveries = asked.map(({ delivery }) => delivery);
  const enqueued = await producer.enqueue(deliveries, { collapse });
  return enqueued.map(({ duplicate, collapsedInto }) =>
    duplicate ? 'known' : collapsedInto === undefined ? 'new' : collapsedInto,
  );
}

const waiting = async (client: RedisClient, prefix: string) =>
  (await createInspector(client, prefix).counts('a')).waiting;

describe('equal facts', () => {
  test('the first is enqueued, the others of its window are told by the delivery of the first', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const first = told();
    expect(await enqueue(producer, first)).toEqual(['new']);
    const { id } = first.delivery;
    expect(await enqueue(producer, told(), told({ at: WINDOW - 1 }), told())).toEqual([id, id, id]);
    expect(await waiting(client, prefix)).toBe(1);
  });

  test('of many processes at once, one is the first', async ({ open, prefix }) => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => open('producer')));
    const producers = clients.map((client) => createProducer(client, prefix));
    const answers = await Promise.all(
      producers.flatMap((producer) => Array.from({ length: 10 }, () => enqueue(producer, told()))),
    );
    expect(answers.flat().filter((answer) => answer === 'new')).toHaveLength(1);
    expect(answers.flat()).not.toContain('known');
    expect(await waiting(await open('producer'), prefix)).toBe(1);
  });

  test('the same delivery again is a duplicate, and one that is collapsed stays so', async ({
    open,
    prefix,
  }) => {
    const producer = createProducer(await open('producer'), prefix);
    const [first, second] = [told(), told()];
    expect(await enqueue(producer, first, second, second)).toEqual([
      'new',
      first.delivery.id,
      first.delivery.id,
    ]);
    expect(await enqueue(producer, first, second)).toEqual(['known', first.delivery.id]);
  });

  test('the window begins with the first and the others do not prolong it', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = told();
    await enqueue(producer, first, told({ at: WINDOW / 2 }), told({ at: WINDOW - 1 }));
    const next = told({ at: WINDOW });
    expect(await enqueue(producer, next)).toEqual(['new']);
    expect(await enqueue(producer, told({ at: 2 * WINDOW - 1 }))).toEqual([next.delivery.id]);
  });

  test('what was received far apart and comes together is not collapsed', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    expect(await enqueue(producer, told({ at: -WINDOW }), told(), told({ at: -WINDOW }))).toEqual(
      Array(3).fill('new'),
    );
  });

  test('a delivery without a fact and one of another endpoint are not touched', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = told();
    const unsaid = { ...told(), fact: undefined };
    const elsewhere = told();
    elsewhere.delivery.endpoint = 'b';
    expect(await enqueue(producer, first, unsaid, elsewhere)).toEqual(Array(3).fill('new'));
  });
});

describe('a change in between', () => {
  const one = { tag: '1.0', digest: 'sha256:aa' };
  const other = { tag: '1.0', digest: 'sha256:bb' };
  const bare = { tag: undefined, digest: 'sha256:aa' };

  test.for<[string, Told[]]>([
    ['back to the image of before', [{ target: one }, { target: other }, { target: one }]],
    ['deleted and pushed again', [{}, { action: 'delete' }, {}, { action: 'delete' }]],
    ['deleted by digest, tags and all', [{}, { action: 'delete', target: bare }, {}]],
    [
      'pushed between two deletes of a digest',
      [{ action: 'delete', target: bare }, {}, { action: 'delete', target: bare }],
    ],
    ['a mount is a push', [{ action: 'mount' }, { action: 'delete' }, { action: 'mount' }]],
  ])('%s: all of it is enqueued', async ([, events], { open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    expect(await enqueue(producer, ...events.map(told))).toEqual(events.map(() => 'new'));
  });

  test.for<[string, Told]>([
    ['a pull', { action: 'pull' }],
    ['a push of another tag', { target: { ...one, tag: '2.0' } }],
    ['a delete in another repository', { action: 'delete', target: { repository: 'acme/other' } }],
  ])('%s changes nothing for it', async ([, between], { open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = told();
    expect(await enqueue(producer, first, told(between), told())).toEqual(['new', 'new', first.delivery.id]);
  });
});

describe('no loss', () => {
  test('a delivery that Redis refused leaves no claim', async ({ open, prefix }) => {
    const redis = await startRedis({ maxmemory: '3mb' });
    const client = await open('producer', { url: redis.url });
    const producer = createProducer(client, prefix);
    await enqueue(producer, told({ target: { tag: 'opens the queue' } }));
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    const first = told();
    await expect(enqueue(producer, first)).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    expect(await redis.cli('KEYS', '*:told:*')).toHaveLength(1);
    const other = told();
    expect(await enqueue(producer, other, first)).toEqual(['new', other.delivery.id]);
  });

  test('a write whose answer was lost is one delivery, whoever tells the fact again', async ({
    open,
    prefix,
  }) => {
    const redis = await startRedis();
    const client = await open('producer', { url: redis.url });
    const producer = createProducer(client, prefix);
    await enqueue(producer, told({ target: { tag: 'opens the queue' } }));
    redis.pause();
    onTestFinished(() => redis.resume());
    const first = told();
    const lost = enqueue(producer, first);
    lost.catch(() => {});
    // The process is gone before the answer; what it wrote is in Redis' socket.
    await new Promise(setImmediate);
    client.disconnect();
    await expect(lost).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    redis.resume();
    const after = createProducer(await open('producer', { url: redis.url }), prefix);
    await enqueue(after, told());
    await enqueue(after, first);
    expect(await waiting(await open('producer', { url: redis.url }), prefix)).toBe(2);
  });

  test('a delivery that retention has removed passes its own claim', async ({ open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const first = told();
    await enqueue(producer, first);
    await client.del(`${prefix}:${queueName('a')}:${first.delivery.id}`);
    expect(await enqueue(producer, first)).toEqual(['new']);
  });
});

describe('in Redis', () => {
  test('a fact takes two small keys of its endpoint, which expire with the window', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const long = 'x'.repeat(5_000);
    await enqueue(producer, told({ target: { repository: long, tag: long, digest: long } }), told());
    const keys = await client.keys(`${prefix}:${queueName('a')}:t*:*`);
    expect(keys).toHaveLength(4);
    for (const key of keys) {
      expect(await client.pttl(key)).toBeGreaterThan(0);
      expect(await client.pttl(key)).toBeLessThanOrEqual(WINDOW);
      expect(await client.memory('USAGE', key)).toBeLessThan(300);
    }
  });

  test('the stored delivery is the same as without', async ({ open, prefix }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const [plain, collapsing] = [told(), told()];
    await producer.enqueue([plain.delivery]);
    await enqueue(producer, collapsing);
    const stored = ({ delivery }: Asked) => client.hgetall(`${prefix}:${queueName('a')}:${delivery.id}`);
    const [left, right] = await Promise.all([stored(plain), stored(collapsing)]);
    expect(Object.keys(right ?? {}).sort()).toEqual(Object.keys(left ?? {}).sort());
    expect(JSON.parse(right?.opts ?? '')).toEqual({
      ...JSON.parse(left?.opts ?? ''),
      jobId: collapsing.delivery.id,
    });
  });
});
