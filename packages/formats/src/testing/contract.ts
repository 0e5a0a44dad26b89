/**
 * What every format guarantees, as tests that a format's own test runs over its samples: the reverse of the contract
 * of sources. What a format renders is read again, by the kind of source that has the same form where there is one.
 */
import type { Delivery, RegistryEvent } from '@longshore/event';
import { createSources } from '@longshore/sources';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Format } from '../format.js';
import { readSamples } from './samples.js';

/** The input of a format's test. */
export interface Contract {
  format: Format;
  /** Folder of the samples. */
  samples: URL;
  /** Reads a body as its receiver does: one result for each event in it. */
  parse(body: Buffer, contentType: string): unknown[];
  /** The result that `parse` must have for a delivery. */
  carried(delivery: Delivery): unknown;
  /** A delivery with this text from outside where the body shows such text. */
  withText(text: string): Delivery;
}

/** Reads a body with a kind of source: as the normalized events. */
export function readBy(kind: string): (body: Buffer, contentType: string) => RegistryEvent[] {
  const sources = createSources({ sources: [{ name: kind, kind }], includeReferences: true });
  return (body, contentType) => {
    const raw = { method: 'POST', path: '/', headers: { 'content-type': contentType }, body, receivedAt: 0 };
    const { taken, quarantined } = sources.reopen(kind, raw);
    expect(quarantined.map(({ reason }) => reason)).toEqual([]);
    return taken.map(({ event }) => event);
  };
}

/** Declares the tests. */
export function describeContract({ format, samples, parse, carried, withText }: Contract): void {
  const plain = { annotate: false };
  const named = readSamples(samples).map((sample) => [sample.name, sample] as const);
  const single = named.map(([, sample]) => sample).filter(({ deliveries }) => deliveries.length === 1);

  /** What the body with these deliveries carries, in their order. */
  const roundTrip = (deliveries: readonly Delivery[], options = plain): unknown[] => {
    const body = format.render(deliveries, options);
    if (!body) return expect.unreachable('nothing is rendered');
    return deliveries.flatMap((delivery, at) =>
      at === 0 ? parse(body, format.contentType(delivery, options)) : [],
    );
  };

  describe(`the contract of format ${format.name}`, () => {
    test('it has samples', () => expect(single.length).toBeGreaterThan(0));

    test.each(named)('%s gives the expected request', (_, { deliveries, options, contentType, body }) => {
      expect(deliveries.map((one) => format.contentType(one, options))).toEqual(
        deliveries.map(() => contentType),
      );
      expect(format.render(deliveries, options)?.toString()).toBe(body);
    });

    test.each(named)('%s is read again as what was delivered', (_, { deliveries, options }) => {
      expect(roundTrip(deliveries, options)).toEqual(deliveries.map(carried));
    });

    test.each(named)('%s is the same at every attempt, and is not changed', (_, { deliveries, options }) => {
      const first = format.render(deliveries, options);
      const stored: Delivery[] = JSON.parse(JSON.stringify(deliveries));
      expect(deepFrozen(stored).map((one) => format.contentType(one, options))).toEqual(
        deliveries.map((one) => format.contentType(one, options)),
      );
      expect(format.render(stored, options)).toEqual(first);
    });

    test('text from outside does not break out of its place', () => {
      const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE));
      fc.assert(
        fc.property(text, (one) => {
          const delivery = withText(one);
          expect(roundTrip([delivery])).toEqual([carried(delivery)]);
        }),
        { numRuns: 500 },
      );
    });

    test(`a body holds ${format.batches?.(plain) ? 'as many events as it is given' : 'one event'}`, () => {
      const all = single.flatMap(({ deliveries }) => deliveries);
      if (!format.batches?.(plain)) return expect(roundTrip(all.slice(0, 1))).toHaveLength(1);
      expect(roundTrip([...all, ...all])).toEqual([...all, ...all].map(carried));
    });

    test('a delivery without an event that can be read has no body', () => {
      const [delivery] = single.flatMap(({ deliveries }) => deliveries);
      if (!delivery) return expect.unreachable('no sample of one delivery');
      const unreadable = { ...delivery, view: { action: '' }, payload: {} };
      expect(format.render([unreadable], plain)).toBeUndefined();
      if (format.batches?.(plain)) expect(format.render([delivery, unreadable], plain)).toBeUndefined();
    });
  });
}

/** What means something to JSON, HTML, chats and terminals. */
export const HOSTILE = [
  '"',
  '\\',
  '"}],"x":[',
  '\u2028',
  '</script>',
  '<!channel>"x',
  '@everyone',
  '@all',
  'a'.repeat(128),
  '<http://x|y>',
  '&lt;',
  '*b*\n_c_',
  '\u0000',
];

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}
