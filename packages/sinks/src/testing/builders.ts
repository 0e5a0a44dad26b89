/** A delivery, a sink and an attempt for this package's tests. */
import type { Delivery } from '@longshore/event';
import { onTestFinished } from 'vitest';
import { type HttpSinkOptions, openHttpSink } from '../http/index.js';
import type { Attempt, Sink } from '../sink.js';

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

/** An http sink that is closed at the end of the test. */
export function aSink(some: Partial<HttpSinkOptions> & { url: string }): Sink {
  const sink = openHttpSink({
    name: 'alistener',
    headers: {},
    timeout: 10_000,
    concurrency: 8,
    userAgent: 'longshore/0.0.0-test',
    annotate: false,
    ...some,
  });
  onTestFinished(() => sink.close());
  return sink;
}
