import { hostOf } from '@longshore/event';
import { expect, test } from 'vitest';
import {
  isDigest,
  parseFullReference,
  parseReference,
  tagOfManifestUrl,
  withoutCredentials,
} from './reference.js';

const DIGEST = `sha256:${'0af1'.repeat(16)}`;

test('a digest is distinguished from a tag', () => {
  expect([DIGEST, `sha512:${'a'.repeat(128)}`].every(isDigest)).toBe(true);
  expect(
    ['latest', 'sha256', 'sha256-abc.sig', `sha256:${'a'.repeat(31)}`, `x${DIGEST}`].some(isDigest),
  ).toBe(false);
});

test.each([
  ['https://user:p%40ss@registry.example.com/v2/', 'https://registry.example.com/v2/'],
  ['https://user@registry.example.com', 'https://registry.example.com'],
  ['https://a@b@registry.example.com/', 'https://registry.example.com/'],
  ['//user:pass@registry.example.com/v2/', '//registry.example.com/v2/'],
  ['HTTPS://user:pass@registry.example.com/v2/', 'HTTPS://registry.example.com/v2/'],
  [`https://registry.example.com/v2/a@${DIGEST}`, `https://registry.example.com/v2/a@${DIGEST}`],
  ['/v2/team/api/manifests/a@b', '/v2/team/api/manifests/a@b'],
  ['https://registry.example.com?x=//a@b', 'https://registry.example.com?x=//a@b'],
])('%s without credentials is %s', (url, bare) => {
  expect(withoutCredentials(url)).toBe(bare);
});

test.each([
  ['https://harbor.example.com:8443/v2/', 'harbor.example.com:8443'],
  ['http://user:pass@[::1]:5000/v2/', '[::1]:5000'],
  ['https://registry.example.com', 'registry.example.com'],
  ['/v2/team/api', undefined],
  ['ftp://x/', undefined],
  ['https:///v2/', undefined],
])('the host of %s is %s', (url, host) => {
  expect(hostOf(url)).toBe(host);
});

test.each([
  ['http://registry.example.com/v2/team/api/manifests/latest', 'latest'],
  ['/v2/team/api/manifests/1.4.2-rc_1', '1.4.2-rc_1'],
  ['/v2/team/manifests/manifests/x', 'x'],
  [`/v2/team/api/manifests/${DIGEST}`, undefined],
  ['/v2/team/api/manifests/', undefined],
  ['/v2/team/manifests/blobs/sha256:0', undefined],
  ['/v2/team/api/manifests/-x', undefined],
  [`/v2/team/api/manifests/${'x'.repeat(129)}`, undefined],
])('the tag at the end of %s is %s', (url, tag) => {
  expect(tagOfManifestUrl(url)).toBe(tag);
});

test.each([
  ['team/api:1.4.2', { repository: 'team/api', tag: '1.4.2' }],
  [`team/api@${DIGEST}`, { repository: 'team/api', digest: DIGEST }],
  [`team/api:1@${DIGEST}`, { repository: 'team/api', tag: '1', digest: DIGEST }],
  ['api', { repository: 'api' }],
  ['team/api:1.4.2 €', undefined],
  ['team/api:', undefined],
  ['/team/api', undefined],
  ['an image was pushed', undefined],
  ['', undefined],
  [`${'a-'.repeat(50_000)}!`, undefined],
])('%.40s as a reference', (text, expected) => {
  expect(parseReference(text)).toEqual(expected);
});

test.each([
  ['ghcr.io/acme/api:1.4.2', { host: 'ghcr.io', repository: 'acme/api', tag: '1.4.2' }],
  ['ghcr.io/acme/api:', { host: 'ghcr.io', repository: 'acme/api' }],
  ['ghcr.io/acme/api', { host: 'ghcr.io', repository: 'acme/api' }],
  ['r.example.com:5000/api', { host: 'r.example.com:5000', repository: 'api' }],
  [`gcr.io/acme/api@${DIGEST}`, { host: 'gcr.io', repository: 'acme/api', digest: DIGEST }],
  [`gcr.io/acme/api:1@${DIGEST}`, { host: 'gcr.io', repository: 'acme/api', tag: '1', digest: DIGEST }],
  // A digest where a tag is expected.
  [`ghcr.io/acme/api:${DIGEST}`, { host: 'ghcr.io', repository: 'acme/api', digest: DIGEST }],
  ['1.4.2', undefined],
  [DIGEST, undefined],
  ['https://ghcr.io/acme/api:1.4.2', { host: 'ghcr.io', repository: 'acme/api', tag: '1.4.2' }],
  ['http://ci@r.example.com:5000/api', { host: 'r.example.com:5000', repository: 'api' }],
])('%s is taken apart', (reference, expected) => {
  expect(parseFullReference(reference)).toEqual(expected);
});
