import { hasTool, startNats, type TestNats } from '@longshore/testkit';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokerContract, type Stored } from '../../testing/broker-contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single, theFormat } from '../../testing/builders.js';
import { isSubject, openNats } from './index.js';

const STREAM = 'PUSHES';

async function withStream({ url }: TestNats): Promise<void> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: ['registry.>'] });
  await connection.close();
}

/** In the order of the stream. */
async function storedIn({ url }: TestNats): Promise<(Stored & { subject: string })[]> {
  const connection = await connect({ servers: url });
  try {
    const { state } = await (await jetstreamManager(connection)).streams.info(STREAM);
    const stored: (Stored & { subject: string })[] = [];
    if (state.messages === 0) return stored;
    const consumer = await jetstream(connection).consumers.get(STREAM);
    for await (const { headers, subject, data } of await consumer.fetch({ max_messages: state.messages })) {
      const header = (name: string) => headers?.get(name) ?? '';
      const body = Buffer.from(data).toString();
      stored.push({
        ...{ id: header('Nats-Msg-Id'), contentType: header('Content-Type'), body, subject },
        attempt: header('X-Longshore-Attempt'),
      });
    }
    return stored;
  } finally {
    await connection.close();
  }
}

const sinkAt = (
  url: string,
  subject: string,
  some: { stream?: string; format?: string; token?: string } = {},
) => {
  const { format = 'cloudevents', ...own } = some;
  return single(openNats({ ...brokerOptionsAt(url, { subject }, { format: theFormat(format) }), ...own }));
};

describe.skipIf(!hasTool('nats-server'))('with a real server', () => {
  brokerContract('nats', async () => {
    const nats = await startNats();
    await withStream(nats);
    return {
      open: (format) => sinkAt(nats.url, 'registry.push', format === undefined ? {} : { format }),
      openUnroutable: () => sinkAt(nats.url, 'elsewhere.push'),
      stored: () => storedIn(nats),
      ...{ kill: nats.kill, start: nats.start, stop: nats.stop },
    };
  });

  describe('JetStream', () => {
    let nats: TestNats;
    beforeAll(async () => {
      nats = await startNats(['--auth', 'a-secret-token']);
    });
    afterAll(() => nats.stop());

    test('another token is refused, by a reason that is no outage and without the token', async () => {
      const result = await sinkAt(nats.url, 'registry.push', { token: 'another-secret' }).send(
        aDelivery(),
        anAttempt(),
      );
      expect(result).toMatchObject({ kind: 'retry', reason: 'denied' });
      expect(JSON.stringify(result)).not.toContain('another-secret');
    });

    test('the subject is a template, a repeated delivery is stored once, and another stream is an error', async () => {
      const url = nats.url.replace('nats://', 'nats://a-secret-token@');
      const connection = await connect({ servers: nats.url, token: 'a-secret-token' });
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: STREAM, subjects: ['registry.>'] });
      const sink = sinkAt(url, 'registry.{{ action }}');
      const event = { id: 'e', action: 'push', target: { repository: 'acme/app', tag: '1.0' } };
      const delivery = aDelivery({ payload: { event } });
      const [first, second] = [
        await sink.send(delivery, anAttempt()),
        await sink.send(delivery, anAttempt({ number: 2 })),
      ];
      expect(first).toMatchObject({ kind: 'delivered', body: 'stream PUSHES, sequence 1' });
      expect(second).toMatchObject({
        kind: 'delivered',
        body: 'stream PUSHES, sequence 1, which it had already',
      });
      const { state } = await manager.streams.info(STREAM);
      expect(state.messages).toBe(1);
      const other = sinkAt(url, 'registry.push', { stream: 'OTHER' });
      expect(await other.send(aDelivery({ id: 'b' }), anAttempt())).toMatchObject({ reason: 'unroutable' });
      await connection.close();
    });
  });
});

test.each(['registry.*', 'two words', 'registry..push', ''])('%j is no subject', (subject) => {
  expect(isSubject(subject)).toBe(false);
  expect(isSubject('registry.push.acme/app')).toBe(true);
});
