import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RawRequest } from '../../request.js';
import { createSources } from '../../sources.js';
import { openWith } from '../../testing/contract.js';
import { gar } from './index.js';

const AUDIENCE = 'https://longshore.example.com/sources/google';
const EMAIL = 'push@acme-prod.iam.gserviceaccount.com';

function post(body: object, headers: RawRequest['headers'] = {}, receivedAt = 0): RawRequest {
  const json = Buffer.from(JSON.stringify(body));
  return { method: 'POST', path: '/sources/google', headers, body: json, receivedAt };
}

const NOTIFICATION = { action: 'INSERT', tag: 'gcr.io/acme-prod/api:1' };

function wrapped(messageId: string, subscription: string, deliveryAttempt?: number): RawRequest {
  const data = Buffer.from(JSON.stringify(NOTIFICATION)).toString('base64');
  return post({ message: { data, messageId }, subscription, deliveryAttempt });
}

const idOf = (raw: RawRequest) => openWith(gar, raw).taken[0]?.event.id;

describe('the id of an event', () => {
  test('is that of the message in its subscription, in every attempt', () => {
    const id = idOf(wrapped('1', 's'));
    expect(idOf(wrapped('1', 's', 5))).toBe(id);
    expect(idOf(wrapped('2', 's'))).not.toBe(id);
    expect(idOf(wrapped('1', 't'))).not.toBe(id);
  });

  test('is the same for a message without its envelope', () => {
    const headers = { 'x-goog-pubsub-message-id': '1', 'x-goog-pubsub-subscription-name': 's' };
    expect(idOf(post(NOTIFICATION, headers))).toBe(idOf(wrapped('1', 's')));
  });

  test('without metadata stays within the minute, for an attempt that comes again at once', () => {
    expect(idOf(post(NOTIFICATION, {}, 59_999))).toBe(idOf(post(NOTIFICATION, {}, 1)));
    expect(idOf(post(NOTIFICATION, {}, 86_400_000))).not.toBe(idOf(post(NOTIFICATION)));
  });
});

test('a digest where the tag is expected is the digest', () => {
  const digest = `sha256:${'0af1'.repeat(16)}`;
  const { event } =
    openWith(gar, post({ action: 'DELETE', tag: `gcr.io/acme-prod/api:${digest}` })).taken[0] ?? {};
  expect(event?.target).toEqual({ repository: 'acme-prod/api', digest });
});

test('Google’s token for the subscription’s account lets a message in, another account’s does not', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] });
  const server = createServer((_, response) => response.end(keys));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`;
  const oidc = { issuer: 'https://accounts.google.com', audience: [AUDIENCE], email: [EMAIL], jwks };
  const sources = createSources({ sources: [{ name: 'google', kind: 'gar', auth: { oidc } }] }, [gar]);

  const open = async (email: string) => {
    const claims = { iss: 'https://accounts.google.com', aud: AUDIENCE, email, email_verified: true };
    const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k' }).setExpirationTime('5m');
    const authorization = `Bearer ${await jwt.sign(privateKey)}`;
    return await sources.open({ ...wrapped('1', 's'), headers: { authorization } });
  };
  await expect(open(EMAIL)).resolves.toMatchObject({ taken: [{ source: 'google' }] });
  await expect(open('other@acme-prod.iam.gserviceaccount.com')).rejects.toMatchObject({
    code: 'SOURCE_UNAUTHORIZED',
  });
});
