import { sinkContract } from '../../contract.js';
import { brokerOptionsAt, type Scripted, scriptedBroker } from '../../testing/brokers.js';
import { aDelivery } from '../../testing/builders.js';
import { kafkaConnection } from '../../testing/kafka-server.js';
import { openKafka } from './index.js';

sinkContract('kafka', aDelivery(), (behaviour, timeout) => {
  const advertised = { host: '127.0.0.1', port: 0 };
  const kafka: Scripted = (how, write) =>
    kafkaConnection(
      {
        stored: [],
        topics: { pushes: 1 },
        advertised,
        ...(how === 'refuses' && { refuses: 'NOT_ENOUGH_REPLICAS' }),
      },
      (bytes) => write(bytes.toString('latin1')),
    );
  return scriptedBroker(behaviour, kafka, (port) => {
    advertised.port = port;
    const options = brokerOptionsAt(`kafka://127.0.0.1:${port}`, { topic: 'pushes' }, { timeout });
    return openKafka({ ...options, sasl: 'plain' });
  });
});
