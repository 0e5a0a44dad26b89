import { describeContract } from '../../testing/contract.js';
import { nexus } from './index.js';

describeContract({
  kind: nexus,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'x-nexus-webhook-id': 'rm:repository:asset' },
    body: Buffer.from(
      '{"action":"SIGNED","nodeId":"n","initiator":"ci/1","asset":{"id":"1","format":"docker","name":"/v2/a/manifests/1"}}',
    ),
    receivedAt: 0,
  },
  auth: { hmac: { secrets: ['nexus-webhook-key'] } },
});
