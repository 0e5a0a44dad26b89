import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { AddressGuard } from './addresses.js';
import { RegistryError } from './error.js';
import { checkRealm } from './realm.js';
import { aClient, errorOf, kindOf, signal } from './testing/client.js';

const app = 'acme/app';
const image = oci.image();
const auth = { username: 'puller', password: 's3cret' };

function isTaken(realm: string, registry: string, trusted: string[] = [], credentials = true): boolean {
  try {
    checkRealm(realm, new URL(registry), trusted, credentials);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(RegistryError);
    return false;
  }
}

describe('a realm gets credentials', () => {
  test.each([
    ['https://registry.example.com/token', 'https://registry.example.com', 'the same host'],
    ['https://registry.example.com:8443/token', 'https://registry.example.com', 'at another port'],
    ['https://auth.docker.io/token', 'https://registry-1.docker.io', 'a sibling'],
    ['https://gitlab.com/jwt/auth', 'https://registry.gitlab.com', 'the parent'],
    ['https://token.ghcr.io/', 'https://ghcr.io', 'a sub domain'],
    ['https://oauth2.googleapis.com/token', 'https://europe-docker.pkg.dev', 'Google'],
    ['https://login.microsoftonline.com/x', 'https://acme.azurecr.io', 'Microsoft'],
    [
      'https://auth.registry.default.svc.cluster.local/',
      'https://registry.default.svc.cluster.local',
      'a sub domain in a cluster',
    ],
    ['http://registry:5001/token', 'http://registry:5000', 'without TLS when the registry has none'],
    ['https://127.0.0.1:5001/token', 'https://127.0.0.1:5000', 'the same address'],
  ])('%s of %s: %s', (realm, registry) => {
    expect(isTaken(realm, registry)).toBe(true);
  });
});

describe('a realm gets none', () => {
  test.each([
    ['https://evil.example.net/token', 'https://registry.example.com', 'another domain'],
    ['https://registry.example.com.evil.net/token', 'https://registry.example.com', 'a prefix of the name'],
    ['https://evilexample.com/token', 'https://example.com', 'a suffix of the name'],
    ['https://evil.azurecr.io/token', 'https://acme.azurecr.io', 'another customer of a shared domain'],
    ['https://evil.co.uk/token', 'https://acme.co.uk', 'the same public suffix'],
    ['https://login.microsoftonline.com/x', 'https://registry.example.com', 'a cloud that is not its own'],
    [
      'https://evil.default.svc.cluster.local/',
      'https://registry.default.svc.cluster.local',
      'another service of the cluster',
    ],
    ['https://local/token', 'https://registry.local', 'a name of one label'],
    ['https://10.0.0.2/token', 'https://10.0.0.1', 'another address'],
    ['http://registry.example.com/token', 'https://registry.example.com', 'no TLS where the registry has it'],
    [
      'https://user:pass@registry.example.com/token',
      'https://registry.example.com',
      'a name of its own in it',
    ],
    ['file:///etc/passwd', 'https://registry.example.com', 'no http'],
    ['nonsense', 'https://registry.example.com', 'no URL'],
  ])('%s of %s: %s', (realm, registry) => {
    expect(isTaken(realm, registry)).toBe(false);
  });
});

test('a realm that the operator names gets credentials', () => {
  const [realm, registry] = ['https://Auth.example.net:8443/token', 'https://registry.example.com'];
  expect(isTaken(realm, registry, ['auth.example.net'])).toBe(true);
  expect(isTaken(realm, registry, ['auth.example.net:8443'])).toBe(true);
  expect(isTaken(realm, registry, ['auth.example.net:443'])).toBe(false);
});

test('without credentials any realm may be asked, but not without TLS', () => {
  expect(isTaken('https://evil.example.net/token', 'https://registry.example.com', [], false)).toBe(true);
  expect(isTaken('http://evil.example.net/token', 'https://registry.example.com', [], false)).toBe(false);
});

describe('a hostile realm', () => {
  test('is not even connected to', async () => {
    const thief = await oci.serve();
    const realm = `http://localhost:${thief.port}/token`;
    const { url } = await oci.serve({ parts: [image], tokens: oci.tokens(), realm });
    const trusted = { addresses: ['127.0.0.0/8', '::1'] };
    const error = await errorOf(aClient({ url, auth, trusted }).manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'redirect', retryable: false });
    expect(error.message).toContain('add it to preheat.registry.realms');
    expect(thief.requests).toEqual([]);
  });

  test('on this machine is refused without credentials, too', async () => {
    const inside = await oci.serve();
    const realm = `http://127.0.0.1:${inside.port}/token`;
    const { url } = await oci.serve({ parts: [image], tokens: oci.tokens(), realm });
    expect(await kindOf(aClient({ url }).manifest(app, image.digest, signal))).toBe('redirect');
    expect(inside.requests).toEqual([]);
  });

  test('that redirects is not followed', async () => {
    const thief = await oci.serve();
    const script = ({ url }: { url: string }) =>
      url.startsWith('/token') ? { status: 307, headers: { location: `${thief.url}/token` } } : undefined;
    const { url } = await oci.serve({ parts: [image], tokens: oci.tokens(), script });
    expect(await kindOf(aClient({ url, auth }).manifest(app, image.digest, signal))).toBe('redirect');
    expect(thief.requests).toEqual([]);
  });
});

describe('a token server in a private network', () => {
  const lookups = (own: string, trusted = {}) => new AddressGuard(new URL(own), trusted);
  const asked = (guard: AddressGuard, realm: string) => () => guard.lookupFor(new URL(realm), 'token');

  test('is asked where it belongs to the registry that the operator named, and nowhere else', () => {
    const guard = lookups('http://10.0.0.1:5000');
    expect(asked(guard, 'http://10.0.0.1:5001/token')).not.toThrow();
    expect(asked(guard, 'http://10.0.0.2:5001/token')).toThrow('private address');
    expect(() => guard.lookupFor(new URL('http://10.0.0.1:5001/blob'))).toThrow('private address');
  });

  test('is not asked for a registry that an event named', () => {
    expect(asked(lookups('http://10.0.0.1:5000', { own: false }), 'http://10.0.0.1:5001/token')).toThrow(
      'private address',
    );
  });

  test('is never asked at a metadata service or on this machine', () => {
    for (const host of ['169.254.169.254', '127.0.0.1'])
      expect(asked(lookups(`http://${host}:5000`), `http://${host}:5001/token`)).toThrow(
        'address of this machine',
      );
  });
});

test('a token server that the operator names is asked, without the headers of the registry', async () => {
  const tokens = oci.tokens({ user: 'puller:s3cret' });
  const server = await oci.serve({ tokens });
  const realm = `http://localhost:${server.port}/token`;
  const registry = await oci.serve({ parts: [image], tokens, realm });
  const trusted = { realms: [`localhost:${server.port}`] };
  const client = aClient({ url: registry.url, auth, trusted, headers: { 'x-key': 'mine' } });
  expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
  expect(registry.requests[0]?.headers['x-key']).toBe('mine');
  expect(server.requests[0]?.headers['x-key']).toBeUndefined();
});
