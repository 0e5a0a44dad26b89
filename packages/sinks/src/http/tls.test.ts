/** Certificates on both sides: which of the receiver are taken, and which one is shown to it. */
import { selfSigned } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { answering, receiver } from '../testing/receiver.js';
import type { HttpSinkOptions } from './options.js';

const server = selfSigned({ names: ['inner.test', '127.0.0.1'] });
const client = selfSigned({ names: ['client'] });
const ca = server.cert;

const sent = (url: string, tls: HttpSinkOptions['tls']) => aSink({ url, tls }).send(aDelivery(), anAttempt());
const delivered = { kind: 'delivered', status: 200 };

test('a receiver that asks for a client certificate gets the configured one', async () => {
  const asking = { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true };
  const { url, requests } = await receiver(answering(200), asking);
  expect(await sent(url, { ca, ...client })).toMatchObject(delivered);
  expect(await sent(url, { ca })).toMatchObject({
    kind: 'retry',
    reason: expect.stringMatching(/^(tls|reset)/),
  });
  expect(await sent(url, { ca, ...selfSigned({ names: ['client'] }) })).toMatchObject({ kind: 'retry' });
  expect(requests).toHaveLength(1);
});

test('the server name is asked for, and checked in place of the host', async () => {
  let asked: string | false | undefined;
  const named = selfSigned({ names: ['inner.test'] });
  const { url } = await receiver(answering(200), {
    ...named,
    SNICallback: (name, done) => {
      asked = name;
      done(null);
    },
  });
  expect(await sent(url, { ca: named.cert, servername: 'inner.test' })).toMatchObject(delivered);
  expect(asked).toBe('inner.test');
  expect(await sent(url, { ca: named.cert })).toMatchObject({ reason: 'tls_hostname' });
  expect(await sent(url, { ca: named.cert, servername: 'other.test' })).toMatchObject({
    reason: 'tls_hostname',
  });
});

test('an older version of TLS than the configured one is refused', async () => {
  const { url } = await receiver(answering(200), { ...server, maxVersion: 'TLSv1.2' });
  expect(await sent(url, { ca, minversion: '1.2' })).toMatchObject(delivered);
  expect(await sent(url, { ca, minversion: '1.3' })).toMatchObject({ reason: 'tls_protocol' });
});

test('insecure takes any certificate, an expired one of another name too', async () => {
  const { url } = await receiver(answering(200), selfSigned({ names: ['other.test'], days: -1 }));
  expect(await sent(url, {})).toMatchObject({ kind: 'retry', reason: expect.stringMatching(/^tls_/) });
  expect(await sent(url, { insecure: true })).toMatchObject(delivered);
});

test('certificates that cannot be used are the result of each attempt', async () => {
  const broken = { cert: client.cert, key: server.key };
  expect(await sent('https://receiver.test/', broken)).toMatchObject({
    ...{ kind: 'retry', reason: 'tls' },
    detail: 'the endpoint’s tls.key is the key of another certificate; correct it',
  });
});
