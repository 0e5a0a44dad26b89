/** TLS of every kind of broker: a certificate that is trusted, one that is not, and one for another name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { hasTool, redisUrl, selfSigned, startNats, testPrefix } from '@longshore/testkit';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect as connectToNats } from '@nats-io/transport-node';
import { expect, onTestFinished, test } from 'vitest';
import type { Sink } from '../sink.js';
import { rabbit } from '../testing/amqp-script.js';
import { brokerOptionsAt } from '../testing/brokers.js';
import { aDelivery, anAttempt, single } from '../testing/builders.js';
import { startKafka } from '../testing/kafka-server.js';
import { answering, receiver } from '../testing/receiver.js';
import { openAmqp } from './amqp/index.js';
import type { BrokerOptions } from './driver.js';
import { openKafka } from './kafka/index.js';
import { openNats } from './nats/index.js';
import { openPubSub } from './pubsub/index.js';
import { openRedisStream } from './redisstream/index.js';
import { openSqs } from './sqs/index.js';

const certificate = selfSigned({ names: ['localhost'] });

/** A broker with the certificate; the sink is opened with each of the three settings `tls`. */
type Broker = () => Promise<(tls: BrokerOptions['tls']) => Sink>;

/** What a broker without TLS says, over TLS. @returns its port */
async function overTls(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer(certificate, (socket) => onSocket(socket.on('error', () => {})));
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : expect.unreachable('no port');
}

const BROKERS: Record<string, Broker> = {
  redisstream: async () => {
    const { hostname, port } = new URL(redisUrl());
    const front = await overTls((socket) => {
      const behind = connect(Number(port), hostname).on('error', () => {});
      socket.pipe(behind).pipe(socket);
    });
    const key = testPrefix();
    return (tls) =>
      openRedisStream({ ...brokerOptionsAt(`rediss://localhost:${front}`, { key }, { tls }), maxlen: 1 });
  },
  amqp: async () => {
    const port = await overTls((socket) =>
      socket.on(
        'data',
        rabbit('accepts', (bytes) => socket.write(bytes, 'latin1')),
      ),
    );
    const texts = { exchange: 'amq.topic', routingkey: 'push' };
    return (tls) => openAmqp(brokerOptionsAt(`amqps://localhost:${port}`, texts, { tls }));
  },
  kafka: async () => {
    const kafka = await startKafka(certificate);
    onTestFinished(() => kafka.kill());
    const url = `kafkas://localhost:${kafka.port}`;
    return (tls) => openKafka({ ...brokerOptionsAt(url, { topic: 'pushes' }, { tls }), sasl: 'plain' });
  },
  sqs: async () => {
    const { port } = await receiver(answering(200, '{"MessageId":"m"}'), certificate);
    return (tls) => openSqs(brokerOptionsAt(`https://localhost:${port}`, { queue: '1/q' }, { tls }));
  },
  pubsub: async () => {
    const { port } = await receiver(answering(200, '{"messageIds":["m"]}'), certificate);
    const texts = { topic: 'projects/p/topics/t' };
    return (tls) => openPubSub(brokerOptionsAt(`https://localhost:${port}`, texts, { tls }));
  },
};

if (hasTool('nats-server')) {
  BROKERS.nats = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nats-tls-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await Promise.all([writeFile(cert, certificate.cert), writeFile(key, certificate.key)]);
    const { port } = await startNats(['--tls', '--tlscert', cert, '--tlskey', key]);
    const connection = await connectToNats({ servers: `localhost:${port}`, tls: { ca: certificate.cert } });
    await (await jetstreamManager(connection)).streams.add({ name: 'PUSHES', subjects: ['pushes'] });
    await connection.close();
    return (tls) => openNats(brokerOptionsAt(`tls://localhost:${port}`, { subject: 'pushes' }, { tls }));
  };
}

test.each(Object.entries(BROKERS))(
  '%s is sent to over TLS only where its certificate is right',
  async (_, start) => {
    const open = await start();
    const send = (tls: BrokerOptions['tls']) => single(open(tls)).send(aDelivery(), anAttempt());
    const ca = certificate.cert;
    expect(await send({ ca })).toMatchObject({ kind: 'delivered' });
    expect(await send({})).toMatchObject({ kind: 'retry', reason: 'tls_untrusted' });
    expect(await send({ ca, servername: 'other.test' })).toMatchObject({
      kind: 'retry',
      reason: 'tls_hostname',
    });
  },
);
