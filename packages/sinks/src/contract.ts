/**
 * What every kind of sink keeps, as tests. A sink's own test calls this with a way to open it against
 * receivers that behave well and badly. `sink.ts` says the same in words.
 */
import type { Delivery } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import type { Attempt, AttemptResult, Sink } from './sink.js';

/** How the receiver behaves. `absent`: connection refused. `hangs`: accepts the request and never answers. */
export type Behaviour = 'accepts' | 'refuses' | 'absent' | 'hangs' | 'breaks' | 'babbles';

/** A sink and what can be seen from its receiver’s side. */
export interface Harness {
  sink: Sink;
  /** Connections that the receiver has open now. */
  openConnections(): number;
  /** Resolves when the receiver has the attempt's request, or as much of it as it ever gets. */
  reached(): Promise<void>;
}

type Open = (behaviour: Behaviour, timeout: number) => Promise<Harness>;
type SendOne = (sink: Sink, attempt: Attempt) => Promise<AttemptResult>;

const signal = () => new AbortController().signal;

/**
 * `open` must see to it that everything ends with the test. `timeout` in milliseconds; `delivery` is one that
 * the sink can deliver.
 */
export function sinkContract(kind: string, delivery: Delivery, open: Open): void {
  const one: SendOne = async (sink, attempt) => {
    const [result = 'unsent', ...others] = await sink.send([delivery], attempt);
    if (result === 'unsent') return expect.unreachable('the only delivery was not sent');
    expect(others).toEqual([]);
    return result;
  };

  describe(`sink contract: ${kind}`, () => {
    test('a receiver that accepts makes a delivered outcome', async () => {
      const { sink } = await open('accepts', 10_000);
      expect(await one(sink, { number: 1, signal: signal() })).toMatchObject({ kind: 'delivered' });
    });

    test('several deliveries have a result each, and at least one is sent by each call', async () => {
      const { sink } = await open('accepts', 10_000);
      const all = ['a', 'b', 'c'].map((id) => ({ ...delivery, id }));
      let left: readonly Delivery[] = all;
      for (const _ of all) {
        const results = await sink.send(left, { number: 1, signal: signal() });
        expect(results).toHaveLength(left.length);
        for (const result of results)
          if (result !== 'unsent') expect(result).toMatchObject({ kind: 'delivered' });
        left = left.filter((_, at) => results[at] === 'unsent');
      }
      expect(left).toEqual([]);
      expect(await sink.send([], { number: 1, signal: signal() })).toEqual([]);
    });

    for (const behaviour of ['refuses', 'absent', 'hangs', 'breaks', 'babbles'] as const) {
      test(`a receiver that ${behaviour === 'absent' ? 'is absent' : behaviour} makes an outcome with reason and detail, and no rejection`, async () => {
        const { sink } = await open(behaviour, 200);
        expect(await one(sink, { number: 1, signal: signal() })).toMatchObject({
          kind: expect.stringMatching(/^(retry|dead)$/),
          reason: expect.stringMatching(/^(http_\d{3}|[a-z_]+)$/),
          detail: expect.stringMatching(/^[^\n]+$/),
        });
      });
    }

    test('the deadline is kept', async () => {
      const { sink } = await open('hangs', 100);
      const start = performance.now();
      expect(await one(sink, { number: 1, signal: signal() })).toMatchObject({ reason: 'timeout' });
      expect(performance.now() - start).toBeLessThan(10_000);
    });

    test('an abort ends the attempt at once, and it is no attempt', async () => {
      const { sink, reached } = await open('hangs', 60_000);
      const shutdown = new AbortController();
      const result = one(sink, { number: 1, signal: shutdown.signal });
      await reached();
      shutdown.abort();
      expect(await result).toBe('aborted');
    });

    test('an attempt after the abort does not start', async () => {
      const { sink, openConnections } = await open('accepts', 10_000);
      expect(await one(sink, { number: 1, signal: AbortSignal.abort() })).toBe('aborted');
      expect(openConnections()).toBe(0);
    });

    describeClosing(one, open);
  });
}

function describeClosing(one: SendOne, open: Open): void {
  test('close ends what is in flight, and leaves no connection', async () => {
    const { sink, openConnections, reached } = await open('hangs', 60_000);
    const result = one(sink, { number: 1, signal: signal() });
    await reached();
    await sink.close();
    expect(await result).toBe('aborted');
    await expect.poll(openConnections).toBe(0);
  });

  test('close leaves no idle connection, may be called twice, and nothing is sent afterwards', async () => {
    const { sink, openConnections } = await open('accepts', 10_000);
    await one(sink, { number: 1, signal: signal() });
    await sink.close();
    await sink.close();
    await expect.poll(openConnections).toBe(0);
    expect(await one(sink, { number: 2, signal: signal() })).toBe('aborted');
    expect(openConnections()).toBe(0);
  });
}
