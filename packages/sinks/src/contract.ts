/**
 * What every kind of sink keeps, as tests. A sink's own test calls this with a way to open it against
 * receivers that behave well and badly. `sink.ts` says the same in words.
 */
import type { Delivery } from '@longshore/event';
import { describe, expect, test } from 'vitest';
import type { Sink } from './sink.js';

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

/**
 * `open` must see to it that everything ends with the test. `timeout` in milliseconds; `delivery` is one that
 * the sink can deliver.
 */
export function sinkContract(
  kind: string,
  delivery: Delivery,
  open: (behaviour: Behaviour, timeout: number) => Promise<Harness>,
): void {
  const signal = () => new AbortController().signal;

  describe(`sink contract: ${kind}`, () => {
    test('a receiver that accepts makes a delivered outcome', async () => {
      const { sink } = await open('accepts', 10_000);
      expect(await sink.send(delivery, { number: 1, signal: signal() })).toMatchObject({ kind: 'delivered' });
    });

    for (const behaviour of ['refuses', 'absent', 'hangs', 'breaks', 'babbles'] as const) {
      test(`a receiver that ${behaviour === 'absent' ? 'is absent' : behaviour} makes an outcome with reason and detail, and no rejection`, async () => {
        const { sink } = await open(behaviour, 200);
        expect(await sink.send(delivery, { number: 1, signal: signal() })).toMatchObject({
          kind: expect.stringMatching(/^(retry|dead)$/),
          reason: expect.stringMatching(/^(http_\d{3}|[a-z_]+)$/),
          detail: expect.stringMatching(/^[^\n]+$/),
        });
      });
    }

    test('the deadline is kept', async () => {
      const { sink } = await open('hangs', 100);
      const start = performance.now();
      expect(await sink.send(delivery, { number: 1, signal: signal() })).toMatchObject({ reason: 'timeout' });
      expect(performance.now() - start).toBeLessThan(10_000);
    });

    test('an abort ends the attempt at once, and it is no attempt', async () => {
      const { sink, reached } = await open('hangs', 60_000);
      const shutdown = new AbortController();
      const result = sink.send(delivery, { number: 1, signal: shutdown.signal });
      await reached();
      shutdown.abort();
      expect(await result).toBe('aborted');
    });

    test('an attempt after the abort does not start', async () => {
      const { sink, openConnections } = await open('accepts', 10_000);
      expect(await sink.send(delivery, { number: 1, signal: AbortSignal.abort() })).toBe('aborted');
      expect(openConnections()).toBe(0);
    });

    test('close ends what is in flight, and leaves no connection', async () => {
      const { sink, openConnections, reached } = await open('hangs', 60_000);
      const result = sink.send(delivery, { number: 1, signal: signal() });
      await reached();
      await sink.close();
      expect(await result).toBe('aborted');
      await expect.poll(openConnections).toBe(0);
    });

    test('close leaves no idle connection, may be called twice, and nothing is sent afterwards', async () => {
      const { sink, openConnections } = await open('accepts', 10_000);
      await sink.send(delivery, { number: 1, signal: signal() });
      await sink.close();
      await sink.close();
      await expect.poll(openConnections).toBe(0);
      expect(await sink.send(delivery, { number: 2, signal: signal() })).toBe('aborted');
      expect(openConnections()).toBe(0);
    });
  });
}
