import { describeContract } from '../../testing/contract.js';
import { distributionLog } from './index.js';

describeContract({
  kind: distributionLog,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'content-type': 'application/x-ndjson' },
    body: Buffer.from('{"msg":"response begun","http.request.id":"1"}'),
    receivedAt: 0,
  },
});
