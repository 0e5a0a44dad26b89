import { writeFile } from 'node:fs/promises';
import { eventually, oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { aClient, errorOf, kindOf, signal, temporaryFile } from './testing/client.js';

const app = 'acme/app';
const user = 'puller:s3cret';
const auth = { username: 'puller', password: 's3cret' };
const image = oci.image({ layers: ['one', 'two'] });
const basic = `Basic ${Buffer.from(user).toString('base64')}`;

describe('Bearer', () => {
  test('the first request is bare, the second has a token for this repository', async () => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({ parts: [image], tokens });
    await aClient({ url: server.url, auth }).manifest(app, image.digest, signal);
    const [bare, token, second] = server.requests;
    expect(bare?.headers.authorization).toBeUndefined();
    expect(token?.headers.authorization).toBe(basic);
    expect(tokens.asked).toEqual([
      { method: 'GET', service: 'scripted', scope: 'repository:acme/app:pull', account: 'puller' },
    ]);
    expect(second?.headers.authorization).toBe('Bearer token-1');
  });

  test('the token serves the next requests, and another repository gets its own', async () => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url: server.url, auth });
    await client.manifest(app, image.digest, signal);
    await client.manifest(app, image.digest, signal);
    expect([tokens.asked.length, server.requests.length]).toEqual([1, 4]);
    await client.manifest('acme/other', image.digest, signal);
    expect(tokens.asked.map(({ scope }) => scope)).toEqual([
      'repository:acme/app:pull',
      'repository:acme/other:pull',
    ]);
  });

  test('many requests at once ask for one token', async () => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url: server.url, auth });
    await Promise.all(Array.from({ length: 20 }, () => client.manifest(app, image.digest, signal)));
    expect(tokens.asked).toHaveLength(1);
    tokens.revoke();
    await Promise.all(Array.from({ length: 20 }, () => client.manifest(app, image.digest, signal)));
    expect(tokens.asked).toHaveLength(2);
  });

  test('one who gives up while a token is fetched takes it from nobody', async () => {
    const tokens = oci.tokens({ user });
    // answers late, so that both wait for it
    const answer = (request: Parameters<typeof tokens.answer>[0]) => ({
      ...Object(tokens.answer(request)),
      delay: 300,
    });
    const server = await oci.serve({ parts: [image], tokens: { ...tokens, answer } });
    const client = aClient({ url: server.url, auth });
    const impatient = new AbortController();
    const given = kindOf(client.manifest(app, image.digest, impatient.signal));
    const patient = client.manifest(app, image.digest, signal);
    await eventually(() => tokens.asked.length === 1);
    impatient.abort();
    expect(await given).toBe('aborted');
    expect((await patient).digest).toBe(image.digest);
  });

  test('without credentials a token is asked for as well', async () => {
    const tokens = oci.tokens();
    const server = await oci.serve({ parts: [image], tokens });
    await aClient({ url: server.url }).manifest(app, image.digest, signal);
    expect(tokens.asked).toEqual([{ method: 'GET', service: 'scripted', scope: 'repository:acme/app:pull' }]);
  });

  test('a token that is revoked between two requests is replaced once', async () => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url: server.url, auth });
    await client.manifest(app, image.digest, signal);
    tokens.revoke();
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(2);
  });

  test('a second 401 is final', async () => {
    const tokens = { ...oci.tokens({ user }), accepts: () => false };
    const server = await oci.serve({ parts: [image], tokens });
    const error = await errorOf(aClient({ url: server.url, auth }).manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'unauthorized', status: 401, retryable: false });
    expect(server.requests).toHaveLength(3);
  });

  test('403 is final: a token with fewer rights is given without a word', async () => {
    const script = ({ url, headers }: { url: string; headers: { authorization?: string } }) =>
      url.startsWith('/v2') && headers.authorization ? oci.refused(403, 'DENIED') : undefined;
    const server = await oci.serve({ tokens: oci.tokens({ user }), script });
    const error = await errorOf(aClient({ url: server.url, auth }).manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'unauthorized', status: 403, retryable: false });
    expect(error.message).toMatch(/DENIED in words; check the credentials and what they may read$/);
    expect(server.requests).toHaveLength(3);
  });

  test('a token is used until shortly before its end, and lives 60 s when nothing is said', async () => {
    let now = Date.UTC(2026, 0, 1);
    const tokens = oci.tokens({ answer: (token) => ({ access_token: token }) });
    const server = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url: server.url, now: () => now });
    await client.manifest(app, image.digest, signal);
    now += 49_000;
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(1);
    now += 2_000;
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(2);
    // asked for by itself, not after a 401
    expect(server.requests.filter(({ url }) => url.startsWith('/v2'))).toHaveLength(4);
  });

  test('its end counts from when it was issued', async () => {
    let now = Date.UTC(2026, 0, 1);
    const answer = (token: string) => ({
      token,
      expires_in: 300,
      issued_at: new Date(now - 100_000).toISOString(),
    });
    const tokens = oci.tokens({ answer });
    const { url } = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url, now: () => now });
    await client.manifest(app, image.digest, signal);
    now += 189_000;
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(1);
    now += 2_000;
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(2);
  });

  test('wrong credentials are unauthorized, and are in no message', async () => {
    const tokens = oci.tokens({ user: 'other:one' });
    const { url } = await oci.serve({ parts: [image], tokens });
    const error = await errorOf(aClient({ url, auth }).manifest(app, image.digest, signal));
    expect(error.kind).toBe('unauthorized');
    expect(error.message).toMatch(/token server .* answered 401; check the credentials/);
    expect(error.message).not.toContain('s3cret');
  });

  test('a refresh token is exchanged by POST', async () => {
    const tokens = oci.tokens({ refreshToken: 'refresh-me' });
    const server = await oci.serve({ parts: [image], tokens });
    await aClient({ url: server.url, auth: { identityToken: 'refresh-me' } }).manifest(
      app,
      image.digest,
      signal,
    );
    expect(tokens.asked).toEqual([
      {
        method: 'POST',
        grant_type: 'refresh_token',
        refresh_token: 'refresh-me',
        service: 'scripted',
        scope: 'repository:acme/app:pull',
        client_id: 'longshore',
      },
    ]);
  });

  test('where the token server serves no GET, a password goes by POST', async () => {
    const tokens = oci.tokens({ user, onlyPost: true });
    const server = await oci.serve({ parts: [image], tokens });
    await aClient({ url: server.url, auth }).manifest(app, image.digest, signal);
    expect(tokens.asked.map(({ method, grant_type }) => [method, grant_type])).toEqual([
      ['GET', undefined],
      ['POST', 'password'],
    ]);
  });

  test('a token server that answers nonsense is a fault of the server', async () => {
    for (const answer of [() => ({}), () => ({ token: 'two\r\nlines' }), () => ({ token: 5 })]) {
      const { url } = await oci.serve({ parts: [image], tokens: oci.tokens({ answer }) });
      expect(await kindOf(aClient({ url }).manifest(app, image.digest, signal))).toBe('server');
    }
  });

  test('a bearer is sent as it is, and a 401 is final', async () => {
    const server = await oci.serve({ script: () => undefined, parts: [image], tokens: oci.tokens() });
    const client = aClient({ url: server.url, auth: { bearer: 'mine' } });
    expect(await kindOf(client.manifest(app, image.digest, signal))).toBe('unauthorized');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer mine']);
  });
});

