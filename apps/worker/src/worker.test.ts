/** Putting a configuration to work in two steps: looking whether it can be used, which may fail; and doing it, which may not. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readConfig } from '@longshore/config';
import { connect, type RedisClient } from '@longshore/queue';
import { createInspector } from '@longshore/queue/operator';
import { createProducer } from '@longshore/queue/producer';
import { TokenSources } from '@longshore/sinks';
import { eventually, redisUrl, selfSigned, startReceiver, testPrefix } from '@longshore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { prepareEndpoint } from './prepared.js';
import type { Report } from './report.js';
import { aDelivery, nothingOfItsOwn, observed } from './testing/parts.js';
import { createWorker } from './worker.js';

const settings = (url: string, secret: string, threshold: number): string => `
version: 0.1
notifications:
  endpoints:
    - { name: one, url: "${url}", threshold: ${threshold}, headers: { Authorization: ["file:${secret}"] } }
`;

async function started() {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-test-worker-'));
  const prefix = testPrefix();
  const connected = (profile: 'producer' | 'consumer') => connect({ url: redisUrl() }, profile, () => {});
  const [client, writer] = [connected('consumer'), connected('producer')];
  await new Promise((resolve) => writer.once('ready', resolve));
  const producer = createProducer(writer, prefix);
  const parts = { observer: observed().observer, pulse: { note() {} }, trail: { note() {} }, version: '0' };
  const worker = createWorker({ client, ...nothingOfItsOwn, ...parts });
  onTestFinished(async () => {
    await worker.close();
    await producer.close();
    client.disconnect();
    writer.disconnect();
    await rm(folder, { recursive: true });
  });
  const read = async (text: string): Promise<Config> => {
    const file = join(folder, 'longshore.yml');
    await writeFile(file, text);
    const { config, problems } = readConfig(file, { LONGSHORE_REDIS_PREFIX: prefix });
    if (!config) throw new Error(JSON.stringify(problems));
    return config;
  };
  const inspector = createInspector(writer, prefix);
  /** Deliveries that are kept after they were delivered. */
  const kept = () => inspector.boardQueue('one').getCompletedCount();
  return { worker, producer, read, kept, secret: join(folder, 'secret') };
}

test('a secret that disappears after it was looked up is used all the same', async () => {
  const receiver = await startReceiver();
  const { worker, producer, read, secret } = await started();
  await writeFile(secret, 'Bearer old');
  const first = worker.prepare(await read(settings(receiver.url, secret, 3)));
  await rm(secret);
  first();
  await producer.enqueue([aDelivery('acme/app')]);
  await receiver.received(1);

  await writeFile(secret, 'Bearer new');
  const second = worker.prepare(await read(settings(receiver.url, secret, 4)));
  await rm(secret);
  second();
  await producer.enqueue([{ ...aDelivery('acme/app'), id: 'another', eventId: 'another' }]);
  const requests = await receiver.received(2);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
});

/** An endpoint of every kind, with a secret wherever it can have one. */
const everySecret = (url: string, secret: string): string => {
  const file = `"file:${secret}"`;
  const pem = `"file:${secret}.pem"`;
  const access = `auth: { basic: { me: ${file} } }, tls: { ca: ${pem}, cert: ${pem}, key: ${pem} }, headers: { A: [${file}] }`;
  return `
notifications:
  endpoints:
    - { name: one, url: "${url}", auth: { bearer: ${file} }, tls: { ca: ${pem} } }
    - name: warm
      kind: preheat
      preheat:
        registry: { url: "http://r", auth: { bearer: ${file} }, tls: { ca: ${pem} } }
        targets:
          - { name: a, kind: pull-through, url: "http://a", ${access} }
          - { name: b, kind: kraken, origin: "http://b", ${access} }
          - { name: c, kind: dragonfly, url: "http://c", token: ${file}, ${access} }
          - { name: d, kind: kruise, url: "http://d", namespace: n, token: ${file}, ${access} }
          - { name: e, kind: webhook, url: "http://e", ${access} }
alerts: [{ name: on-call, url: "http://alerts", headers: { Authorization: [${file}] } }]
`;
};

test('a configuration of every kind, whose secrets disappear after they were looked up, is put to work', async () => {
  const receiver = await startReceiver();
  const { worker, producer, read, secret } = await started();
  const { cert, key } = selfSigned({ names: ['client'] });
  await writeFile(secret, 'a secret');
  await writeFile(`${secret}.pem`, cert + key);
  const config = await read(everySecret(receiver.url, secret));
  const [first, again] = [worker.prepare(config), worker.prepare(config)];
  await Promise.all([rm(secret), rm(`${secret}.pem`)]);
  expect(first).not.toThrow();
  expect(again).not.toThrow();
  expect(() => worker.prepare(config)).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
  await producer.enqueue([aDelivery()]);
  await receiver.received(1);
});

test.each([
  ['kind: dragonfly, url: "http://t", token: ', ''],
  ['kind: webhook, url: "http://t", auth: { bearer: ', '}'],
])('a credential that is written into the file is another one after a reload: %s', async (before, after) => {
  const { read } = await started();
  const fingerprint = async (token: string): Promise<string> => {
    const target = `{ name: t, ${before}${token}${after} }`;
    const config = await read(
      `notifications: { endpoints: [{ name: warm, kind: preheat, preheat: { registry: { url: "http://r" }, targets: [${target}] } }] }`,
    );
    const [endpoint] = config.notifications.endpoints;
    if (!endpoint) throw new Error('there is no endpoint');
    const parts = { ...nothingOfItsOwn, observer: observed().observer, version: '0' };
    const unused = { client: {} as RedisClient, report: {} as Report, tokens: new TokenSources() };
    return prepareEndpoint(endpoint, config, () => config, { ...parts, ...unused }).fingerprint;
  };
  expect(await fingerprint('old')).toBe(await fingerprint('old'));
  expect(await fingerprint('new')).not.toBe(await fingerprint('old'));
});

test('a secret that is missing is found before anything changes', async () => {
  const receiver = await startReceiver();
  const { worker, read, secret } = await started();
  const config = await read(settings(receiver.url, secret, 3));
  expect(() => worker.prepare(config)).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
});

test('a changed retention holds from the next delivery on', async () => {
  const receiver = await startReceiver();
  const { worker, producer, read, kept, secret } = await started();
  await writeFile(secret, 'Bearer x');
  const config = await read(settings(receiver.url, secret, 3));
  worker.prepare(config)();
  await producer.enqueue([{ ...aDelivery(), id: 'a' }]);
  await producer.enqueue([{ ...aDelivery(), id: 'b' }]);
  await eventually(kept, (count) => count === 2);
  const delivered = { ...config.retention.delivered, count: 1 };
  worker.prepare({ ...config, retention: { ...config.retention, delivered } })();
  await producer.enqueue([{ ...aDelivery(), id: 'c' }]);
  await receiver.received(3);
  await eventually(kept, (count) => count === 1);
});
