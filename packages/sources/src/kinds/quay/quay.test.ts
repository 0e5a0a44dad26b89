import { describeContract } from '../../testing/contract.js';
import { quay } from './index.js';

describeContract({
  kind: quay,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"docker_url":"quay.io/acme/api","signed":true}'),
    receivedAt: 0,
  },
  // A push has no id, time or digest, so each request is a push of its own.
  stableForMs: 0,
});
