import { answering, receiver } from '../../../testing/receiver.js';
import { describeTarget } from '../../../testing/target-contract.js';

describeTarget(
  'webhook',
  (opening) => ({ ...opening, kind: 'webhook' }),
  (tls) => receiver(answering(200), tls),
);
