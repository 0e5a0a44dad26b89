import { describeContract } from '../../testing/contract.js';
import { github } from './index.js';

describeContract({
  kind: github,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'x-github-event': 'package' },
    body: Buffer.from(
      '{"action":"signed","package":{"package_type":"CONTAINER","namespace":"acme","name":"api"}}',
    ),
    receivedAt: 0,
  },
  auth: { hmac: { secrets: ['gh-webhook-secret'] } },
});
