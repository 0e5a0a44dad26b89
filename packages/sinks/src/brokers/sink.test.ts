/** What the kinds share, shown with one of them. */
import { Egress } from '@longshore/network/egress';
import { expect, test } from 'vitest';
import { reachReceiver } from '../http/reach.js';
import { brokerOptionsAt } from '../testing/brokers.js';
import { aDelivery, anAttempt, single } from '../testing/builders.js';
import { tcpReceiver } from '../testing/receiver.js';
import { PackageMissing } from './fault.js';
import { openRedisStream } from './redisstream/index.js';
import { openBroker } from './sink.js';

const schemes = { redis: { secure: false, port: 6379 } };

test('a broker at an address that egress refuses is not connected to', async () => {
  const server = await tcpReceiver(() => {});
  const egress = new Egress({ mode: 'internal', allow: [], deny: ['127.0.0.1'] });
  const options = brokerOptionsAt(`redis://localhost:${server.port}`, { key: 'k' }, { egress });
  expect(
    await single(openRedisStream({ ...options, maxlen: 0 })).send(aDelivery(), anAttempt()),
  ).toMatchObject({
    ...{ kind: 'retry', reason: 'egress' },
    detail: expect.stringContaining('which egress.deny has'),
  });
  expect(server.accepted()).toBe(0);
});

test('a package that is missing costs no attempt, and the command that installs it is said', async () => {
  const connect = () => Promise.reject(new PackageMissing('kind x needs y; run `npx pnpm add y`'));
  const sink = single(openBroker(brokerOptionsAt('redis://localhost'), { schemes, connect }));
  expect(await sink.send(aDelivery(), anAttempt())).toMatchObject({
    ...{ kind: 'deferred', ours: 'package', why: 'kind x needs y; run `npx pnpm add y`' },
  });
});

test('what cannot be rendered is dead alone, before the broker is asked', async () => {
  const server = await tcpReceiver(() => {});
  const loops = '{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}';
  const endless = brokerOptionsAt(`redis://127.0.0.1:${server.port}`, { key: loops });
  expect(
    await single(openRedisStream({ ...endless, maxlen: 0 })).send(aDelivery(), anAttempt()),
  ).toMatchObject({
    ...{ kind: 'dead', reason: 'template', detail: expect.stringMatching(/key: .*; correct the template/) },
  });
  expect(server.accepted()).toBe(0);
});

test('the doctor reaches a broker without a message, and says what is wrong with its url', async () => {
  let heard = '';
  const server = await tcpReceiver((socket) => socket.on('data', (data) => (heard += data)));
  const reach = (url: string) => reachReceiver({ url, broker: 'redisstream', timeout: 10_000 });
  expect(await reach(`redis://127.0.0.1:${server.port}`)).toEqual({
    ...{ place: `127.0.0.1:${server.port}`, address: '127.0.0.1' },
  });
  expect(heard).toBe('');
  expect(await reach('http://redis')).toMatchObject({
    failure: expect.stringContaining('redis:// or rediss://'),
  });
});
