import { describe, expect } from 'vitest';
import { createProducer } from './producer.js';
import { enqueue, type Reported, reported, WINDOW_MS, waiting } from './testing/facts.js';
import { redisTest as test } from './testing/redis-test.js';

describe('equal facts', () => {
  test('the first is enqueued, the others of its window are represented by the delivery of the first', async ({
    open,
    prefix,
  }) => {
    const client = await open('producer');
    const producer = createProducer(client, prefix);
    const first = reported();
    expect(await enqueue(producer, first)).toEqual(['new']);
    const { id } = first.delivery;
    expect(await enqueue(producer, reported(), reported({ at: WINDOW_MS - 1 }), reported())).toEqual([
      id,
      id,
      id,
    ]);
    expect(await waiting(client, prefix)).toBe(1);
  });

  test('of many processes at once, one is the first', async ({ open, prefix }) => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => open('producer')));
    const producers = clients.map((client) => createProducer(client, prefix));
    const answers = await Promise.all(
      producers.flatMap((producer) => Array.from({ length: 10 }, () => enqueue(producer, reported()))),
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
    const [first, second] = [reported(), reported()];
    expect(await enqueue(producer, first, second, second)).toEqual([
      'new',
      first.delivery.id,
      first.delivery.id,
    ]);
    expect(await enqueue(producer, first, second)).toEqual(['known', first.delivery.id]);
  });

  test('the window begins with the first and the others do not prolong it', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = reported();
    await enqueue(producer, first, reported({ at: WINDOW_MS / 2 }), reported({ at: WINDOW_MS - 1 }));
    const next = reported({ at: WINDOW_MS });
    expect(await enqueue(producer, next)).toEqual(['new']);
    expect(await enqueue(producer, reported({ at: 2 * WINDOW_MS - 1 }))).toEqual([next.delivery.id]);
  });

  test('what was received far apart and comes together is not collapsed', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    expect(
      await enqueue(producer, reported({ at: -WINDOW_MS }), reported(), reported({ at: -WINDOW_MS })),
    ).toEqual(Array(3).fill('new'));
  });

  test('a delivery without a fact and one of another endpoint are not touched', async ({ open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = reported();
    const unsaid = { ...reported(), fact: undefined };
    const elsewhere = reported();
    elsewhere.delivery.endpoint = 'b';
    expect(await enqueue(producer, first, unsaid, elsewhere)).toEqual(Array(3).fill('new'));
  });
});

describe('a change in between', () => {
  const one = { tag: '1.0', digest: 'sha256:aa' };
  const other = { tag: '1.0', digest: 'sha256:bb' };
  const bare = { tag: undefined, digest: 'sha256:aa' };

  test.for<[string, Reported[]]>([
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
    expect(await enqueue(producer, ...events.map(reported))).toEqual(events.map(() => 'new'));
  });

  test.for<[string, Reported]>([
    ['a pull', { action: 'pull' }],
    ['a push of another tag', { target: { ...one, tag: '2.0' } }],
    ['a delete in another repository', { action: 'delete', target: { repository: 'acme/other' } }],
  ])('%s changes nothing for it', async ([, between], { open, prefix }) => {
    const producer = createProducer(await open('producer'), prefix);
    const first = reported();
    expect(await enqueue(producer, first, reported(between), reported())).toEqual([
      'new',
      'new',
      first.delivery.id,
    ]);
  });
});
