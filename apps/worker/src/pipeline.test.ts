import type { Delivery, Outcome } from '@longshore/event';
import type { Sink } from '@longshore/sinks';
import { describe, expect, test } from 'vitest';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import { createReport } from './report.js';
import { aDelivery, anEndpoint, observed, sinkThat } from './testing/parts.js';
import { createUnreadable } from './unreadable.js';

const unnoted = { pulse: { note() {} }, trail: { note() {} } };
const attempt = (number: number, shown: object[] = []) => ({
  id: 'job',
  number,
  started: number,
  probe: false,
  revived: false,
  signal: new AbortController().signal,
  progress: (value: object) => void shown.push(value),
});
const failing = sinkThat(async () => ({ kind: 'retry', reason: 'http_503', status: 503, detail: 'busy' }));

test('a delivered attempt leaves one record and is settled', async () => {
  const { observer, lines } = observed();
  const sink = sinkThat(async () => ({ kind: 'delivered', reason: 'http_200', status: 200 }));
  const handle = createDeliveryPipeline(() => anEndpoint(sink), createReport({ observer, ...unnoted }));
  expect(await handle(aDelivery(), attempt(1))).toMatchObject({ settle: 'delivered' });
  expect(lines.map(({ record }) => record)).toEqual(['delivery.attempted']);
  expect(lines[0]).toMatchObject({ endpoint: 'one', eventId: 'event-1', attempt: 1, status: 200 });
});

test('a failed attempt says when it is tried again', async () => {
  const { observer, lines } = observed();
  const handle = createDeliveryPipeline(() => anEndpoint(failing), createReport({ observer, ...unnoted }));
  const verdict = await handle(aDelivery(), attempt(1));
  if (verdict.settle !== 'retry') throw new Error(`not retried: ${verdict.settle}`);
  expect(lines[0]).toMatchObject({ outcome: 'retry', retryAt: new Date(verdict.retryAt).toISOString() });
});

test('the attempt that reaches the threshold is recorded as dead, with its reason', async () => {
  const { observer, lines } = observed();
  const handle = createDeliveryPipeline(() => anEndpoint(failing), createReport({ observer, ...unnoted }));
  expect(await handle(aDelivery(), attempt(3))).toMatchObject({ settle: 'dead' });
  expect(lines.map(({ record }) => record)).toEqual(['delivery.attempted', 'delivery.settled']);
  expect(lines[1]).toMatchObject({ level: 'error', attempts: 3, reason: 'http_503', detail: 'busy' });
  // The one line that an alert is made of says which image, and that it can be retried.
  expect(lines[1]).toMatchObject({ action: 'push', repository: 'acme/app', kept: true });
});

test('the rules of now are asked, not those of when it was queued', async () => {
  const { observer } = observed();
  let live: LiveEndpoint = anEndpoint(failing);
  const handle = createDeliveryPipeline(() => live, createReport({ observer, ...unnoted }));
  live = anEndpoint(failing, {
    ignore: { mediatypes: [], actions: [], repositories: ['acme/**'], tags: [], sources: [] },
  });
  expect(await handle(aDelivery(), attempt(1))).toEqual({ settle: 'ignored', rule: 'repository' });
});

test('an attempt that shutdown cut short is given back and recorded as nothing', async () => {
  const { observer, lines } = observed();
  const handle = createDeliveryPipeline(
    () => anEndpoint(sinkThat(async () => 'aborted')),
    createReport({
      observer,
      ...unnoted,
    }),
  );
  expect(await handle(aDelivery(), attempt(1))).toEqual({ settle: 'released' });
  expect(lines).toEqual([]);
});

test('what is deferred is recorded as nothing, and shows why it waits beside how far it is', async () => {
  const { observer, lines } = observed();
  const sink = sinkThat(async (_, { progress }) => {
    progress?.({ blobs: '1 / 2' });
    return { kind: 'deferred', until: 5, why: 'the target is at it' };
  });
  const shown: object[] = [];
  const handle = createDeliveryPipeline(() => anEndpoint(sink), createReport({ observer, ...unnoted }));
  expect(await handle(aDelivery(), attempt(1, shown))).toEqual({
    settle: 'deferred',
    until: 5,
    why: 'the target is at it',
  });
  expect(lines).toEqual([]);
  expect(shown.at(-1)).toEqual({ blobs: '1 / 2', waits: 'the target is at it' });
});

