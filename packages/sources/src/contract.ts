/**
 * What every kind promises, as tests that a kind's own test runs over its samples. For tests only: it is
 * not built and not exported.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBody } from './body.js';
import { isObject } from './json.js';
import { mutant } from './mutant.js';
import { type Kind, type Opened, type RawRequest, unreadable } from './port.js';
import { readSamples, summaryOf } from './samples.js';

/** What a kind's test hands over. */
export interface Contract {
  kind: Kind;
  /** Folder of the samples. */
  samples: URL;
  /** A request of this kind with an action that nobody has heard of. */
  unheardOf: RawRequest;
}

/** Opens a request with one kind, as the source that the open path would make of it. */
export function openWith(kind: Kind, raw: RawRequest, includeReferences = false): Opened {
  const body = decodeBody(raw.body);
  if (body.state === 'empty') return { taken: [], quarantined: [], note: 'the body is empty' };
  if (body.state === 'unreadable') return unreadable(raw, body.reason);
  return kind.open({ raw, value: body.value, text: body.text, source: kind.kind, includeReferences });
}

/** Declares the tests. */
export function describeContract({ kind, samples: folder, unheardOf }: Contract): void {
  const samples = readSamples(folder);
  const named = samples.map((sample) => [sample.name, sample] as const);

  describe(`the contract of kind ${kind.kind}`, () => {
    test.each(named)('%s comes to what is expected', (_, { request, expected }) => {
      const opened = openWith(kind, request);
      expect(summaryOf(request, opened)).toEqual(expected);
      expectSound(kind, opened);
    });

    test.each(named)('%s gives the same ids whenever it comes', (_, { request }) => {
      const ids = openWith(kind, request).taken.map(({ event }) => event.id);
      const later = openWith(kind, { ...request, receivedAt: request.receivedAt + 3_600_000 });
      expect(later.taken.map(({ event }) => event.id)).toEqual(ids);
    });

    test.each(named.filter(([, { expected }]) => expected.events.length > 0))(
      '%s is recognized on the open path',
      (_, { request }) => {
        const body = decodeBody(request.body);
        expect(kind.recognizes(request, body.state === 'json' ? body.value : undefined)).toBe(true);
      },
    );

    test('an action that nobody has heard of is other, or is left out with a reason', () => {
      const { taken, quarantined, note } = openWith(kind, unheardOf);
      expect(taken.every(({ event }) => event.class === 'other')).toBe(true);
      expect(taken.length > 0 || quarantined.length > 0 || note !== undefined).toBe(true);
    });

    test('a body that was changed at random gives sound events or quarantine', () => {
      const bodies = samples.map(({ request }) => request.body);
      fc.assert(
        fc.property(
          fc.constantFrom(...samples),
          mutant(bodies),
          fc.boolean(),
          ({ request }, body, include) => {
            const raw = { ...request, body };
            expectSound(kind, openWith(kind, raw, include), include);
            expect(typeof kind.recognizes(raw, undefined)).toBe('boolean');
          },
        ),
        { numRuns: 500 },
      );
    });
  });
}

/** What holds for anything that a request can come to. */
export function expectSound(kind: Kind, { taken, quarantined }: Opened, includeReferences = false): void {
  for (const { event, payload, contentType } of taken) {
    expect(event.id).not.toBe('');
    expect(event.id.length).toBeLessThanOrEqual(1024);
    expect(event.action).not.toBe('');
    expect(event.class === 'event').toBe(['push', 'pull', 'delete', 'mount'].includes(event.action));
    const { references, ...target } = event.target;
    expect(emptyFields({ ...event, target })).toEqual([]);
    expect(contentType).toMatch(/^application\//);
    expect(isObject(JSON.parse(payload.text ?? JSON.stringify(payload.event)))).toBe(true);
  }
  for (const { reason, body } of quarantined) {
    // Plain words: the reason may become a metric's label.
    expect(reason).toMatch(/^[\w. -]{1,80}$/);
    const raw = { method: 'POST', path: '/', headers: {}, body, receivedAt: 0 };
    expect(openWith(kind, raw, includeReferences).quarantined.map((again) => again.reason)).toEqual([reason]);
  }
}

/** Paths of what the view must not hold: what is not known is absent. */
function emptyFields(value: object): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (isObject(member)) return emptyFields(member).map((inner) => `${key}.${inner}`);
    return member === undefined || member === '' || member === 0 || member === null ? [key] : [];
  });
}
