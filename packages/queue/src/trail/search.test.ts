import { describe, expect, test } from 'vitest';
import { attempted, DIGEST, failure, received } from '../testing/trail.js';
import { understand } from './search.js';
import { termsIn, termsOf } from './terms.js';

const ID = '0123456789abcdef0123456789abcdef';
const receipt = received({ eventId: 'e-1' });

describe('a search', () => {
  test.each([
    ['e-1', true],
    ['e-10', false],
    [receipt.planned[0]?.deliveryId ?? '', true],
    [ID, false],
    ['acme/app', true],
    ['acme/app:1.0', true],
    ['acme/app:1.1', false],
    ['acme/ap', false],
    ['app', false],
    ['registry.example.com/acme/app:1.0', true],
    ['localhost/acme/app', true],
    ['registry:5000/acme/app', true],
    ['https://registry.example.com/acme/app', true],
    ['other/acme/app', false],
    [DIGEST, true],
    [DIGEST.toUpperCase().replace('SHA256', 'sha256'), true],
    ['sha256:858a8366125b', true],
    ['858a8366125b', true],
    ['858a8366125b0000', true],
    ['858a8366125c', false],
    ['sha512:858a8366125b', false],
    ['858a8366125', false],
    [`acme/app@${DIGEST}`, true],
    [`registry.example.com/acme/app:2.0@${DIGEST}`, true],
    [`acme/other@${DIGEST}`, false],
    ['  acme/app:1.0 ', true],
  ])('for %j finds the receipt: %j', (text, isFound) => {
    const { matches, terms } = understand(text);
    expect(matches(receipt)).toBe(isFound);
    // A chunk is looked at only when it has one of the terms.
    if (isFound) expect(termsOf(receipt).some((one) => termsIn(terms).has(one))).toBe(true);
  });

  test('finds a failed attempt by what it was about, since it may outlive the receipt', () => {
    const attempt = attempted(receipt, { ...failure, view: receipt.view });
    for (const text of ['acme/app', 'acme/app:1.0', '858a8366125b', 'e-1', attempt.deliveryId]) {
      const { matches, terms } = understand(text);
      expect([text, matches(attempt), termsOf(attempt).some((one) => termsIn(terms).has(one))]).toEqual([
        text,
        true,
        true,
      ]);
    }
    expect(understand('acme/app').matches(attempted(receipt))).toBe(false);
  });

  test('finds what is in quarantine by its id alone', () => {
    const at = 1;
    const entry = { step: 'unquarantined', at, quarantineId: ID, outcome: 'evicted' } as const;
    expect(understand(ID).matches(entry)).toBe(true);
    expect(understand('acme/app').matches(entry)).toBe(false);
  });

  test('never finds a gap', () => {
    const gap = { step: 'gap', at: 1, since: 1, count: 1, why: 'away' } as const;
    expect(understand('g').matches(gap)).toBe(false);
  });

  test.each([
    ['320678d8-ca14-430f-8bb6-4ca139cd83f7', ['event id']],
    [ID, ['event id', 'delivery id', 'quarantine id', 'digest']],
    ['acme/app', ['event id', 'repository acme/app']],
    ['host:5000/acme/app:1.0', ['event id', 'tag 1.0 of acme/app']],
    ['858a8366125b', ['event id', 'digest', 'repository 858a8366125b']],
    ['acme/app@sha256:858a8366125b', ['digest sha256:858a8366125b in repository acme/app']],
  ])('%j is taken for %j', (text, words) => {
    expect(understand(text).understood).toEqual(words);
  });
});
