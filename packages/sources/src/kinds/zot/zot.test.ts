import { describeContract } from '../../testing/contract.js';
import { zot } from './index.js';

describeContract({
  kind: zot,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': 'zotregistry.dev',
      'ce-type': 'zotregistry.image.signed',
    },
    body: Buffer.from('{"name":"team/api"}'),
    receivedAt: 0,
  },
  auth: { basic: { 'jane.joe': ['opensesame'] } },
});
