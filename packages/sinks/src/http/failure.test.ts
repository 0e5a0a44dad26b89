/** Attempts that get no answer, against real servers that misbehave. */
import { createSecureContext } from 'node:tls';
import type { Outcome } from '@longshore/event';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { selfSigned } from '../testing/certificate.js';
import { answering, deadPort, receiver, tcpReceiver } from '../testing/receiver.js';

const send = (url: string, more = {}) => aSink({ url, ...more }).send(aDelivery(), anAttempt());
const raw = async (text: string) => {
  const { port } = await tcpReceiver((socket) => socket.once('data', () => socket.end(text)));
  return send(`http://127.0.0.1:${port}/`);
};

test('nobody listens', async () => {
  const port = await deadPort();
  expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({
    kind: 'retry',
    reason: 'refused',
    detail: expect.stringMatching(
      new RegExp(`^127\\.0\\.0\\.1:${port}: .*ECONNREFUSED.*; start the receiver`),
    ),
  });
});

test('nobody listens on any address of the name', async () => {
  expect(await send(`http://localhost:${await deadPort()}/`)).toMatchObject({
    kind: 'retry',
    reason: 'refused',
  });
});

test('the host name does not exist', async () => {
  // a label of more than 63 characters is refused without asking any server
  const outcome = await send(`http://${'x'.repeat(64)}.invalid/`);
  expect(outcome).toMatchObject({
    kind: 'retry',
    reason: 'dns',
    detail: expect.stringContaining('host name'),
  });
});

