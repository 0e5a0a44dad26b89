/** `package_url` names the tag and the digest when nothing else of the body does. */
import { expect, test } from 'vitest';
import { openWith } from '../../testing/contract.js';
import { github } from './index.js';

const DIGEST = `sha256:${'0af1'.repeat(16)}`;

function targetOf(version: object) {
  const pkg = { package_type: 'CONTAINER', namespace: 'acme', name: 'api', package_version: version };
  const body = Buffer.from(JSON.stringify({ action: 'published', package: pkg }));
  const headers = { 'x-github-event': 'package', 'x-github-delivery': 'd' };
  return openWith(github, { method: 'POST', path: '/', headers, body, receivedAt: 0 }).taken[0]?.event.target;
}

test.each([
  ['ghcr.io/acme/api:1.4.2', { tag: '1.4.2' }],
  ['https://ghcr.io/Acme/api:1.4.2', { tag: '1.4.2' }],
  [`ghcr.io/acme/api:1.4.2@${DIGEST}`, { tag: '1.4.2', digest: DIGEST }],
  [`ghcr.io/acme/api:${DIGEST}`, { digest: DIGEST }],
  ['ghcr.io/acme/api:', {}],
])('%s', (url, expected) => {
  expect(targetOf({ package_url: url })).toEqual({ repository: 'acme/api', ...expected });
});

test('the metadata of the version has precedence', () => {
  const container_metadata = { tag: { name: '2.0', digest: DIGEST } };
  expect(targetOf({ package_url: 'ghcr.io/acme/api:1.4.2', container_metadata })).toMatchObject({
    tag: '2.0',
    digest: DIGEST,
  });
});
