import { describeContract } from '../../testing/contract.js';
import { jfrog } from './index.js';

describeContract({
  kind: jfrog,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"domain":"docker","event_type":"signed","subscription_key":"relay","data":{}}'),
    receivedAt: 0,
  },
  auth: { hmac: { secrets: ['jfrog-secret'] } },
  // Artifactory sends neither an id nor a time.
  stableForMs: 1_000,
});
