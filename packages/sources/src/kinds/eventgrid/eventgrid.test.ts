import { describeContract } from '../../testing/contract.js';
import { eventgrid } from './index.js';

describeContract({
  kind: eventgrid,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from(
      '[{"id":"1","eventType":"Microsoft.ContainerRegistry.ImageSigned","data":{"action":"push","target":{}}}]',
    ),
    receivedAt: 0,
  },
  auth: { bearer: ['grid-token'] },
});
