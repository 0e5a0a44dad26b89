/** A delivery, a sink and an attempt for this package's tests. */
import type { Delivery } from '@longshore/event';
import { formatNamed } from '@longshore/formats';
import { onTestFinished } from 'vitest';
import { type HttpSinkOptions, openHttpSink } from '../http/index.js';
import type { Attempt, AttemptResult, Sink } from '../sink.js';

/** A push event in the registry’s own form. */
export function aDelivery(some: Partial<Delivery> = {}): Delivery {
  return {
    id: '0123456789abcdef0123456789abcdef',
    endpoint: 'alistener',
    eventId: '7d3f9c50-1111-4222-8333-444455556666',
    source: 'default',
    kind: 'distribution',
    class: 'event',
    nativeType: 'push',
    receivedAt: Date.UTC(2026, 10, 21, 9, 30, 0, 5),
    contentType: 'application/vnd.docker.distribution.events.v2+json',
    view: { action: 'push', repository: 'acme/app', tag: '1.0' },
    payload: {
      event: { id: '7d3f9c50-1111-4222-8333-444455556666', action: 'push', target: { tag: '1.0' } },
    },
    ...some,
  };
}

/** The first attempt, without a shutdown in sight. */
export function anAttempt(some: Partial<Attempt> = {}): Attempt {
  return { number: 1, signal: new AbortController().signal, ...some };
}

/** The default of endpoints. */
export function theFormat(name = 'distribution') {
  const format = formatNamed(name);
  if (!format) throw new Error(`no format ${name}`);
  return format;
}

/** A sink as most tests use it: with one delivery. */
export interface SingleSink {
  send(delivery: Delivery, attempt: Attempt): Promise<AttemptResult>;
  close(): Promise<void>;
  /** With all of its port. */
  whole: Sink;
}

/** Wraps a sink, and closes it at the end of the test. */
export function single(whole: Sink): SingleSink {
  onTestFinished(() => whole.close());
  return {
    whole,
    close: () => whole.close(),
    async send(delivery, attempt) {
      const [result = 'unsent'] = await whole.send([delivery], attempt);
      if (result === 'unsent') throw new Error('the only delivery was not sent');
      return result;
    },
  };
}

/** An http sink that is closed at the end of the test. */
export function aSink(some: Partial<HttpSinkOptions> & { url: string }): SingleSink {
  return single(
    openHttpSink({
      name: 'alistener',
      headers: {},
      timeout: 10_000,
      concurrency: 8,
      userAgent: 'longshore/0.0.0-test',
      format: theFormat(),
      annotate: false,
      ...some,
    }),
  );
}
