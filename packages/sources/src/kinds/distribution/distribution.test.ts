import { describeContract } from '../../testing/contract.js';
import { distribution } from './index.js';

describeContract({
  kind: distribution,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"events":[{"id":"1","action":"sign","target":{"repository":"team/api"}}]}'),
    receivedAt: 0,
  },
});
