import { describe, expect, test } from 'vitest';
import { parseTime } from './parse-time.js';
import { cursorOf, deadLetterFilter, positionOf, quarantineFilter, requireFilterOrAll } from './query.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const HOUR_MS = 3_600_000;

describe('a time', () => {
  test.each<[string, string]>([
    ['2h', '2026-11-21T10:00:00Z'],
    ['90m ago', '2026-11-21T10:30:00Z'],
    [' 1h30m ', '2026-11-21T10:30:00Z'],
    ['3d', '2026-11-18T12:00:00Z'],
    ['1w3d', '2026-11-11T12:00:00Z'],
    ['1d12h ago', '2026-11-20T00:00:00Z'],
    ['2w', '2026-11-07T12:00:00Z'],
    ['1w1d1h', '2026-11-13T11:00:00Z'],
    ['2026-11-20', '2026-11-20T00:00:00Z'],
    ['2026-11-20T10:00Z', '2026-11-20T10:00:00Z'],
    ['2026-11-20T10:00:00.5+02:00', '2026-11-20T08:00:00.500Z'],
    ['2026-11-20 10:00:00Z', '2026-11-20T10:00:00Z'],
  ])('%j is %s', (text, iso) => {
    expect(new Date(parseTime('since', text, NOW)).getTime()).toBe(Date.parse(iso));
  });

  test('without a zone it is of this machine', () => {
    expect(parseTime('since', '2026-11-20T10:00', NOW)).toBe(new Date(2026, 10, 20, 10).getTime());
  });

  test.each(['', 'yesterday', '2', '2 hours', '-2h', '2026', '2026-13-01', '21.11.2026', 'ago', '2h until'])(
    '%j is none, and the error says what is',
    (text) => {
      expect(() => parseTime('since', text, NOW)).toThrow(/^since: .* is not a time; write how long ago/);
    },
  );
});

describe('a filter', () => {
  test('of dead-lettered deliveries', () => {
    const filter = deadLetterFilter(
      {
        endpoint: 'a',
        since: '2h',
        until: '1h',
        repository: 'team/**',
        reason: 'http_5*',
        id: '0'.repeat(32),
      },
      NOW,
    );
    expect(filter).toMatchObject({
      endpoints: ['a'],
      since: NOW - 2 * HOUR_MS,
      until: NOW - HOUR_MS,
      ids: ['0'.repeat(32)],
    });
    expect(['team/a/b', 'acme/team/a'].map((name) => filter.repository?.(name))).toEqual([true, false]);
    expect(['http_503', 'http_410', 'timeout'].map((reason) => filter.reason?.(reason))).toEqual([
      true,
      false,
      false,
    ]);
    expect(deadLetterFilter({})).toEqual({});
  });

  test('tls matches every TLS reason, and a longer reason only itself', () => {
    const reasons = ['tls', 'tls_expired', 'tls_untrusted', 'timeout'];
    const having = (reason: string) => reasons.filter((one) => deadLetterFilter({ reason }).reason?.(one));
    expect(having('tls')).toEqual(['tls', 'tls_expired', 'tls_untrusted']);
    expect(having('tls_expired')).toEqual(['tls_expired']);
  });

  test.each([
    ['@(a|b)', /repository: .* write \{a,b\}/],
    ['a'.repeat(513), /repository: the glob "a{60}…" has 513 characters, and a glob has 512 at most/],
  ])('with the glob %s is refused', (repository, words) => {
    expect(() => deadLetterFilter({ repository })).toThrow(words);
  });

  test('with a glob of many stars reads each character once', () => {
    const filter = deadLetterFilter({ repository: '*a*a*a*a*a*a*a*a*a*b', reason: '*?*?*?*?*?*?*?*?*?Z' });
    expect(filter.repository?.('a'.repeat(255))).toBe(false);
    expect(filter.reason?.('http_503'.repeat(20))).toBe(false);
  });

  test('of quarantined requests', () => {
    const filter = quarantineFilter({ source: 'harbor', reason: 'not JSON' }, NOW);
    expect(filter.source).toBe('harbor');
    expect(filter.reason?.('the body is not JSON')).toBe(true);
    expect(filter.reason?.('action is missing')).toBe(false);
  });
});

test('a cursor is what it was made from', () => {
  const position = { score: 1_795_000_000_000, id: 'ab'.repeat(16) };
  expect(positionOf(cursorOf(position))).toEqual(position);
  expect(positionOf(undefined)).toBeUndefined();
  for (const cursor of ['', '1', '-1-ab', '1-', '1-xyz', '1e3-ab']) {
    expect(() => positionOf(cursor)).toThrow(/cursor/);
  }
});

test('an action on many needs a filter or all, and not both', () => {
  requireFilterOrAll({ endpoint: 'a', since: undefined }, undefined);
  requireFilterOrAll({ endpoint: undefined }, true);
  expect(() => requireFilterOrAll({ endpoint: undefined }, undefined)).toThrow(/no filter/);
  expect(() => requireFilterOrAll({ endpoint: 'a' }, true)).toThrow(/together with a filter/);
});
