import { describeContract } from '../../testing/contract.js';
import { ecr } from './index.js';

describeContract({
  kind: ecr,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"id":"1","source":"aws.ecr","detail-type":"ECR Image Signed","detail":{}}'),
    receivedAt: 0,
  },
  auth: { header: { 'x-api-key': ['eb-connection-key'] } },
});
