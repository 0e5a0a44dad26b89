import { describe, expect, test } from 'vitest';
import type { Platform } from './descriptor.js';
import { bestFor, platformFrom, platformText, runsNatively } from './platform.js';

const parsed = (text: string): { platform: Platform } => {
  const [, os = '', version, architecture = '', variant] =
    /^(\w+)(?:\(([\w.]+)\))?\/([\w-]+)(?:\/(.+))?$/.exec(text) ?? [];
  return {
    platform: { os, architecture, ...(variant && { variant }), ...(version && { 'os.version': version }) },
  };
};
const best = (wanted: string, ...index: string[]) =>
  bestFor(platformFrom(wanted), index.map(parsed)).map(({ platform }) => platformText(platform));

describe('is taken, as containerd takes it', () => {
  // the table of containerd/platforms, compare_test.go, and where that has only "matches": alone in an index
  test.each([
    [
      'linux/amd64',
      ['linux/amd64', 'linux/x86_64', 'linux/x86-64', 'linux/amd64/v1', 'linux/386', 'linux/i386'],
    ],
    ['linux/amd64/v2', ['linux/amd64', 'linux/amd64/v1', 'linux/amd64/v2', 'linux/386']],
    ['linux/386', ['linux/386', 'linux/i386']],
    ['linux/arm/v8', ['linux/arm', 'linux/arm/v5', 'linux/arm/v6', 'linux/arm/v7', 'linux/arm/v8']],
    [
      'linux/arm/v7',
      [
        'linux/arm',
        'linux/arm/v5',
        'linux/arm/v6',
        'linux/arm/v7',
        'linux/armhf',
        'linux/armel',
        'linux/arm/7',
      ],
    ],
    ['linux/arm', ['linux/arm/v7', 'linux/arm/v6']],
    ['linux/arm/v6', ['linux/arm/v5', 'linux/arm/v6']],
    ['linux/arm/v4', ['linux/arm/v4']],
    [
      'linux/arm64',
      [
        'linux/arm64',
        'linux/arm64/v8',
        'linux/arm64/8',
        'linux/aarch64',
        'linux/arm',
        'linux/arm/v8',
        'linux/arm/v5',
      ],
    ],
    ['linux/arm64/v8', ['linux/arm64', 'linux/arm64/v8', 'linux/arm/v7']],
    ['linux/arm64/v8.1', ['linux/arm64', 'linux/arm64/v8', 'linux/arm64/v8.1', 'linux/arm/v7']],
    [
      'linux/arm64/v9',
      [
        'linux/arm64',
        'linux/arm64/v8',
        'linux/arm64/v8.1',
        'linux/arm64/v8.5',
        'linux/arm64/v9',
        'linux/arm64/v9.0',
      ],
    ],
    ['linux/arm64/v9.2', ['linux/arm64/v9.1', 'linux/arm64/v9', 'linux/arm64/v8.7']],
    ['Linux/AMD64', ['linux/amd64', 'LINUX/x86_64']],
    ['darwin/arm64', ['macos/arm64']],
    ['linux/riscv64', ['linux/riscv64']],
    ['linux/ppc64le/power9', ['linux/ppc64le/power9']],
    ['windows/amd64', ['windows/amd64', 'windows(10.0.17763)/amd64', 'windows(10.0.26100.1)/amd64']],
    ['windows(10.0.17763)/amd64', ['windows/amd64', 'windows(10.0.17763.1234)/amd64']],
    ['windows(10.0.26100)/amd64', ['windows(10.0.20348.1)/amd64', 'windows(10.0.26100.1)/amd64']],
  ])('for %s: each of %j', (wanted, index) => {
    for (const one of index) expect([one, best(wanted, one).length]).toEqual([one, 1]);
  });

  test.each([
    ['linux/amd64', ['linux/amd64/v2', 'linux/arm/v7', 'linux/arm64', 'windows/amd64']],
    ['linux/amd64/v2', ['linux/amd64/v3', 'linux/amd64/v4']],
    ['linux/386', ['linux/amd64']],
    ['linux/arm/v7', ['linux/arm/v4', 'linux/arm/v8', 'linux/arm64']],
    ['linux/arm/v6', ['linux/arm', 'linux/arm/v7']],
    ['linux/arm/v4', ['linux/arm', 'linux/arm/v5']],
    ['linux/arm64', ['linux/amd64', 'linux/arm/v4', 'linux/arm64/v9', 'linux/arm64/v8.1']],
    ['linux/arm64/v9', ['linux/arm64/v8.6', 'linux/arm64/v9.1', 'linux/arm/v4']],
    ['linux/arm64/v9.9', ['linux/arm64/v8.10']],
    ['linux/ppc64le', ['linux/ppc64', 'linux/ppc64le/power9']],
    [
      'windows(10.0.17763)/amd64',
      ['windows(10.0.20348.1)/amd64', 'windows(10.0.17134.1)/amd64', 'windows(nonsense)/amd64'],
    ],
    [
      'windows(10.0.26100)/amd64',
      ['windows(10.0.17763.1)/amd64', 'windows(10.0.26200.1)/amd64', 'windows(11.0.26100.1)/amd64'],
    ],
  ])('for %s: none of %j', (wanted, index) => {
    expect(best(wanted, ...index)).toEqual([]);
  });
});

