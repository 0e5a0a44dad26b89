/**
 * What every kind promises, as tests that a kind's own test runs over its samples. For tests only: it is
 * not built and not exported.
 */
import { readFileSync } from 'node:fs';
import { type Delivery, deliveryOf, eventOf } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResolvedAuth } from './auth.js';
import { decodeBody, decodeRequest } from './body.js';
import { isObject } from './json.js';
import { mutant } from './mutant.js';
import type { SourceOptions } from './options.js';
import { type Kind, type Opened, type RawRequest, unreadable } from './port.js';
import { readSamples, type Sample, summaryOf } from './samples.js';
import { ON_FAILURE } from './sender.js';
import { createSources } from './sources.js';

/** What a kind's test hands over. */
export interface Contract {
  kind: Kind;
  /** Folder of the samples. */
  samples: URL;
  /** A request of this kind with an action that nobody has heard of. */
  unheardOf: RawRequest;
  /** Every sample holds a secret of it: in a header as its sender sends it, or as a signature. */
  auth?: ResolvedAuth;
  /** Milliseconds within which a request that comes again has the same ids; an hour, as good as for ever, unless set. */
  stableFor?: number;
}

/** As long as a body says itself what makes it the same. */
const FOR_EVER = 3_600_000;

/** Opens a request with one kind, as the source that the open path would make of it. */
export function openWith(
  kind: Kind,
  raw: RawRequest,
  includeReferences = false,
  options: SourceOptions = {},
): Opened {
  const body = decodeRequest(decodeBody(raw.body), raw, kind);
  const source = kind.kind;
  if (body.state === 'unreadable') return unreadable(raw, body.reason);
  if (body.state === 'json') {
    return kind.open({ raw, value: body.value, text: body.text, source, includeReferences, options });
  }
  if (!kind.bodiless?.(raw)) return { taken: [], quarantined: [], note: 'the body is empty' };
  return kind.open({ raw, value: undefined, text: '', source, includeReferences, options });
}

/** Declares the tests. */
export function describeContract(contract: Contract): void {
  const { kind, samples: folder, unheardOf, stableFor = FOR_EVER } = contract;
  const samples = readSamples(folder);
  const named = samples.map((sample) => [sample.name, sample] as const);

  describe(`the contract of kind ${kind.kind}`, () => {
    test.each(named)('%s comes to what is expected', (_, { request, expected }) => {
      const opened = openWith(kind, request);
      expect(summaryOf(request, opened)).toEqual(expected);
      expectSound(kind, opened, request);
    });

    test.each(named)('%s: the whole event can be derived from a delivery of it', (_, { request }) => {
      for (const includeReferences of [false, true]) {
        for (const taken of openWith(kind, request, includeReferences).taken) {
          const stored: Delivery = JSON.parse(JSON.stringify(deliveryOf(taken, 'one')));
          expect(eventOf(stored)).toEqual(taken.event);
        }
      }
    });

    test.each(named)('%s gives the same ids whenever it comes', (_, { request }) => {
      const ids = openWith(kind, request).taken.map(({ event }) => event.id);
      const later = openWith(kind, { ...request, receivedAt: request.receivedAt + stableFor });
      expect(later.taken.map(({ event }) => event.id)).toEqual(ids);
    });

    test.each(named.filter(([, { expected }]) => expected.events.length > 0))(
      '%s is recognized on the open path',
      (_, { request }) => {
        const body = decodeBody(request.body);
        expect(kind.recognizes(request, body.state === 'json' ? body.value : undefined)).not.toBe(false);
      },
    );

    test('what its sender does on failure stands in its README, in the same words', () => {
      const { onFailure, words, advice } = kind.sender;
      expect(ON_FAILURE).toContain(onFailure);
      const readme = readFileSync(new URL('../README.md', folder), 'utf8').replaceAll(/\s+/g, ' ');
      for (const sentence of [words, advice]) {
        expect(sentence).toMatch(/^\S.+\.$/);
        expect(readme).toContain(sentence);
      }
    });

    test.each(named)('%s opens to the same once it is fit to be kept', (_, { request }) => {
      const body = kind.storable?.(request.body) ?? request.body;
      const kept = openWith(kind, { ...request, body }, true);
      const opened = openWith(kind, request, true);
      expect(kept.taken).toEqual(opened.taken);
      expect(kept.quarantined.map(({ reason }) => reason)).toEqual(
        opened.quarantined.map(({ reason }) => reason),
      );
    });

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
            expectSound(kind, openWith(kind, raw, include), raw, include);
            expect([true, false, 'perhaps']).toContain(kind.recognizes(raw, undefined));
          },
        ),
        { numRuns: 500 },
      );
    });

    if (contract.auth) describeRefusals(contract.kind, contract.auth, named);
  });
}

type Named = readonly (readonly [string, Sample])[];

function describeRefusals(kind: Kind, auth: ResolvedAuth, named: Named): void {
  const sources = createSources({ sources: [{ name: 'one', kind: kind.kind, auth }] }, [kind]);
  const open = (raw: RawRequest) => sources.open({ ...raw, path: '/sources/one' });

  test.each(named)('%s is let in with its secret and refused without', async (_, { request }) => {
    await expect(open(request)).resolves.toMatchObject({ source: 'one' });
    const signed = auth.hmac?.header ? [auth.hmac.header] : (kind.hmac?.headers ?? []);
    const secret = [...signed, ...Object.keys(auth.header ?? {}), 'authorization'];
    const without = Object.entries(request.headers).filter(([name]) => !secret.includes(name));
    const refused = { code: 'SOURCE_UNAUTHORIZED' };
    await expect(open({ ...request, headers: Object.fromEntries(without) })).rejects.toMatchObject(refused);
    for (const change of [otherwise, () => '']) {
      const headers = Object.entries(request.headers).map(([name, value]) => {
        return [name, secret.includes(name) ? change(String(value)) : value];
      });
      await expect(open({ ...request, headers: Object.fromEntries(headers) })).rejects.toMatchObject(refused);
    }
    if (!auth.hmac) return;
    await expect(open({ ...request, body: flipped(request.body) })).rejects.toMatchObject(refused);
    await expect(
      open({ ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) }),
    ).rejects.toMatchObject(refused);
  });
}

/** A secret or signature with one of its characters changed. */
function otherwise(value: string): string {
  const at = value.length - 6;
  return value.slice(0, at) + (value[at] === 'a' ? 'b' : 'a') + value.slice(at + 1);
}

/** The body with one bit of one byte changed. */
function flipped(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  const at = Math.floor(changed.length / 2);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

/** What holds for anything that a request can come to. */
function expectSound(
  kind: Kind,
  { taken, quarantined }: Opened,
  request: RawRequest,
  includeReferences = false,
): void {
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
    expect(reason).toMatch(/^[\w./ -]{1,80}$/);
    // Headers that tell what a request is are kept with it.
    expect(
      openWith(kind, { ...request, body }, includeReferences).quarantined.map((again) => again.reason),
    ).toEqual([reason]);
  }
}

/** Paths of what the view must not hold: what is not known is absent. */
function emptyFields(value: object): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (isObject(member)) return emptyFields(member).map((inner) => `${key}.${inner}`);
    return member === undefined || member === '' || member === 0 || member === null ? [key] : [];
  });
}
