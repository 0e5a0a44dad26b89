/** Through a proxy, as the registry's notifier goes through one. */
import { selfSigned } from '@longshore/testkit';
import { expect, test } from 'vitest';
import { aDelivery, anAttempt, aSink } from '../testing/builders.js';
import { proxy } from '../testing/proxy.js';
import { receiver, tcpReceiver } from '../testing/receiver.js';

const CREDENTIALS = `Basic ${Buffer.from('user:s@cret').toString('base64')}`;

test('an http receiver is asked for by its whole url, and the credentials stay with the proxy', async () => {
  const { url, requests } = await receiver((response) => response.end());
  const through = await proxy();
  const sink = aSink({ url: `${url}?a=b`, proxy: through.url });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'delivered' });
  expect(through.asked).toEqual([{ line: `POST ${url}?a=b`, authorization: CREDENTIALS }]);
  expect(requests[0]).toMatchObject({ url: '/events?a=b' });
  expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
});

test('an https receiver is reached through a tunnel, which is used again', async () => {
  const certificate = selfSigned({ names: ['127.0.0.1'] });
  const { url, port, requests } = await receiver((response) => response.end(), certificate);
  const through = await proxy();
  const sink = aSink({ url, proxy: through.url, tls: { ca: certificate.cert } });
  for (const number of [1, 2]) {
    expect(await sink.send(aDelivery(), anAttempt({ number }))).toMatchObject({ kind: 'delivered' });
  }
  expect(through.asked).toEqual([{ line: `CONNECT 127.0.0.1:${port}`, authorization: CREDENTIALS }]);
  expect(requests).toHaveLength(2);
  expect(requests[0]?.headers).not.toHaveProperty('proxy-authorization');
});

test('a receiver whose certificate is not trusted is not reached through a tunnel either', async () => {
  const { url, requests } = await receiver(
    (response) => response.end(),
    selfSigned({ names: ['127.0.0.1'] }),
  );
  const sink = aSink({ url, proxy: (await proxy()).url });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'retry', reason: 'tls_untrusted' });
  expect(requests).toEqual([]);
});

test.for([403, 407])('a proxy that refuses the tunnel is our trouble, and is named: %s', async (status) => {
  const through = await proxy(status);
  const sink = aSink({ url: 'https://receiver.example.com/events', proxy: through.url });
  const result = await sink.send(aDelivery(), anAttempt());
  expect(result).toMatchObject({ kind: 'deferred', ours: 'proxy' });
  expect(result).toHaveProperty('why', expect.stringContaining(`answered ${status}`));
  expect(result).toHaveProperty('why', expect.stringContaining(new URL(through.url).host));
  expect(result).not.toHaveProperty('status', expect.anything());
  expect(JSON.stringify(result)).not.toContain('s@cret');
});

test.for([502, 503, 504])(
  'a proxy that cannot reach the receiver says so of the receiver: %s',
  async (status) => {
    const sink = aSink({ url: 'https://receiver.example.com/events', proxy: (await proxy(status)).url });
    const result = await sink.send(aDelivery(), anAttempt());
    expect(result).toMatchObject({ kind: 'retry', reason: 'unreachable' });
    expect(result).toHaveProperty('detail', expect.stringContaining(`answered ${status}`));
  },
);

test.for(['http', 'https'])('a proxy that is not there is our trouble, and is named: %s', async (scheme) => {
  const sink = aSink({ url: `${scheme}://receiver.example.com/events`, proxy: 'http://127.0.0.1:1' });
  const result = await sink.send(aDelivery(), anAttempt());
  expect(result).toMatchObject({ kind: 'deferred', ours: 'proxy' });
  expect(result).toHaveProperty('why', expect.stringContaining('the proxy 127.0.0.1:1'));
});

test('a proxy that wants credentials for what it forwards is our trouble', async () => {
  const { url } = await receiver((response) => response.writeHead(407).end());
  const sink = aSink({ url: 'http://receiver.example.com/events', proxy: new URL(url).origin });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'deferred', ours: 'proxy' });
});

test('a proxy that cannot be connected to in time is our trouble', async () => {
  // TEST-NET-1: no packet to it is answered.
  const sink = aSink({
    url: 'https://receiver.example.com/events',
    proxy: 'http://192.0.2.1:3128',
    timeout: 50,
  });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'deferred', ours: 'proxy' });
});

test('a proxy that hangs costs no more than the timeout and leaves no connection', async () => {
  const silent = await tcpReceiver(() => {});
  const sink = aSink({
    url: 'https://receiver.example.com/events',
    proxy: `http://127.0.0.1:${silent.port}`,
    timeout: 1_000,
  });
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({ kind: 'retry', reason: 'timeout' });
  await expect.poll(silent.open).toBe(0);
});
