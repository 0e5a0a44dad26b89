import { describeContract } from '../../testing/contract.js';
import { dockerhub } from './index.js';

describeContract({
  kind: dockerhub,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"push_data":{},"repository":{"repo_name":""}}'),
    receivedAt: 0,
  },
});
