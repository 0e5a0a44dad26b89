/** Registries that hide what a bare request may not read, instead of asking for credentials. */
import { oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, signal, temporaryFile, walkOver } from './testing/client.js';

const app = 'acme/app';
const user = 'puller:s3cret';
const auth = { username: 'puller', password: 's3cret' };
const basic = `Basic ${Buffer.from(user).toString('base64')}`;
const image = oci.image();

/** What `/v2/` answers. */
type Welcome = 'bearer' | 'example scope' | 'basic' | 'open' | 'absent' | 'broken';

/** Answers 401 at `/v2/` only; with credentials it serves the image. */
async function hiding({ status = 404, welcome = 'bearer' as Welcome, tokens = oci.tokens({ user }) } = {}) {
  const needsToken = welcome === 'bearer' || welcome === 'example scope';
  const server = await oci.serve({
    tags: { '1.0': image },
    script: ({ url, headers: { authorization } }, n) => {
      const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs|referrers)\//.exec(url) ?? [];
      if (url.startsWith('/token')) return tokens.answer(server.requests[n - 1] ?? never());
      if (repository === undefined) return welcomed(welcome, `${server.url}/token`);
      const allowed = needsToken ? tokens.accepts(authorization, repository) : authorization === basic;
      return allowed ? undefined : oci.refused(status, 'DENIED');
    },
  });
  return { server, tokens };
}

function welcomed(welcome: Welcome, realm: string) {
  if (welcome === 'open') return {};
  if (welcome === 'absent') return { status: 404 };
  if (welcome === 'broken') return { status: 500 };
  const scope = welcome === 'example scope' ? ',scope="repository:user/image:pull"' : '';
  const challenge = welcome === 'basic' ? 'Basic realm="x"' : `Bearer realm="${realm}",service="s"${scope}`;
  return oci.refused(401, 'UNAUTHORIZED', { 'www-authenticate': challenge });
}

function never(): never {
  throw new Error('a request that was not received');
}

describe('a bare request that is refused without a challenge', () => {
  test.each([
    [403, 'bearer'],
    [404, 'bearer'],
    [401, 'bearer'],
    [400, 'bearer'],
    [404, 'example scope'],
    [403, 'basic'],
    [404, 'basic'],
    [404, 'open'],
    [403, 'absent'],
    [404, 'broken'],
  ] as const)('with %d is made again with what /v2/ wants to see (%s)', async (status, welcome) => {
    const { server } = await hiding({ status, welcome });
    const client = aClient({ url: server.url, auth });
    expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
    expect((await walkOver(client, '1.0')).items).toHaveLength(3);
  });

  test('is remembered for the registry: the next repository is asked with credentials at once', async () => {
    const { server, tokens } = await hiding();
    const client = aClient({ url: server.url, auth });
    await client.manifest(app, image.digest, signal);
    await client.manifest(app, image.digest, signal);
    await client.manifest('acme/other', image.digest, signal);
    expect(server.asked().map((line) => line.replace(/\?.*|sha256:.*/, ''))).toEqual([
      'GET /v2/acme/app/manifests/',
      'GET /v2/',
      'GET /token',
      'GET /v2/acme/app/manifests/',
      'GET /v2/acme/app/manifests/',
      'GET /token',
      'GET /v2/acme/other/manifests/',
    ]);
    expect(tokens.asked.map(({ scope }) => scope)).toEqual([
      'repository:acme/app:pull',
      'repository:acme/other:pull',
    ]);
  });

  test('of what is not there is asked with credentials from then on, and /v2/ once', async () => {
    const { server } = await hiding({ welcome: 'basic' });
    const client = aClient({ url: server.url, auth });
    for (const tag of ['2.0', '2.0', '3.0']) {
      const error = await errorOf(client.manifest(app, tag, signal));
      expect(error).toMatchObject({ kind: 'not_found', status: 404 });
      expect(error.message).not.toContain('without credentials');
    }
    expect(server.asked().filter((line) => line === 'GET /v2/')).toHaveLength(1);
    expect(server.requests).toHaveLength(5);
  });

  test('of many at once asks /v2/ once', async () => {
    const { server } = await hiding();
    const client = aClient({ url: server.url, auth });
    await Promise.all(Array.from({ length: 10 }, () => client.manifest(app, image.digest, signal)));
    expect(server.asked().filter((line) => line === 'GET /v2/')).toHaveLength(1);
  });

  test('works with the credentials of a docker config', async () => {
    const { server } = await hiding({ status: 403 });
    const entry = { auth: Buffer.from(user).toString('base64') };
    const file = await temporaryFile('config.json', JSON.stringify({ auths: { [server.host]: entry } }));
    const client = aClient({ url: server.url, auth: { dockerConfig: file } });
    expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
  });
});

describe('credentials that are refused', () => {
  const wrong = { username: 'puller', password: 'wrong' };

  test.each(['bearer', 'basic'] as const)('leave the first refusal, with a note (%s)', async (welcome) => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({
      script: ({ url, headers: { authorization } }, n) => {
        if (url.startsWith('/token')) return tokens.answer(server.requests[n - 1] ?? never());
        if (url === '/v2/') return welcomed(welcome, `${server.url}/token`);
        return oci.refused(authorization === undefined ? 404 : 401, 'NO');
      },
    });
    const client = aClient({ url: server.url, auth: wrong, now: () => 0 });
    const error = await errorOf(client.manifest(app, '1.0', signal));
    expect(error).toMatchObject({ kind: 'not_found', status: 404 });
    expect(error.message).toMatch(/answered 404 NO: .*; with credentials: .*answered 401/);
    expect(error.message).not.toContain('wrong');
    const before = server.requests.length;
    expect((await errorOf(client.manifest(app, '1.0', signal))).message).toMatch(/; with credentials: /);
    expect(server.requests).toHaveLength(before + 1);
  });
});

describe('without credentials', () => {
  test.each([
    [
      403,
      'unauthorized',
      /answered 403 .*; asked without credentials, because none are configured: check the credentials$/,
    ],
    [404, 'not_found', /answered 404 .*; asked without credentials, because none are configured$/],
  ])('%d says that none were sent', async (status, kind, message) => {
    const { server } = await hiding({ status, welcome: 'open' });
    const error = await errorOf(aClient({ url: server.url }).manifest(app, '1.0', signal));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
  });

  test.each([403, 404])('%d is asked once', async (status) => {
    const { server } = await hiding({ status });
    await errorOf(aClient({ url: server.url }).manifest(app, '1.0', signal));
    expect(server.requests).toHaveLength(1);
  });
});

test('an authorization for another client is for the repository, not for the example that /v2/ names', async () => {
  const { server, tokens } = await hiding({ welcome: 'example scope' });
  await aClient({ url: server.url, auth }).authorization(app, signal);
  expect(tokens.asked.map(({ scope }) => scope)).toEqual(['repository:acme/app:pull']);
});

test('the error of a registry that moved names its new address', async () => {
  const tokens = oci.tokens({ user });
  const there = await oci.serve({ parts: [image], tokens });
  const here = await oci.serve({
    script: ({ url }) => ({ status: 301, headers: { location: `${there.url}${url}` } }),
  });
  const client = aClient({ url: here.url, auth, trusted: { addresses: ['127.0.0.1'] } });
  const error = await errorOf(client.manifest(app, image.digest, signal));
  expect(error).toMatchObject({ kind: 'server', status: 401 });
  expect(error.message).toContain(`if ${there.url} is the registry, set its url to that`);
  expect(there.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});
