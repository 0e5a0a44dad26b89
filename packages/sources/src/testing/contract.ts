/**
 * What every kind guarantees, as tests that a kind's own test runs over its samples. For tests only: it is
 * not built and not exported.
 */
import { readFileSync } from 'node:fs';
import { type Delivery, deliveryOf, eventOf } from '@longshore/event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResolvedAuth } from '../auth/verifier.js';
import { decodeBody, decodeRequest } from '../body.js';
import { isObject } from '../json.js';
import { COMMON_HEADERS, headerTest } from '../kept.js';
import type { Kind, Opened } from '../kind.js';
import { openBody, unreadable } from '../open-body.js';
import type { SourceOptions } from '../options.js';
import type { RawRequest } from '../request.js';
import { createSources } from '../sources.js';
import { mutant } from './mutant.js';
import { readSamples, type Sample, summaryOf } from './samples.js';

/** The input of a kind's test. */
export interface Contract {
  kind: Kind;
  /** Folder of the samples. */
  samples: URL;
  /** A request of this kind with an action that does not exist. */
  unknownAction: RawRequest;
  /** Every sample holds a secret of it: in a header as its sender sends it, or as a signature. */
  auth?: ResolvedAuth;
  /** Within so many milliseconds a request that is sent again has the same ids. An hour unless set. */
  stableForMs?: number;
}

/** For a body that identifies its event; much longer than the minute of `minuteOf`. */
const HOUR_MS = 3_600_000;

/** The result of a request at a source of the kind, without verification. */
export function openWith(
  kind: Kind,
  raw: RawRequest,
  includeReferences = false,
  options: SourceOptions = {},
): Opened {
  const body = decodeRequest(decodeBody(raw.body), raw, kind);
  const source = kind.kind;
  if (body.state === 'unreadable') return unreadable(raw, body.reason);
  if (body.state === 'empty' && !kind.bodiless?.(raw)) {
    return { taken: [], quarantined: [], note: 'the body is empty' };
  }
  const { value, text } = body.state === 'json' ? body : { value: undefined, text: '' };
  return openBody(kind, { raw, value, text, source, includeReferences, options });
}

/** Declares the tests. */
export function describeContract(contract: Contract): void {
  const { kind, samples: folder, unknownAction, stableForMs = HOUR_MS } = contract;
  const samples = readSamples(folder);
  const named = samples.map((sample) => [sample.name, sample] as const);

  describe(`the contract of kind ${kind.kind}`, () => {
    test.each(named)('%s gives the expected result', (_, { request, expected }) => {
      const opened = openWith(kind, request);
      expect(summaryOf(request, opened)).toEqual(expected);
      expectValid(kind, opened, request);
    });

    test.each(named)('%s: the whole event can be derived from a delivery of it', (_, { request }) => {
      for (const includeReferences of [false, true]) {
        for (const taken of openWith(kind, request, includeReferences).taken) {
          const stored: Delivery = JSON.parse(JSON.stringify(deliveryOf(taken, 'one')));
          expect(eventOf(stored)).toEqual(taken.event);
        }
      }
    });

    test.each(named)('%s gives the same ids when it is sent again', (_, { request }) => {
      const ids = openWith(kind, request).taken.map(({ event }) => event.id);
      const later = openWith(kind, { ...request, receivedAt: request.receivedAt + stableForMs });
      expect(later.taken.map(({ event }) => event.id)).toEqual(ids);
    });

    const withEvents = named.filter(([, { expected }]) => expected.events.length > 0);
    test.each(withEvents)('%s is recognized on the shared path', (_, { request }) => {
      const body = decodeBody(request.body);
      expect(kind.recognizes(request, body.state === 'json' ? body.value : undefined)).not.toBe(false);
    });

    test('its README has the same sentences about failures as the kind', () => {
      const { words, advice } = kind.sender;
      const readme = readFileSync(new URL('../README.md', folder), 'utf8').replaceAll(/\s+/g, ' ');
      for (const sentence of [words, advice]) {
        expect(sentence).toMatch(/^\S.+\.$/);
        expect(readme).toContain(sentence);
      }
    });

    test.each(named)(
      '%s is read the same from a disk, with the headers that the kind declares',
      (_, sample) => expectSameFromDisk(kind, sample.request),
    );

    test('an unknown action is other, or is left out with a reason', () => {
      const { taken, quarantined, note } = openWith(kind, unknownAction);
      expect(taken.every(({ event }) => event.class === 'other')).toBe(true);
      expect(taken.length > 0 || quarantined.length > 0 || note !== undefined).toBe(true);
    });

    test('a body that was changed at random gives valid events or quarantine', () => {
      const bodies = samples.map(({ request }) => request.body);
      fc.assert(
        fc.property(fc.constantFrom(...samples), mutant(bodies), fc.boolean(), ({ request }, body, all) => {
          const read = new Set<string>();
          const raw = { ...request, body, headers: observed(request.headers, read) };
          expectValid(kind, openWith(kind, raw, all), { ...request, body }, all);
          expect([...read].filter((name) => !isDeclared(kind, name))).toEqual([]);
          expect([true, false, 'perhaps']).toContain(kind.recognizes(raw, undefined));
        }),
        { numRuns: 500 },
      );
    });

    if (contract.auth) describeRefusals(contract.kind, contract.auth, named);
  });
}

