import { describeContract } from '../../testing/contract.js';
import { gitlab } from './index.js';

describeContract({
  kind: gitlab,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v1+json' },
    body: Buffer.from('{"events":[{"id":"1","action":"sign","target":{"repository":"team/api"}}]}'),
    receivedAt: 0,
  },
  auth: { header: { Authorization: ['gitlab-notification-secret'] } },
});
