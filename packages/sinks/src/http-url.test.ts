/** A url goes out as the registry sends it. */

import { maskedPath, readHttpUrl } from '@longshore/settings/http-url';
import { expect, test } from 'vitest';
import { targetOf } from './http/target.js';
import { REFUSED, SENT } from './testing/urls.js';

/** As undici writes it: one byte for each character. */
const onTheWire = (path: string): string => Buffer.from(path, 'latin1').toString();

test.each(SENT)('%s is sent as %s', (url, path, host, credentials) => {
  const target = targetOf(url);
  if ('problem' in target) expect.unreachable(target.problem);
  expect([onTheWire(target.path), target.authority]).toEqual([path, host]);
  const [, encoded = ''] = target.authorization?.split(' ') ?? [];
  expect(Buffer.from(encoded, 'base64').toString()).toBe(credentials ?? '');
});

test.each(REFUSED)('%j is refused', (url) => {
  expect(readHttpUrl(url)).toHaveProperty('fault', expect.stringMatching(/^(is|has|holds|does|names) /));
});

test.each([
  // Go writes a request line that no server reads
  ['http://h.test/a?x=a b ', '/a?x=a%20b%20', ''],
  // Go refuses these; a stray % is a character of the password
  ['http://u:100%zz@h.test/', '/', 'u:100%zz'],
  ['http://u:p|ä b@h.test/', '/', 'u:p|ä b'],
  ['http://h.test/a#%zz', '/a', ''],
])('where this differs from Go: %s', (url, path, credentials) => {
  const target = targetOf(url);
  if ('problem' in target) expect.unreachable(target.problem);
  expect(target.path).toBe(path);
  const [, encoded = ''] = target.authorization?.split(' ') ?? [];
  expect(Buffer.from(encoded, 'base64').toString()).toBe(credentials);
});

test.each([
  ['http://h.test:99999/', 'has the port 99999, which is out of range: 1 to 65535'],
  ['http://h.test:0/', 'has the port 0, which is out of range: 1 to 65535'],
  ['http://::1/', 'write [address]:port'],
  ['http://[::1/', 'without its bracket'],
  ['http://u:pa#ss@h.test/', '%23'],
  ['http://a b/', 'host'],
  ['http://1.2.3.999/', 'no name and no address'],
  ['unix:///run/x', 'has the scheme unix:'],
])('%s: the fault says what is wrong', (url, words) => {
  const target = targetOf(url);
  expect(target).toHaveProperty('problem', expect.stringContaining(words));
  expect(JSON.stringify(target)).not.toContain('pa#ss');
});

test('the zone of an IPv6 address is for connecting, and is not sent', () => {
  for (const zone of ['%25eth0', '%eth0']) {
    expect(targetOf(`http://[fe80::1${zone}]:8080/a`)).toMatchObject({
      host: 'fe80::1%eth0',
      authority: '[fe80::1]:8080',
      place: '[fe80::1]:8080',
    });
  }
});

test('of a path for people the parts that look like tokens are masked', () => {
  expect(maskedPath('/services/T00000000/B00000000/XXXXXXXXXXXXXXXX1XXXXXXX')).toBe(
    '/services/T00000000/B00000000/***',
  );
  expect(maskedPath('/generic-webhook-trigger/invoke')).toBe('/generic-webhook-trigger/invoke');
});