const reasonsOf = ({ quarantined }: Opened) => quarantined.map(({ reason }) => reason);

function isDeclared({ headers = [] }: Kind, name: string): boolean {
  return headerTest([...COMMON_HEADERS, ...headers])(name);
}

/** What quarantine and the spool keep of the headers for the kind. */
function declaredHeaders(kind: Kind, { headers }: RawRequest): RawRequest['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isDeclared(kind, name)));
}

function expectSameFromDisk(kind: Kind, request: RawRequest): void {
  const read = new Set(kind.idHeaders);
  const opened = openWith(kind, { ...request, headers: observed(request.headers, read) }, true);
  expect([...read].filter((name) => !isDeclared(kind, name))).toEqual([]);
  const body = kind.storable?.(request.body) ?? request.body;
  const kept = openWith(kind, { ...request, headers: declaredHeaders(kind, request), body }, true);
  expect(kept.taken).toEqual(opened.taken);
  expect(reasonsOf(kept)).toEqual(reasonsOf(opened));
}

/** The headers; notes the names of those whose value is read. */
function observed(headers: RawRequest['headers'], read: Set<string>): RawRequest['headers'] {
  return new Proxy(headers, {
    get(target, name) {
      read.add(String(name));
      return Reflect.get(target, name);
    },
  });
}

type Named = readonly (readonly [string, Sample])[];

function describeRefusals(kind: Kind, auth: ResolvedAuth, named: Named): void {
  const sources = createSources({ sources: [{ name: 'one', kind: kind.kind, auth }] }, [kind]);
  const open = (raw: RawRequest) => sources.open({ ...raw, path: '/sources/one' });

  test.each(named)('%s is accepted with its secret and refused without', async (_, { request }) => {
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
    for (const body of [flipped(request.body), Buffer.concat([request.body, Buffer.from(' ')])]) {
      await expect(open({ ...request, body })).rejects.toMatchObject(refused);
    }
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

/** What holds for the result of any request. */
function expectValid(
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
    // Quarantine keeps the headers that the kind declares.
    const kept = { ...request, headers: declaredHeaders(kind, request), body };
    expect(reasonsOf(openWith(kind, kept, includeReferences))).toEqual([reason]);
  }
}

/** Paths of members that must be absent because nothing is known of them. */
function emptyFields(value: object): string[] {
  return Object.entries(value).flatMap(([key, member]) => {
    if (isObject(member)) return emptyFields(member).map((inner) => `${key}.${inner}`);
    return member === undefined || member === '' || member === 0 || member === null ? [key] : [];
  });
}