test('the sink is told whether an attempt is the last one, and when there would be another', async () => {
  const { observer } = observed();
  const told: unknown[] = [];
  const sink = sinkThat(async (_, { last, retryWithin = 0 }) => {
    told.push([last, retryWithin >= 1_000]);
    return { kind: 'retry', reason: 'error', detail: 'no' };
  });
  const handle = createDeliveryPipeline(() => anEndpoint(sink), createReport({ observer, ...unnoted }));
  for (const number of [1, 2, 3]) await handle(aDelivery(), attempt(number));
  expect(told).toEqual([
    [false, true],
    [false, true],
    [true, true],
  ]);
});

test('each attempt at the receiver is noted, and nothing else is', async () => {
  const { observer } = observed();
  const noted: unknown[] = [];
  const pulse = { note: (endpoint: string, attempt: object) => void noted.push({ endpoint, ...attempt }) };
  const outcomes: Outcome[] = [
    { kind: 'delivered', reason: 'http_200', status: 200 },
    { kind: 'retry', reason: 'http_503', status: 503, detail: 'busy', body: 'not for the overview' },
    { kind: 'dead', reason: 'http_410', status: 410 },
    { kind: 'dead', reason: 'undecodable' },
  ];
  for (const outcome of outcomes) {
    const handle = createDeliveryPipeline(
      () => anEndpoint(sinkThat(async () => outcome)),
      createReport({
        ...unnoted,
        observer,
        pulse,
      }),
    );
    await handle(aDelivery(), attempt(2));
  }
  const ignoring = { ignore: { mediatypes: [], actions: [], repositories: ['**'], tags: [], sources: [] } };
  await createDeliveryPipeline(
    () => anEndpoint(failing, ignoring),
    createReport({ ...unnoted, observer, pulse }),
  )(aDelivery(), attempt(1));
  const ms = expect.any(Number);
  const failure = { endpoint: 'one', delivered: false, attempt: 2, ms };
  expect(noted).toEqual([
    { endpoint: 'one', delivered: true, ms },
    { ...failure, reason: 'http_503', status: 503, detail: 'busy' },
    { ...failure, reason: 'http_410', status: 410 },
  ]);
});

describe('the trail is told', () => {
  const noted: unknown[] = [];
  const trail = { note: (entry: object) => void noted.push(entry) };
  const told = async (sink: Sink, settings = {}, delivery: Delivery | undefined = aDelivery()) => {
    noted.length = 0;
    const { observer } = observed();
    const notes = createReport({ ...unnoted, observer, trail });
    await createDeliveryPipeline(() => anEndpoint(sink, settings), notes)(delivery, attempt(2));
    return noted;
  };
  const { id: deliveryId, view } = aDelivery();
  const of = {
    endpoint: 'one',
    deliveryId,
    eventId: 'event-1',
    source: 'distribution',
    at: expect.any(Number),
  };

  test('of an attempt: its answer, and what it was about when it failed', async () => {
    const answer = { reason: 'http_503', status: 503, detail: 'busy', body: 'come back later' } as const;
    const result = { step: 'attempted', attempt: 2, ms: expect.any(Number), status: 503, reason: 'http_503' };
    const failed = { ...of, ...result, detail: 'busy', answer: 'come back later', view };
    expect(await told(sinkThat(async () => ({ kind: 'retry', ...answer })))).toEqual([
      { ...failed, outcome: 'retry', retryAt: expect.any(Number) },
    ]);
    expect(await told(sinkThat(async () => ({ kind: 'dead', ...answer })))).toEqual([
      { ...failed, outcome: 'dead', retryAt: undefined },
    ]);
    expect(await told(sinkThat(async () => ({ kind: 'delivered', ...answer })))).toEqual([
      { ...of, ...result, outcome: 'delivered', answer: 'come back later' },
    ]);
  });

  test('of a rule that ignores it now, and of what cannot be read', async () => {
    const ignore = { mediatypes: [], actions: [], repositories: ['**'], tags: [], sources: [] };
    expect(await told(failing, { ignore })).toEqual([
      { ...of, step: 'settled', outcome: 'ignored', rule: 'repository' },
    ]);
    const unreadable = createUnreadable('one', { observer: observed().observer, trail });
    noted.length = 0;
    unreadable({ id: 'job', attempts: 0, isNewer: false, fault: 'it is damaged' });
    expect(noted).toMatchObject([
      { step: 'settled', outcome: 'dead', deliveryId: 'job', reason: 'undecodable' },
    ]);
  });

  test('not of an attempt that was given back', async () => {
    expect(await told(sinkThat(async () => 'aborted'))).toEqual([]);
  });
});
