import { RegistryError } from '@longshore/registry-client';
import { describe, expect, test } from 'vitest';
import { failureOf, paused } from './failure.js';

const NOW = 1_000_000;
const missing = new RegistryError('not_found', 'there is none', { status: 404 });
const of = (error: unknown, age = 0) => failureOf(error, { age, appearsWithin: 120_000, now: NOW });

describe('a manifest that is not there yet', () => {
  test('is looked for at growing gaps, for two minutes', () => {
    const looks: number[] = [];
    for (let age = 0; ; ) {
      const result = of(missing, age);
      if (result === 'aborted' || result.kind !== 'deferred') break;
      age += result.until - NOW;
      looks.push(age);
    }
    expect(looks.slice(0, 8)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 13_000, 18_000]);
    expect(looks.at(-1)).toBeGreaterThanOrEqual(120_000);
    expect(looks.length).toBeLessThan(32);
  });

  test('is final after that', () => {
    expect(of(missing, 120_000)).toMatchObject({ kind: 'dead', reason: 'http_404', status: 404 });
  });
});

test.each<[ConstructorParameters<typeof RegistryError>, object]>([
  [['unauthorized', 'no', { status: 401 }], { kind: 'dead', reason: 'http_401' }],
  [['server', 'no', { status: 502 }], { kind: 'retry', reason: 'http_502' }],
  [['timeout', 'no'], { kind: 'retry', reason: 'timeout' }],
  [['network', 'no'], { kind: 'retry', reason: 'unreachable' }],
  [['tls', 'no'], { kind: 'retry', reason: 'tls' }],
  [['digest', 'no'], { kind: 'retry', reason: 'manifest' }],
  [['limit', 'no'], { kind: 'dead', reason: 'manifest' }],
  [['unsupported', 'no'], { kind: 'dead', reason: 'manifest' }],
  [['redirect', 'no'], { kind: 'dead', reason: 'url' }],
  [['reference', 'no'], { kind: 'dead', reason: 'url' }],
  [['credentials', 'no'], { kind: 'retry', reason: 'error' }],
  [['rate_limited', 'no', { notBefore: NOW + 5_000 }], { kind: 'deferred', until: NOW + 5_000 }],
  [['rate_limited', 'no'], { kind: 'deferred', until: NOW + 60_000 }],
])('%j', (error, result) => {
  expect(of(new RegistryError(...error))).toMatchObject(result);
});

test('without a file descriptor the registry was not asked: that is our trouble', () => {
  const cause = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
  const result = of(new RegistryError('network', 'no', { cause }));
  expect(result).toMatchObject({ kind: 'deferred', ours: 'descriptors', until: NOW + 1_000 });
});

describe('the next step', () => {
  const detailOf = (error: RegistryError, some: object = {}) => {
    const result = failureOf(error, { age: 120_000, appearsWithin: 120_000, now: NOW, ...some });
    return typeof result === 'object' && 'detail' in result ? result.detail : undefined;
  };

  test('of what never came names the time, and the other registry that the event names', () => {
    expect(detailOf(missing)).toBe(
      'there is none; still missing 120 s after the event: was it deleted, or does preheat.registry.url differ from the registry pushed to?',
    );
    expect(detailOf(missing, { named: 'ghcr.io' })).toMatch(/pushed to \(the event names ghcr\.io\)\?$/);
  });

  test('of a name that nobody waits for is to look at the name', () => {
    expect(detailOf(missing, { appearsWithin: 0 })).toMatch(/check the name and the tag/);
  });

  test.each([
    ['limit', /raise preheat\.limits/],
    ['digest', /inspect it in the registry/],
    ['unsupported', /inspect it in the registry/],
  ] as const)('of %s', (kind, step) => {
    expect(detailOf(new RegistryError(kind, 'no'))).toMatch(step);
  });
});

test('what is given up is nobody’s failure', () => {
  expect(of(new RegistryError('aborted', 'stopped'))).toBe('aborted');
});

test('a fault of our own is an attempt', () => {
  expect(of(new TypeError('x is undefined'))).toMatchObject({ kind: 'retry', reason: 'error' });
});

test('a registry that asks for a day is looked at again within the hour', () => {
  expect(paused(NOW + 86_400_000, NOW).until).toBe(NOW + 3_600_000);
});
