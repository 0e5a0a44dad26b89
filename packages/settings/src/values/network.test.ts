import { describe, expect, test } from 'vitest';
import { networkMatcher, parseNetwork } from './network.js';

describe('a network', () => {
  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['10.0.0.0/8', '::FFFF:11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['fd00::/8', 'fd12::1', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fd00::/8', 'fe80::1', false],
    ['10.0.0.0/8', 'not an address', false],
    ['0.0.0.0/0', undefined, false],
  ])('%s and %s: %s', (network, address, expected) => {
    expect(networkMatcher([network])(address)).toBe(expected);
  });

  test('none contains nothing', () => expect(networkMatcher([])('127.0.0.1')).toBe(false));

  test.each([
    '',
    'relay.example.com',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    'fd00::/129',
    '*',
  ])('%j is refused', (text) => {
    expect(parseNetwork(text)).toEqual({ fault: expect.stringMatching(/network|prefix/) });
  });

  test('is printed as it was written', () => {
    expect(parseNetwork('10.0.0.0/08')).toBe('10.0.0.0/8');
    expect(parseNetwork('fd00::1')).toBe('fd00::1');
  });
});
