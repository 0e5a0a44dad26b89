import { expect, test } from 'vitest';
import { parseFullReference } from './full-reference.js';

const DIGEST = `sha256:${'0af1'.repeat(16)}`;

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
