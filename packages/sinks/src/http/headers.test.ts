import type { Delivery } from '@longshore/event';
import { expect, test } from 'vitest';
import { aDelivery } from '../testing/builders.js';
import { planHeaders } from './headers.js';
import { keyOf } from './outgoing.js';

const own = { userAgent: 'longshore/1.2.3' };
const id = aDelivery().id;

function lines(configured: Record<string, string[]>, more: { authorization?: string } = {}) {
  return described(configured, [aDelivery()], more);
}

function described(configured: Record<string, string[]>, deliveries: Delivery[], more = {}, signature = {}) {
  const about = { deliveries, contentType: aDelivery().contentType, key: keyOf(deliveries), attempt: 3 };
  const flat = planHeaders(configured, { ...own, ...more }).lines({ ...about, signature });
  return flat.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${flat[index + 1]}`] : []));
}

test('without configured headers ours are sent', () => {
  expect(lines({})).toEqual([
    'Content-Type: application/vnd.docker.distribution.events.v2+json',
    `Idempotency-Key: ${id}`,
    `X-Longshore-Delivery: ${id}`,
    'X-Longshore-Attempt: 3',
    'User-Agent: longshore/1.2.3',
  ]);
});

test('a configured header replaces ours, whatever its case, and keeps the case as written', () => {
  const configured = {
    'content-TYPE': ['application/json'],
    'user-agent': ['mine'],
    'IDEMPOTENCY-key': ['k'],
    'x-longshore-delivery': ['d'],
    'x-longshore-attempt': ['a'],
    AUTHORIZATION: ['Bearer x'],
  };
  expect(lines(configured, { authorization: 'Basic y' })).toEqual([
    'content-TYPE: application/json',
    'user-agent: mine',
    'IDEMPOTENCY-key: k',
    'x-longshore-delivery: d',
    'x-longshore-attempt: a',
    'AUTHORIZATION: Bearer x',
  ]);
});

test('several values are several lines, and no value takes ours away', () => {
  expect(lines({ 'X-Team': ['a', 'b'], 'User-Agent': [], 'Idempotency-Key': [] })).toEqual([
    'Content-Type: application/vnd.docker.distribution.events.v2+json',
    `X-Longshore-Delivery: ${id}`,
    'X-Longshore-Attempt: 3',
    'X-Team: a',
    'X-Team: b',
  ]);
});

test('credentials of the url are sent when no Authorization is configured', () => {
  expect(lines({}, { authorization: 'Basic y' })).toContain('Authorization: Basic y');
});

test.each(['Host', 'content-length', 'Connection', 'TRANSFER-ENCODING', 'Keep-Alive', 'Upgrade', 'Expect'])(
  'a configured %s is not sent',
  (name) => {
    expect(lines({ [name]: ['x'] })).toEqual(lines({}));
  },
);

test('a value beyond ASCII is sent as its UTF-8 bytes, as the registry does', () => {
  expect(lines({ 'X-Team': ['é'] })).toContain('X-Team: Ã©');
});

test.each([
  [{ 'X Team': ['a'] }, '"X Team" is not a header name'],
  [{ '': ['a'] }, '"" is not a header name'],
  [{ 'X-A\r\nX-B': ['a'] }, '"X-A\\r\\nX-B" is not a header name'],
  [{ Authorization: ['Bearer s3cret\r\nX-Admin: yes'] }, 'a value of the header Authorization'],
  [{ Authorization: ['Bearer s3cret\n'] }, 'a value of the header Authorization'],
  [{ 'X-A': ['fine', 'nul\0'] }, 'a value of the header X-A'],
])('%j cannot be sent, and the problem names no value', (configured: Record<string, string[]>, words) => {
  const { problem } = planHeaders(configured, own);
  expect(problem).toContain(words);
  expect(problem).not.toContain('s3cret');
});

test('a batch has a key of its own and its size, and no delivery', () => {
  const [one, two] = [aDelivery({ id: 'one' }), aDelivery({ id: 'two' })];
  expect(described({}, [one, two])).toEqual([
    'Content-Type: application/vnd.docker.distribution.events.v2+json',
    expect.stringMatching(/^Idempotency-Key: [0-9a-f]{32}$/),
    'X-Longshore-Batch: 2',
    'X-Longshore-Attempt: 3',
    'User-Agent: longshore/1.2.3',
  ]);
  expect(described({}, [two, one])).toEqual(described({}, [one, two]));
  expect(described({}, [one, aDelivery({ id: 'three' })])).not.toEqual(described({}, [one, two]));
});

test('a signature is sent, unless a header of its name is configured', () => {
  const signature = { 'X-Signature': 'abc' };
  expect(described({}, [aDelivery()], {}, signature)).toContain('X-Signature: abc');
  const configured = described({ 'x-signature': ['mine'] }, [aDelivery()], {}, signature);
  expect(configured.filter((line) => /signature/i.test(line))).toEqual(['x-signature: mine']);
});
