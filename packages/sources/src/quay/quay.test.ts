import { describeContract } from '../contract.js';
import { quay } from './index.js';

describeContract({
  kind: quay,
  samples: new URL('./samples/', import.meta.url),
  unheardOf: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"docker_url":"quay.io/acme/api","signed":true}'),
    receivedAt: 0,
  },
  // Nothing in the body tells two pushes of a tag apart, so the minute does.
  stableFor: 5_000,
});
