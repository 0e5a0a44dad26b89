import { expect, test } from 'vitest';
import { sinkContract } from '../../contract.js';
import { rabbit } from '../../testing/amqp-script.js';
import { brokerOptionsAt, scriptedBroker } from '../../testing/brokers.js';
import { aDelivery, anAttempt } from '../../testing/builders.js';
import { openAmqp } from './index.js';

const texts = { exchange: 'amq.topic', routingkey: 'acme/app' };

sinkContract('amqp', aDelivery(), (behaviour, timeout) =>
  scriptedBroker(behaviour, rabbit, (port) =>
    openAmqp(brokerOptionsAt(`amqp://127.0.0.1:${port}`, texts, { timeout })),
  ),
);

test('a routing key that AMQP does not take is the fault of its message alone', async () => {
  const long = { ...texts, routingkey: `{{ repository }}.${'é'.repeat(125)}` };
  const { sink } = await scriptedBroker('accepts', rabbit, (port) =>
    openAmqp(brokerOptionsAt(`amqp://127.0.0.1:${port}`, long)),
  );
  const named = (id: string, repository: string) => aDelivery({ id, view: { action: 'push', repository } });
  const results = await sink.send([named('a', 'app'), named('b', 'acme/app')], anAttempt());
  expect(results).toMatchObject([
    { kind: 'delivered', reason: 'confirmed' },
    { kind: 'dead', reason: 'rejected', detail: expect.stringContaining('routingkey has 259 bytes') },
  ]);
});
