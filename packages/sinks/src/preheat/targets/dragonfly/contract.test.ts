import { dragonflyManager } from '../../../testing/dragonfly.js';
import { describeTarget } from '../../../testing/target-contract.js';

describeTarget(
  'dragonfly',
  (opening) => ({ ...opening, kind: 'dragonfly' }),
  (tls) => dragonflyManager({ token: false }, tls),
);
