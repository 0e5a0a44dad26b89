import { hasTool, startRabbit, type TestRabbit } from '@longshore/testkit';
import { connect } from 'amqplib';
import { afterAll, describe, expect, test } from 'vitest';
import { brokerContract, type Stored } from '../../testing/broker-contract.js';
import { brokerOptionsAt } from '../../testing/brokers.js';
import { aDelivery, anAttempt, single, theFormat } from '../../testing/builders.js';
import { openAmqp } from './index.js';

const QUEUE = 'pushes';
const TEXTS = { exchange: 'amq.topic', routingkey: 'registry.push' };

/** Takes seconds to start, so that all tests share it. */
let server: Promise<TestRabbit> | undefined;
const rabbit = () => (server ??= startedRabbit());
afterAll(async () => (await server)?.stop());

async function startedRabbit(): Promise<TestRabbit> {
  const started = await startRabbit(['max_message_size = 65536']);
  const model = await connect(started.url);
  const channel = await model.createChannel();
  await channel.assertQueue(QUEUE, { durable: true });
  await channel.bindQueue(QUEUE, TEXTS.exchange, 'registry.#');
  await model.close();
  return started;
}

/** Everything in the queue, which keeps it. */
async function storedIn({ url }: TestRabbit): Promise<(Stored & { headers: Record<string, unknown> })[]> {
  const model = await connect(url);
  const channel = await model.createChannel();
  const stored: (Stored & { headers: Record<string, unknown> })[] = [];
  for (;;) {
    const message = await channel.get(QUEUE);
    if (message === false) break;
    const { messageId, contentType, headers = {}, deliveryMode } = message.properties;
    expect(deliveryMode).toBe(2);
    stored.push({
      ...{
        id: String(messageId),
        contentType: String(contentType),
        body: message.content.toString(),
        headers,
      },
      attempt: String(headers['X-Longshore-Attempt']),
    });
  }
  // What was taken and not acknowledged is put back
  await model.close();
  return stored;
}

const sinkAt = async (texts = TEXTS, some: { mode?: string; user?: string } = {}) => {
  const { user = '' } = some;
  const url = (await rabbit()).url.replace('//', `//${user}`);
  const settings = some.mode === undefined ? {} : { settings: { mode: some.mode } };
  return single(openAmqp(brokerOptionsAt(url, texts, settings)));
};

describe.skipIf(!hasTool('rabbitmq-server'))('with a real RabbitMQ', () => {
  brokerContract('amqp', async () => {
    const started = await rabbit();
    const openAt = (texts: Record<string, string>, format = 'cloudevents') =>
      single(openAmqp(brokerOptionsAt(started.url, texts, { format: theFormat(format) })));
    return {
      open: (format) => openAt(TEXTS, format),
      openUnroutable: () => openAt({ ...TEXTS, routingkey: 'elsewhere' }),
      stored: () => storedIn(started),
      ...{ kill: started.kill, start: started.start, stop: async () => {} },
    };
  });

  test.each([
    ['no such exchange', { ...TEXTS, exchange: 'nowhere' }, {}, { kind: 'retry', reason: 'unroutable' }],
    ['a wrong password', TEXTS, { user: 'guest:a-wrong-password@' }, { kind: 'retry', reason: 'denied' }],
  ])('%s is a failure that names it, and no outage', async (_, texts, some, outcome) => {
    const result = await (await sinkAt(texts, some)).send(aDelivery(), anAttempt());
    expect(result).toMatchObject({ ...outcome, detail: expect.any(String) });
    expect(JSON.stringify(result)).not.toContain('a-wrong-password');
  });

  test('a message beyond the limit of the broker is dead alone; what is sent with it is delivered in the end', async () => {
    const sink = await sinkAt();
    const event = {
      id: 'e',
      action: 'push',
      target: { repository: 'acme/app', comment: 'x'.repeat(70_000) },
    };
    const large = aDelivery({ id: 'large', payload: { event } });
    expect(await sink.send(large, anAttempt())).toMatchObject({ kind: 'dead', reason: 'too_large' });
    expect(await sink.send(aDelivery({ id: 'small' }), anAttempt())).toMatchObject({ kind: 'delivered' });
  });

  test('the binary mode of CloudEvents has its attributes as headers, by the names of the AMQP binding', async () => {
    await (await sinkAt(TEXTS, { mode: 'binary' })).send(aDelivery({ id: 'binary' }), anAttempt());
    const found = (await storedIn(await rabbit())).find(({ id }) => id === 'binary');
    expect(found?.headers).toMatchObject({ 'cloudEvents:type': 'dev.longshore.image.push' });
  });
});
