import { sinkContract } from '../../contract.js';
import { rabbit } from '../../testing/amqp-script.js';
import { brokerOptionsAt, scriptedBroker } from '../../testing/brokers.js';
import { aDelivery } from '../../testing/builders.js';
import { openAmqp } from './index.js';

const texts = { exchange: 'amq.topic', routingkey: 'acme/app' };

sinkContract('amqp', aDelivery(), (behaviour, timeout) =>
  scriptedBroker(behaviour, rabbit, (port) =>
    openAmqp(brokerOptionsAt(`amqp://127.0.0.1:${port}`, texts, { timeout })),
  ),
);
