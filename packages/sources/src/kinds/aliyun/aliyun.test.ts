import { describeContract } from '../../testing/contract.js';
import { aliyun } from './index.js';

describeContract({
  kind: aliyun,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: {},
    body: Buffer.from('{"scan_data":{},"repository":{"region":"cn-hangzhou"}}'),
    receivedAt: 0,
  },
  // One of the samples has no time.
  stableForMs: 1_000,
});
