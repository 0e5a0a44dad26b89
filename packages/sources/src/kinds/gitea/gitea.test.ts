import { describeContract } from '../../testing/contract.js';
import { gitea } from './index.js';

describeContract({
  kind: gitea,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'x-gitea-event': 'package' },
    body: Buffer.from(
      '{"action":"signed","package":{"type":"container","owner":{"login":"acme"},"name":"api"}}',
    ),
    receivedAt: 0,
  },
  auth: { hmac: { secrets: ['gitea-secret'] } },
});
