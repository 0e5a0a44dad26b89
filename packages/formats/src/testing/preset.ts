/**
 * What every preset guarantees, as tests that its own test runs over the same inputs: the request with each of them is
 * in a file, its consumer reads the event out of it, and text from outside does not break out of its place.
 */
import { type Delivery, type Facts, factsOf, lacks } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Format, RenderOptions } from '../format.js';
import { HOSTILE } from './contract.js';
import { anEvent, INPUTS } from './inputs.js';

/** A request as a consumer gets it. Names of headers as they were written. */
export interface Request {
  contentType: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}

/** The input of a preset's test. */
export interface PresetContract {
  format: Format;
  /** `import.meta.url` of the test. */
  here: string;
  /** The format's own settings. */
  settings?: Record<string, unknown>;
  /** Reads a request as strictly as the consumer does, and gives back what it takes from it. Throws on what it refuses. */
  read(request: Request): unknown;
  /** What it must take from it. */
  taken(facts: Facts, delivery: Delivery): unknown;
  /** Characters of a text from outside that the consumer gets. Default: all. */
  longest?: number;
}

/** Declares the tests. */
export function describePreset({ format, here, settings, read, taken, longest = 200 }: PresetContract): void {
  const options: RenderOptions = { annotate: false, settings };
  const request = (delivery: Delivery): Request => {
    const body = format.render([delivery], options);
    if (!body) return expect.unreachable('nothing is rendered');
    const headers = format.headers?.([delivery], options) ?? {};
    return { contentType: format.contentType(delivery, options), headers, body };
  };
  const isTaken = (delivery: Delivery) =>
    !lacks({ ...delivery.view, host: factsOf(delivery).registry }, format.needs);
  const inputs = [...INPUTS].filter(([, delivery]) => isTaken(delivery));

  describe(`format ${format.name}`, () => {
    test('it takes some of the inputs', () => expect(inputs.length).toBeGreaterThan(2));

    test.each(inputs)(
      'the request of %s is as it is written down, and so it is read',
      async (name, delivery) => {
        const sent = request(delivery);
        const head = Object.entries({ 'Content-Type': sent.contentType, ...sent.headers });
        const text = `${head.map(([key, value]) => `${key}: ${value}\n`).join('')}\n${sent.body}\n`;
        await expect(text).toMatchFileSnapshot(new URL(`./samples/${name}.http`, here).pathname);
        expect(read(sent)).toEqual(taken(factsOf(delivery), delivery));
        expect(request(JSON.parse(JSON.stringify(delivery)))).toEqual(sent);
      },
    );

    test('text from outside does not break out of its place', () => {
      const any = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom(...HOSTILE));
      fc.assert(
        fc.property(any, any, any, (repository, tag, actor) => {
          const delivery = anEvent({ target: { repository, tag }, actor });
          const sent = request(delivery);
          for (const value of Object.values(sent.headers)) expect(value).toMatch(/^[\x20-\x7e]*$/);
          expect(read(sent)).toEqual(taken(factsOf(delivery), delivery));
        }),
        { numRuns: 100 },
      );
    });

    test('a text of any length is taken', () => {
      const delivery = anEvent({ target: { tag: '\u{1F433}'.repeat(20_000) }, actor: '*'.repeat(20_000) });
      const { body } = request(delivery);
      expect(() => JSON.parse(body.toString())).not.toThrow();
      expect(body.toString()).not.toContain('\\ud83d"');
      if (longest < 200) expect(body.length).toBeLessThan(40_000);
    });

    test('a delivery without an event that can be read has no body', () => {
      expect(format.render([{ ...anEvent(), view: { action: '' }, payload: {} }], options)).toBeUndefined();
    });
  });
}