test.each([
  ['no answer', '', 'reset'],
  ['half a head', 'HTTP/1.1 200 OK\r\nContent-Le', 'reset'],
  ['another protocol', '220 mail.example.com ESMTP\r\n', 'protocol'],
  ['an upgrade', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n', 'protocol'],
  [
    'more than 1 MiB of headers',
    `HTTP/1.1 200 OK\r\n${`X-A: ${'a'.repeat(1000)}\r\n`.repeat(1_100)}\r\n`,
    'protocol',
  ],
])('%s', async (_, text, reason) => {
  expect(await raw(text)).toMatchObject({ kind: 'retry', reason });
});

test('a body without length that ends with the connection is whole', async () => {
  expect(await raw('HTTP/1.1 200 OK\r\n\r\nabc')).toMatchObject({ kind: 'delivered', body: 'abc' });
});

test.each([
  ['self-signed', { names: ['127.0.0.1'] }, false, 'tls_untrusted', 'tls.ca'],
  ['expired', { names: ['127.0.0.1'], days: -1 }, true, 'tls_expired', 'renew'],
  ['made for another name', { names: ['other.example'] }, true, 'tls_hostname', 'use a host name'],
])('a certificate that is %s', async (_, certificate, trusted, reason, advice) => {
  const tls = selfSigned(certificate);
  const { url, requests } = await receiver(answering(200), tls);
  const outcome = await send(url, trusted ? { tls: { ca: tls.cert } } : {});
  expect(outcome).toMatchObject({ kind: 'retry', reason, detail: expect.stringContaining(advice) });
  expect(requests).toEqual([]);
});

test('https to a receiver that speaks plain http', async () => {
  const { url } = await receiver(answering(200));
  const outcome = (await send(url.replace('http:', 'https:'))) as Outcome;
  expect(outcome).toMatchObject({ kind: 'retry', reason: 'tls_protocol' });
  expect(outcome.detail).toMatch(/no TLS on this port of the receiver; try http:/);
  expect(outcome.detail).not.toMatch(/[0-9A-F]{8,}|SSL routines|\.c:/);
});

test('http to a receiver that speaks TLS', async () => {
  const { url } = await receiver(answering(200), selfSigned({ names: ['127.0.0.1'] }));
  const outcome = (await send(url.replace('https:', 'http:'))) as Outcome;
  expect(outcome).toMatchObject({ kind: 'retry', detail: expect.stringContaining('try https://') });
});

test('a receiver that wants a client certificate', async () => {
  const tls = selfSigned({ names: ['127.0.0.1'] });
  const { url } = await receiver(answering(200), { ...tls, ca: tls.cert, requestCert: true });
  expect(await send(url, { tls: { ca: tls.cert } })).toMatchObject({
    kind: 'retry',
    reason: 'reset',
    detail: expect.stringContaining('client certificate'),
  });
});

test('a url or a header that cannot be sent is what each attempt comes to', async () => {
  expect(await send('')).toMatchObject({ kind: 'retry', reason: 'url' });
  const { url, accepted } = await receiver(answering(200));
  const outcome = await send(url, { headers: { Authorization: ['Bearer s3cret\r\n'] } });
  expect(outcome).toMatchObject({
    kind: 'retry',
    reason: 'error',
    detail: expect.stringContaining('Authorization'),
  });
  expect(accepted()).toBe(0);
});

test('an endpoint that cannot be posted to can be closed all the same', async () => {
  const sink = aSink({ url: 'ftp://a.example/' });
  expect(await sink.send(aDelivery(), anAttempt({ signal: AbortSignal.abort() }))).toBe('aborted');
  await sink.close();
  expect(await sink.send(aDelivery(), anAttempt())).toBe('aborted');
});

test('no secret is in an outcome, whatever happens', async () => {
  const secrets = ['s3cret-password', 's3cret-query', 's3cret-header'];
  const at = (url: string) =>
    url.replace('//', '//user:s3cret-password@').replace(/\/?$/, '/?token=s3cret-query');
  const echo = await receiver((response, { rawHeaders, url }) =>
    response.writeHead(500).end(`${rawHeaders.join(' ')} ${url} ${atob('czNjcmV0LXBhc3N3b3Jk')}`),
  );
  const redirect = await receiver((response, { url }) => response.writeHead(302, { location: url }).end());
  const hangs = await receiver(() => {});
  const urls = [
    `http://127.0.0.1:${await deadPort()}`,
    echo.url,
    redirect.url,
    hangs.url,
    'ftp://a.example',
    'http://[',
  ];
  for (const url of urls) {
    const headers = { Authorization: ['Bearer s3cret-header'] };
    const timeout = url === hangs.url ? 100 : 10_000;
    const text = JSON.stringify(await send(at(url), { headers, timeout }));
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
  expect(echo.requests[0]?.headers.authorization).toBe('Bearer s3cret-header');
});

test('a certificate authority that is none is a failure of the attempt, not of the process', async () => {
  const { url } = await receiver(answering(200), selfSigned({ names: ['127.0.0.1'] }));
  for (const ca of ['nonsense', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n']) {
    expect(await send(url, { tls: { ca } })).toMatchObject({
      kind: 'retry',
      reason: expect.stringMatching(/^tls/),
    });
  }
});

test('what is trusted besides node’s list holds for the receiver, and is told when it does not help', async () => {
  const [known, other] = [selfSigned({ names: ['127.0.0.1'] }), selfSigned({ names: ['127.0.0.1'] })];
  const trust = {
    certificates: () => [known.cert],
    context: () => createSecureContext({ ca: known.cert }),
    places: () => 'Node.js’ own list, /etc/ca.pem',
  };
  const { url } = await receiver(answering(200), known);
  expect(await send(url, { trust })).toMatchObject({ kind: 'delivered' });
  const { url: untrusted } = await receiver(answering(200), other);
  const looked = /Searched: Node\.js’ own list, \/etc\/ca\.pem$/;
  expect(await send(untrusted, { trust })).toMatchObject({
    reason: 'tls_untrusted',
    detail: expect.stringMatching(looked),
  });
  // tls.ca is all that its endpoint trusts
  expect(await send(url, { trust, tls: { ca: other.cert } })).toMatchObject({
    reason: 'tls_untrusted',
    detail: expect.stringMatching(/Searched: the endpoint’s tls\.ca alone$/),
  });
});
