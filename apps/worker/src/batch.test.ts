import { type Delivery, deliveryOf, EVENTS_V2 } from '@longshore/event';
import type { TakenMember } from '@longshore/queue/batch';
import type { SendResult, Sink } from '@longshore/sinks';
import { describe, expect, test } from 'vitest';
import { createBatchPipeline } from './batch.js';
import { createDeliveryPipeline, type LiveEndpoint } from './pipeline.js';
import { createReport } from './report.js';
import { anEndpoint, observed } from './testing/parts.js';

const OK: SendResult = { kind: 'delivered', reason: 'http_200', status: 200 };
const BAD: SendResult = { kind: 'retry', reason: 'http_500', status: 500 };

function aMember(n: number, number = 1, shown: object[] = []): TakenMember {
  const delivery: Delivery = deliveryOf(
    {
      event: {
        id: `event-${n}`,
        class: 'event',
        action: n === 0 ? 'pull' : 'push',
        nativeType: 'push',
        target: {},
      },
      payload: { event: { id: `event-${n}` } },
      contentType: EVENTS_V2,
      source: 'distribution',
      kind: 'distribution',
      receivedAt: Date.now(),
    },
    'one',
  );
  const taken = {
    ...{ id: delivery.id, number, started: number, probe: false, revived: false },
    signal: new AbortController().signal,
    progress: (value: object) => void shown.push(value),
  };
  return { delivery, taken };
}

/** A pipeline in front of a sink that answers to all that it is given. */
function pipeline(answer: (sent: string[]) => SendResult[], settings: Parameters<typeof anEndpoint>[1] = {}) {
  const { observer, lines } = observed();
  const requests: string[][] = [];
  const failures: object[] = [];
  const sink: Sink = {
    async send(deliveries) {
      const ids = deliveries.map(({ eventId }) => eventId);
      requests.push(ids);
      return answer(ids);
    },
    close: async () => {},
  };
  const live: LiveEndpoint = anEndpoint(sink, settings);
  const report = createReport({
    observer,
    pulse: { note: (_, attempt) => void (attempt.delivered || failures.push(attempt)) },
    trail: { note() {} },
  });
  const handle = createBatchPipeline(
    () => live,
    report,
    createDeliveryPipeline(() => live, report),
  );
  return { handle, lines, requests, failures };
}

const all = (result: SendResult) => (ids: string[]) => ids.map(() => result);

test('each member has its own record, with the size of the batch', async () => {
  const { handle, lines } = pipeline(all(OK));
  const verdicts = await handle({ members: [aMember(1), aMember(2, 3)] });
  expect(verdicts.map(({ settle }) => settle)).toEqual(['delivered', 'delivered']);
  expect(lines).toMatchObject([
    { record: 'delivery.attempted', eventId: 'event-1', attempt: 1, batch: 2 },
    { record: 'delivery.attempted', eventId: 'event-2', attempt: 3, batch: 2 },
  ]);
});

test('a failed request is one failure of the endpoint, and an attempt of each member', async () => {
  const { handle, lines, failures } = pipeline(all(BAD));
  const verdicts = await handle({ members: [aMember(1), aMember(2), aMember(3)] });
  expect(verdicts.map(({ settle }) => settle)).toEqual(['retry', 'retry', 'retry']);
  expect(new Set(verdicts.map((verdict) => 'group' in verdict && verdict.group?.id)).size).toBe(1);
  expect(lines.map(({ record }) => record)).toEqual(Array(3).fill('delivery.attempted'));
  expect(failures).toHaveLength(1);
});

test('what the rules ignore leaves the batch; what is left alone is an ordinary delivery', async () => {
  const ignore = { mediatypes: [], actions: ['pull'], repositories: [], tags: [], sources: [] };
  const { handle, requests, lines } = pipeline(all(OK), { ignore });
  const verdicts = await handle({ members: [aMember(0), aMember(1)] });
  expect(verdicts).toMatchObject([{ settle: 'ignored', rule: 'action' }, { settle: 'delivered' }]);
  expect(requests).toEqual([['event-1']]);
  expect(lines.at(-1)).not.toHaveProperty('batch');

  expect(await handle({ members: [aMember(0)] })).toMatchObject([{ settle: 'ignored' }]);
  expect(requests).toHaveLength(1);
});

describe('results that differ', () => {
  test('what did not fit is given back, and the others are judged together', async () => {
    const { handle, lines } = pipeline(() => [BAD, BAD, 'unsent']);
    const verdicts = await handle({ members: [aMember(1), aMember(2), aMember(3)] });
    expect(verdicts.map(({ settle }) => settle)).toEqual(['retry', 'retry', 'released']);
    expect(lines).toHaveLength(2);
  });

  test('what cannot be read is dead by itself', async () => {
    const { handle } = pipeline(() => [OK, { kind: 'dead', reason: 'undecodable' }, OK]);
    const verdicts = await handle({ members: [aMember(1), aMember(2), aMember(3)] });
    expect(verdicts.map(({ settle }) => settle)).toEqual(['delivered', 'dead', 'delivered']);
  });
});

test('a request that shutdown cut short is given back and recorded as nothing', async () => {
  const { handle, lines } = pipeline(all('aborted'));
  const verdicts = await handle({ members: [aMember(1), aMember(2)] });
  expect(verdicts).toEqual([{ settle: 'released' }, { settle: 'released' }]);
  expect(lines).toEqual([]);
});

test('trouble of our own defers the members together, and is reported once', async () => {
  const deferred: SendResult = {
    kind: 'deferred',
    until: 5,
    why: 'no file descriptors',
    ours: 'descriptors',
  };
  const { handle, lines } = pipeline(all(deferred));
  const group = { id: 'g', stage: 'again' } as const;
  const [one, two] = await handle({ members: [aMember(1), aMember(2)], group });
  expect(one).toMatchObject({ settle: 'deferred', until: 5, ours: 'descriptors', group: { stage: 'again' } });
  expect(two).toEqual(one);
  expect(lines).toHaveLength(1);
});

test('a sink that throws is an attempt like any other', async () => {
  const { handle } = pipeline(() => {
    throw new Error('unexpected');
  });
  const verdicts = await handle({ members: [aMember(1), aMember(2)] });
  expect(verdicts).toMatchObject([{ settle: 'retry', outcome: { reason: 'error' } }, { settle: 'retry' }]);
});
