/** Token servers that redirect. */
import { type OciServer, oci } from '@longshore/testkit';
import { describe, expect, test } from 'vitest';
import { RegistryError } from './error.js';
import { aClient, errorOf, signal } from './testing/client.js';
import { afterRedirect } from './token-redirect.js';

const app = 'acme/app';
const user = 'puller:s3cret';
const auth = { username: 'puller', password: 's3cret' };
const image = oci.image();
const trusted = { addresses: ['127.0.0.0/8'] };

type Options = NonNullable<Parameters<typeof oci.serve>[0]>;

/** A registry whose `/token` redirects to this. */
function redirecting(tokens: Options['tokens'], status: number, location: string): Promise<OciServer> {
  const script: Options['script'] = ({ url }) =>
    /^\/token(\?|$)/.test(url)
      ? { status, headers: { location: `${location}${/\?.*/.exec(url)?.[0] ?? ''}` } }
      : undefined;
  return oci.serve({ parts: [image], tokens, script });
}

/** A registry whose `/token` is at `/token/`, and every step between. */
async function within(statuses: number[], tokens = oci.tokens({ user })) {
  const server = await oci.serve({
    parts: [image],
    tokens,
    script: (request) => {
      const [path = '', search = ''] = request.url.split('?');
      const [, hop = '0'] = /^\/token(?:\/(\d+))?$/.exec(path) ?? [];
      if (!path.startsWith('/token')) return undefined;
      const status = statuses[Number(hop)];
      if (status === undefined || path.endsWith('/')) return tokens.answer(request);
      const more = search === '' ? '' : `?${search}`;
      const location = Number(hop) + 1 < statuses.length ? `/token/${Number(hop) + 1}` : '/token/';
      return { status, headers: { location: `${location}${more}` } };
    },
  });
  return { server, tokens };
}

describe('within its origin', () => {
  test.each([301, 302, 303, 307, 308])('%d is followed, with credentials and without', async (status) => {
    const { server, tokens } = await within([status]);
    const client = aClient({ url: server.url, auth });
    expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
    expect(tokens.asked).toEqual([expect.objectContaining({ account: 'puller', service: 'scripted' })]);
    const open = await within([status], oci.tokens());
    const anonymous = aClient({ url: open.server.url });
    expect((await anonymous.manifest(app, image.digest, signal)).digest).toBe(image.digest);
  });

  test.each([301, 302, 307, 308])('%d of a POST stays a POST', async (status) => {
    const { server, tokens } = await within([status], oci.tokens({ refreshToken: 'refresh-me' }));
    const client = aClient({ url: server.url, auth: { identityToken: 'refresh-me' } });
    expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
    expect(tokens.asked).toEqual([expect.objectContaining({ method: 'POST', grant_type: 'refresh_token' })]);
  });

  test('five are followed, six are not', async () => {
    const five = await within([301, 301, 301, 301, 301]);
    expect(await aClient({ url: five.server.url, auth }).manifest(app, image.digest, signal)).toBeDefined();
    const six = await within([301, 301, 301, 301, 301, 301]);
    const error = await errorOf(aClient({ url: six.server.url, auth }).manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'redirect', retryable: false });
    expect(error.message).toContain('more than 5 redirects');
  });
});

describe('elsewhere', () => {
  test('is asked without credentials', async () => {
    const tokens = oci.tokens();
    const there = await oci.serve({ tokens });
    for (const given of [auth, undefined]) {
      const { url } = await redirecting(tokens, 307, `${there.url}/token`);
      const client = aClient({ url, auth: given, trusted, headers: { 'x-key': 'mine' } });
      expect((await client.manifest(app, image.digest, signal)).digest).toBe(image.digest);
    }
    expect(there.requests.map(({ headers }) => [headers.authorization, headers['x-key']])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  test('gets no refresh token', async () => {
    const there = await oci.serve({ tokens: oci.tokens() });
    const { url } = await redirecting(oci.tokens(), 307, `${there.url}/token`);
    const client = aClient({ url, auth: { identityToken: 'refresh-me' }, trusted });
    const error = await errorOf(client.manifest(app, image.digest, signal));
    expect(error).toMatchObject({ kind: 'redirect', retryable: false });
    expect(error.message).toContain(`credentials are not sent on to ${there.host}`);
    expect(there.requests).toEqual([]);
  });

  test('is not asked inside of this machine', async () => {
    const there = await oci.serve({ tokens: oci.tokens() });
    const { url } = await redirecting(oci.tokens(), 302, `${there.url}/token`);
    const error = await errorOf(aClient({ url, auth }).manifest(app, image.digest, signal));
    expect(error.kind).toBe('redirect');
    expect(there.requests).toEqual([]);
  });

  const from = (url: string) => ({
    url: new URL(url),
    method: 'GET' as const,
    headers: { authorization: 'x' },
  });
  const trust = (registry: string) => ({ registry: new URL(registry), realms: [] });

  test.each([
    ['https://auth.example.com/token', 'http://auth.example.com/token', 'http after https'],
    ['https://auth.example.com/token', 'https://a:b@auth.example.com/token', 'with a user name'],
    ['https://auth.example.com/token', 'file:///etc/passwd', 'no http'],
    ['https://auth.example.com/token', 'http://', 'no URL'],
  ])('from %s to %s is refused: %s', (url, location) => {
    for (const registry of ['https://registry.example.com', 'http://registry.example.com']) {
      const next = () => afterRedirect(from(url), { status: 301, location }, trust(registry));
      expect(next).toThrow(RegistryError);
    }
  });

  test('is asked over https after http', () => {
    const location = 'https://auth.example.com/token';
    const next = afterRedirect(
      from('http://auth.example.com/token'),
      { status: 301, location },
      trust('http://registry.example.com'),
    );
    expect(next).toMatchObject({ url: new URL(location), headers: {} });
  });
});

test('a redirect that leads nowhere is an error', async () => {
  const tokens = { ...oci.tokens(), answer: () => ({ status: 301 }) };
  const { url } = await oci.serve({ parts: [image], tokens });
  const error = await errorOf(aClient({ url }).manifest(app, image.digest, signal));
  expect(error.kind).toBe('redirect');
});
