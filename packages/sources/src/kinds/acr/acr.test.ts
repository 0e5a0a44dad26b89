import { describeContract } from '../../testing/contract.js';
import { acr } from './index.js';

describeContract({
  kind: acr,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"id":"1","action":"sign","target":{"repository":"team/api"},"request":{}}'),
    receivedAt: 0,
  },
  auth: { header: { authorization: ['Basic YWNyOnNlY3JldA=='] } },
});
