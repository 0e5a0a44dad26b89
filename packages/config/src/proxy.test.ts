import { expect, test } from 'vitest';
import { proxyFor } from './proxy.js';

const PROXY = 'http://proxy.example.com:3128';
const env = { HTTP_PROXY: PROXY, HTTPS_PROXY: 'http://secure.example.com:3128' };

test.each([
  ['http://receiver.example.com/', PROXY],
  ['https://receiver.example.com/', 'http://secure.example.com:3128'],
  ['http://localhost:8000/', undefined],
  ['http://127.0.0.2/', undefined],
  ['http://[::1]/', undefined],
  ['nonsense', undefined],
])('%s is asked through %s', (target, proxy) => {
  expect(proxyFor(target, env)).toBe(proxy);
});

test.each<[string, string | undefined]>([
  ['proxy.example.com:3128', PROXY],
  ['http://user:pass@proxy.example.com:3128', 'http://user:pass@proxy.example.com:3128'],
  ['https://proxy.example.com', 'https://proxy.example.com'],
  ['socks5://proxy.example.com:1080', undefined],
  ['', undefined],
])('a proxy written as %j is %s', (written, proxy) => {
  expect(proxyFor('http://receiver.example.com', { http_proxy: written })).toBe(proxy);
});

test.each([
  ['*', 'http://receiver.example.com', true],
  ['example.com', 'http://receiver.example.com', true],
  ['example.com', 'http://example.com', true],
  ['example.com', 'http://anexample.com', false],
  ['.example.com', 'http://receiver.example.com', true],
  ['.example.com', 'http://example.com', false],
  ['*.example.com', 'http://receiver.example.com', true],
  ['EXAMPLE.com', 'http://receiver.example.com', true],
  ['other.com, receiver.example.com', 'http://receiver.example.com', true],
  ['receiver.example.com:8080', 'http://receiver.example.com:8080', true],
  ['receiver.example.com:8080', 'http://receiver.example.com', false],
  ['receiver.example.com:443', 'https://receiver.example.com', true],
  ['10.0.0.0/8', 'http://10.1.2.3', true],
  ['10.0.0.0/8', 'http://11.1.2.3', false],
  ['10.0.0.0/99', 'http://10.1.2.3', false],
  ['10.1.2.3', 'http://10.1.2.3:9000', true],
  ['10.1.2.3:80', 'http://10.1.2.3:9000', false],
  ['fd00::/8', 'http://[fd00::1]', true],
  ['fd00::1', 'http://[fd00::1]', true],
  ['', 'http://receiver.example.com', false],
])('NO_PROXY=%s spares %s: %s', (rule, target, spared) => {
  const all = { HTTP_PROXY: PROXY, HTTPS_PROXY: PROXY, NO_PROXY: rule };
  expect(proxyFor(target, all)).toBe(spared ? undefined : PROXY);
});
