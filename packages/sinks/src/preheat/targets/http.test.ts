import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../testing/certificate.js';
import { krakenOrigin } from '../../testing/kraken.js';
import { misbehaving } from '../../testing/misbehaving.js';
import { answering, receiver } from '../../testing/receiver.js';
import { aKraken } from '../../testing/targets.js';
import { aCall, anIndex, anItem } from '../../testing/warm.js';
import { type Answer, TargetHttp } from './http.js';
import type { CommonOptions } from './options.js';
import { baseOf } from './place.js';

const signal = new AbortController().signal;

/** Requests of a target whose own url this is. */
function httpOf(url: string, options: Partial<CommonOptions> = {}): TargetHttp {
  const base = baseOf(url, 'the url');
  if ('problem' in base) throw new Error(base.problem);
  const http = new TargetHttp({ name: 'here', timeout: 10_000, userAgent: 'longshore/0', ...options }, [
    base,
  ]);
  onTestFinished(() => http.close());
  return http;
}

async function get(http: TargetHttp, url: string, bodyLimit?: number): Promise<Answer> {
  const reply = await http.ask({ method: 'GET', url: new URL(url), bodyLimit }, signal);
  if (reply.kind !== 'answer') throw new Error(JSON.stringify(reply));
  return reply;
}

test('credentials and headers go to the target’s own host and to no other', async () => {
  const own = await receiver(answering(200));
  const other = await receiver(answering(200));
  const http = httpOf(own.url, { auth: { bearer: 'b' }, headers: { 'X-Key': ['k', 'l'] } });
  await get(http, own.url);
  await get(http, other.url);
  expect(own.requests[0]?.headers).toMatchObject({ authorization: 'Bearer b', 'x-key': 'k, l' });
  expect(other.requests[0]?.headers).toEqual({
    'user-agent': 'longshore/0',
    host: `127.0.0.1:${other.port}`,
    connection: 'close',
  });
});

test('an origin that another origin names gets no credentials', async () => {
  const keeper = await krakenOrigin();
  const any = await krakenOrigin({ locations: () => keeper.host });
  await aKraken({ origin: any.base, auth: { bearer: 'b' } }).warm(anIndex(), anItem(), aCall());
  expect(any.requests[0]?.headers.authorization).toBe('Bearer b');
  expect(keeper.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});

describe('a host that an answer names', () => {
  const own = 'http://192.0.2.1:80';
  const asked = (url: string, addresses: string[] = []) =>
    httpOf(own, { addresses }).ask({ method: 'GET', url: new URL(url) }, signal);

  test('is not asked on this machine by a target that is elsewhere, also by a name', async () => {
    const inside = await receiver(answering(200));
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]']) {
      expect(await asked(`http://${host}:${inside.port}/`)).toMatchObject({
        failed: { reason: 'egress', detail: expect.stringContaining('loopback address') },
      });
    }
    expect(inside.requests).toEqual([]);
  });

  test.each([['127.0.0.0/8'], ['127.0.0.1'], ['localhost', '127.0.0.1']])(
    'is asked where the operator has listed it: %s',
    async (...addresses) => {
      const inside = await receiver(answering(200));
      expect(await asked(`http://127.0.0.1:${inside.port}/`, addresses)).toMatchObject({ status: 200 });
    },
  );
});

test('a configured header wins over auth, and auth over the url’s user', async () => {
  const own = await receiver(answering(200));
  const withUser = own.url.replace('//', '//me:p%40ss@');
  const auth = { bearer: 'b' };
  await get(httpOf(withUser), own.url);
  await get(httpOf(withUser, { auth }), own.url);
  await get(httpOf(withUser, { auth, headers: { Authorization: ['Token t'], Host: ['evil'] } }), own.url);
  expect(own.requests.map(({ headers }) => [headers.authorization, headers.host])).toEqual([
    [`Basic ${Buffer.from('me:p@ss').toString('base64')}`, `127.0.0.1:${own.port}`],
    ['Bearer b', `127.0.0.1:${own.port}`],
    ['Token t', `127.0.0.1:${own.port}`],
  ]);
});

test('basic credentials are sent as such', async () => {
  const own = await receiver(answering(200));
  await get(httpOf(own.url, { auth: { basic: { u: () => 'p:q' } } }), own.url);
  expect(own.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p:q').toString('base64')}`);
});

test('of a body without end only the limit is read', async () => {
  const { url } = await misbehaving('endless');
  expect((await get(httpOf(url), url)).body).toHaveLength(64 * 1024);
  expect((await get(httpOf(url), url, 1_000)).body).toHaveLength(1_000);
});

test('a redirect is an answer', async () => {
  const there = await receiver(answering(200));
  const here = await receiver(answering(307, '', { location: there.url }));
  expect((await get(httpOf(here.url), here.url)).status).toBe(307);
  expect(there.requests).toEqual([]);
});

test('nothing is sent twice', async () => {
  const own = await receiver(answering(503, '', { 'retry-after': '0' }));
  expect((await get(httpOf(own.url), own.url)).status).toBe(503);
  expect(own.requests).toHaveLength(1);
});

test('a client certificate is shown', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const client = selfSigned({ names: ['client'] });
  const options = { ...certificate, ca: client.cert, requestCert: true, rejectUnauthorized: true };
  const server = createServer(options, ({ socket }, response) => {
    response.end((socket as TLSSocket).getPeerCertificate().subject.CN);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const tls = { ca: certificate.cert, ...client };
  expect((await get(httpOf(url, { tls }), url)).body).toBe('client');
  const without = httpOf(url, { tls: { ca: certificate.cert } });
  expect(await without.ask({ method: 'GET', url: new URL(url) }, signal)).toMatchObject({ kind: 'failed' });
});

test('a request that takes too long says how long it had', async () => {
  const { url } = await misbehaving('hangs');
  expect(await httpOf(url, { timeout: 100 }).ask({ method: 'GET', url: new URL(url) }, signal)).toMatchObject(
    {
      failed: { reason: 'timeout', detail: expect.stringContaining('within 100 ms') },
    },
  );
});

test('an authority of the machine’s store is trusted, also with a client certificate; tls.ca replaces it', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const [client, other] = [selfSigned({ names: ['us'] }), selfSigned({ names: ['other'] })];
  const trust = {
    certificates: () => [certificate.cert],
    context: () => createSecureContext({ ca: certificate.cert }),
    places: () => 'the store',
  };
  const { url } = await receiver(answering(204), certificate);
  expect(await get(httpOf(url, { trust }), url)).toMatchObject({ status: 204 });
  expect(await get(httpOf(url, { trust, tls: client }), url)).toMatchObject({ status: 204 });
  const replaced = httpOf(url, { trust, tls: { ca: other.cert } });
  expect(await replaced.ask({ method: 'GET', url: new URL(url) }, signal)).toMatchObject({
    failed: { reason: 'tls_untrusted' },
  });
});
