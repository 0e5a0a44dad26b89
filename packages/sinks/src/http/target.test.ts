import { expect, test } from 'vitest';
import { targetOf } from './target.js';

test.each([
  ['http://a.example/event', 'http://a.example:80', '/event', 'a.example:80'],
  ['https://a.example', 'https://a.example:443', '/', 'a.example:443'],
  [
    'https://a.example:8443/x/y?token=t0ken#part',
    'https://a.example:8443',
    '/x/y?token=t0ken',
    'a.example:8443',
  ],
  ['http://[::1]:5000/e', 'http://[::1]:5000', '/e', '[::1]:5000'],
  ['HTTP://A.Example:80/ä b', 'http://a.example:80', '/%C3%A4%20b', 'a.example:80'],
  ['http://user:secret@a.example/e', 'http://a.example:80', '/e', 'a.example:80'],
])('%s', (url, origin, path, place) => {
  expect(targetOf(url)).toMatchObject({ origin, path, place, secure: url.startsWith('https') });
});

test.each([
  ['http://alice:s3cret@a.example/', 'alice:s3cret'],
  ['http://alice@a.example/', 'alice:'],
  ['http://:s3cret@a.example/', ':s3cret'],
  ['http://al%40ice:p%3Aa%2Fs%20%C3%A9@a.example/', 'al@ice:p:a/s é'],
  ['http://alice:100%25%zz@a.example/', 'alice:100%25%zz'],
])('the userinfo of %s is the credentials %s', (url, credentials) => {
  expect(targetOf(url)).toMatchObject({
    authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  });
});

test('a url without userinfo authorizes nobody', () => {
  expect(targetOf('http://a.example/')).toHaveProperty('authorization', undefined);
});

test.each([
  ['', 'is missing or empty'],
  ['   ', 'does not start with http'],
  ['a.example/event', 'does not start with http'],
  ['http://', 'names no host'],
  ['http://a.example:99999/', 'port 99999'],
  ['ftp://user:s3cret@a.example/', 'scheme ftp:'],
  ['unix:///run/x.sock', 'scheme unix:'],
])('%j cannot be posted to', (url, words) => {
  const target = targetOf(url);
  expect(target).toHaveProperty('problem', expect.stringContaining(words));
  expect(JSON.stringify(target)).not.toContain('s3cret');
});
