import { sinkContract } from '../../contract.js';
import { brokerOptionsAt, type Scripted, scriptedBroker } from '../../testing/brokers.js';
import { aDelivery } from '../../testing/builders.js';
import { openRedisStream } from './index.js';

/** As much of Redis as it takes: an entry for each XADD, OK for everything else. */
const redis: Scripted = (how, write) => (data) => {
  const commands = data.toString('latin1').match(/\*\d+\r\n\$\d+\r\n\w+/g) ?? [];
  for (const command of commands) {
    const isAdd = /xadd/i.test(command);
    if (isAdd) write(how === 'accepts' ? '$3\r\n1-0\r\n' : '-OOM command not allowed\r\n');
    else write('+OK\r\n');
  }
};

sinkContract('redisstream', aDelivery(), (behaviour, timeout) =>
  scriptedBroker(behaviour, redis, (port) =>
    openRedisStream({
      ...brokerOptionsAt(`redis://127.0.0.1:${port}`, { key: 'pushes' }, { timeout }),
      maxlen: 0,
    }),
  ),
);