describe('of several the best', () => {
  test.each([
    ['linux/amd64', ['linux/386', 'linux/amd64', 'linux/arm64'], ['linux/amd64']],
    ['linux/amd64/v3', ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v4'], ['linux/amd64/v2']],
    ['linux/arm/v7', ['linux/arm/v5', 'linux/arm/v6', 'linux/arm64'], ['linux/arm/v6']],
    ['linux/arm64', ['linux/arm/v7', 'linux/arm64/v8'], ['linux/arm64/v8']],
    ['linux/arm64', ['linux/arm/v5', 'linux/arm/v7'], ['linux/arm/v7']],
    ['linux/arm64/v9.1', ['linux/arm64', 'linux/arm64/v8.6', 'linux/arm64/v9'], ['linux/arm64/v9']],
    [
      'windows(10.0.26100)/amd64',
      [
        'windows(10.0.17763.9)/amd64',
        'windows(10.0.20348.9)/amd64',
        'windows(10.0.26100.1)/amd64',
        'linux/amd64',
      ],
      ['windows(10.0.26100.1)/amd64'],
    ],
    [
      'windows/amd64',
      ['windows(10.0.17763.9)/amd64', 'windows(10.0.20348.9)/amd64'],
      ['windows(10.0.17763.9)/amd64', 'windows(10.0.20348.9)/amd64'],
    ],
  ])('for %s of %j: %j', (wanted, index, expected) => {
    expect(best(wanted, ...index)).toEqual(expected);
  });
});

test('features of the system count only where some are wanted', () => {
  const entries = [{ platform: { os: 'windows', architecture: 'amd64', 'os.features': ['win32k'] } }];
  expect(bestFor(platformFrom('windows/amd64'), entries)).toHaveLength(1);
  expect(bestFor(platformFrom('windows(10.0.17763+win32k+more)/amd64'), entries)).toHaveLength(1);
  expect(bestFor(platformFrom('windows(10.0.17763+other)/amd64'), entries)).toHaveLength(0);
});

test('an image runs natively on its own architecture only', () => {
  const native = (wanted: string, image: string) =>
    runsNatively(platformFrom(wanted), parsed(image).platform);
  expect(native('linux/arm64', 'linux/arm64/v8')).toBe(true);
  expect(native('linux/arm/v7', 'linux/arm/v6')).toBe(true);
  expect(native('linux/arm64', 'linux/arm/v7')).toBe(false);
  expect(native('linux/amd64', 'linux/386')).toBe(false);
});

test.each(['linux', '', 'linux/', 'linux/arm64/v8/x', '*/amd64', 'linux amd64'])(
  '%j is no platform',
  (text) => {
    expect(() => platformFrom(text)).toThrow(/write os\/arch/);
  },
);

test('a platform as text', () => {
  expect(platformText({ os: 'linux', architecture: 'arm64', variant: 'v8' })).toBe('linux/arm64/v8');
  expect(platformText({ os: 'windows', architecture: 'amd64', 'os.version': '10.0.1.2' })).toBe(
    'windows(10.0.1.2)/amd64',
  );
});
