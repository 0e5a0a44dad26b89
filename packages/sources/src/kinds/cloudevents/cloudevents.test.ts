import { describeContract } from '../../testing/contract.js';
import { cloudevents } from './index.js';

describeContract({
  kind: cloudevents,
  samples: new URL('./samples/', import.meta.url),
  unknownAction: {
    method: 'POST',
    path: '/registry/notifications',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: Buffer.from('{"specversion":"1.0","id":"1","source":"s","type":"com.example.signed"}'),
    receivedAt: 0,
  },
  auth: { bearer: ['ce-token'] },
});
