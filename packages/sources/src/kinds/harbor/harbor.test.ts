import { describeContract } from '../../testing/contract.js';
import { harbor } from './index.js';

describeContract({
  kind: harbor,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"type":"SIGN_ARTIFACT","occur_at":1,"operator":"","event_data":{}}'),
    receivedAt: 0,
  },
  auth: { header: { authorization: ['Bearer harbor-shared-token'] } },
});