describe('Basic', () => {
  test('is sent after a challenge, and from then on at once', async () => {
    const server = await oci.serve({ parts: [image], basic });
    const client = aClient({ url: server.url, auth });
    await client.manifest(app, image.digest, signal);
    await client.manifest(app, image.digest, signal);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, basic]);
  });

  test('without or with wrong credentials is unauthorized', async () => {
    const { url } = await oci.serve({ parts: [image], basic });
    expect(await kindOf(aClient({ url }).manifest(app, image.digest, signal))).toBe('unauthorized');
    const wrong = { username: 'puller', password: 'wrong' };
    expect(await kindOf(aClient({ url, auth: wrong }).manifest(app, image.digest, signal))).toBe(
      'unauthorized',
    );
  });
});

describe('a docker config', () => {
  test('that is replaced is read again after a 401', async () => {
    const path = await temporaryFile('config.json', '{}');
    const write = (text: string, host: string) =>
      writeFile(path, JSON.stringify({ auths: { [host]: { auth: Buffer.from(text).toString('base64') } } }));
    for (const options of [{ basic }, { tokens: oci.tokens({ user }) }]) {
      const server = await oci.serve({ parts: [image], ...options });
      await write('puller:old', server.host);
      const client = aClient({ url: server.url, auth: { dockerConfig: path }, now: () => 0 });
      expect(await kindOf(client.manifest(app, image.digest, signal))).toBe('unauthorized');
      await write(user, server.host);
      expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
    }
  });
});

describe('an authorization for somebody else', () => {
  test('is a token for the repository, fresh each time', async () => {
    const tokens = oci.tokens({ user });
    const server = await oci.serve({ parts: [image], tokens });
    const client = aClient({ url: server.url, auth });
    expect(await client.authorization(app, signal)).toBe('Bearer token-1');
    expect(await client.authorization(app, signal)).toBe('Bearer token-2');
    await client.manifest(app, image.digest, signal);
    expect(tokens.asked).toHaveLength(2);
    expect(tokens.asked[0]?.scope).toBe('repository:acme/app:pull');
  });

  test('is nothing where the registry needs none', async () => {
    const open = await oci.serve();
    expect(await aClient({ url: open.url, auth }).authorization(app, signal)).toBeUndefined();
  });

  describe('is never a lasting credential, unless that is asked for', () => {
    const refused = (asked: Promise<unknown>) =>
      expect(errorOf(asked)).resolves.toMatchObject({
        kind: 'credentials',
        message: expect.stringContaining('set credentials: true in the target'),
      });

    test('of a registry that wants the password', async () => {
      const { url } = await oci.serve({ basic });
      await refused(aClient({ url, auth }).authorization(app, signal));
      expect(await aClient({ url, auth }).authorization(app, signal, { lasting: true })).toBe(basic);
    });

    test('of a configured token', async () => {
      const { url } = await oci.serve();
      const client = aClient({ url, auth: { bearer: 'configured' } });
      await refused(client.authorization(app, signal));
      expect(await client.authorization(app, signal, { lasting: true })).toBe('Bearer configured');
    });

    test('of a docker config', async () => {
      const { url } = await oci.serve({ basic });
      const host = new URL(url).host;
      const login = { auths: { [host]: { username: 'puller', password: 's3cret' } } };
      const dockerConfig = await temporaryFile('config.json', JSON.stringify(login));
      await refused(aClient({ url, auth: { dockerConfig } }).authorization(app, signal));
    });

    test.each([
      ['s3cret', 'itself'],
      [Buffer.from('puller:s3cret').toString('base64'), 'encoded'],
    ])('that a token server gives back (%s, %s)', async (token) => {
      const script = ({ url: path }: { url: string }) =>
        path.startsWith('/token') ? { body: JSON.stringify({ token }) } : undefined;
      const { url } = await oci.serve({ tokens: oci.tokens({ user }), script });
      await refused(aClient({ url, auth }).authorization(app, signal));
    });
  });
});
