import { createSources, type RawRequest } from '@longshore/sources';
import { sourceKinds } from '@longshore/sources/settings';
import { expect, test } from 'vitest';
import { samplesOf } from './testing/samples.js';
import { withoutCredentials } from './without-credentials.js';

const KINDS = new URL('../../../packages/sources/src/kinds/', import.meta.url);
const kinds = sourceKinds;

test.each(kinds)('every sample of %s comes to the same events after a stay on the disk', async (kind) => {
  const sources = createSources({ sources: [{ name: 'one', kind }] });
  const samples = samplesOf(new URL(`${kind}/samples/`, KINDS));
  expect(samples.length).toBeGreaterThan(0);
  for (const { name, request } of samples) {
    const raw = { ...request, path: '/sources/one' };
    // Whether it held a secret is not kept, as the secret is not.
    const { isProved: _, ...opened } = await sources.open(raw);
    const kept = withoutCredentials({ source: 'one', kind }, raw);
    expect([kept.source, kept.kind, kept.receivedAt]).toEqual(['one', kind, raw.receivedAt]);
    expect(await sources.reopen(kept.source, kept), name).toEqual(opened);
  }
});

const secrets: [what: string, more: Partial<RawRequest>][] = [
  ['a token in the path', { path: '/sources/one/s3cret' }],
  ['a token in the query', { query: new URLSearchParams({ token: 's3cret', access_token: 's3cret' }) }],
  ...[
    'authorization',
    'cookie',
    'x-api-key',
    'x-hub-signature',
    'x-hub-signature-256',
    'x-gitea-signature',
    'x-forgejo-signature',
    'x-nexus-webhook-signature',
    'x-jfrog-event-auth',
    'aeg-sas-key',
    'aeg-sas-token',
    'proxy-authorization',
    'x-registry-key',
  ].map((name): [string, Partial<RawRequest>] => [`the header ${name}`, { headers: { [name]: 's3cret' } }]),
];

test.each(secrets)('%s is not on the disk', (_, more) => {
  const raw = { method: 'POST', path: '/', headers: {}, body: Buffer.from('{}'), receivedAt: 1, ...more };
  const kept = withoutCredentials({ source: 'one', kind: 'nexus' }, raw);
  expect(JSON.stringify(kept)).not.toContain('s3cret');
});

test.each(['gitlab', 'distribution', 'harbor', 'unknown'])(
  'the token of an actor is not on the disk: %s',
  (kind) => {
    const user = 'eyJhbGciOiJSUzI1NiJ9.eyJ1c2VyIjoiYWxpY2UifQ.c2ln';
    const event = { id: '1', action: 'push', target: { repository: 'a' }, actor: { name: 'alice', user } };
    const body = Buffer.from(JSON.stringify({ events: [event] }));
    const raw = { method: 'POST', path: '/', headers: {}, body, receivedAt: 1 };
    const kept = withoutCredentials({ source: 'one', kind }, raw);
    expect(kept.body.toString()).toContain('alice');
    expect(kept.body.toString()).not.toContain('eyJ');
  },
);
