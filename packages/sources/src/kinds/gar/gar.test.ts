import { describeContract } from '../../testing/contract.js';
import { gar } from './index.js';

describeContract({
  kind: gar,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"action":"SIGN","tag":"gcr.io/acme/api:1"}'),
    receivedAt: 0,
  },
  // A message without Pub/Sub’s metadata has nothing that tells it from the next one but when it came.
  stableForMs: 1_000,
});
