import { kubernetes } from '../../../testing/kubernetes.js';
import { describeTarget } from '../../../testing/target-contract.js';

describeTarget(
  'kruise',
  (opening) => ({ ...opening, kind: 'kruise', namespace: 'preheat' }),
  (tls) => kubernetes({}, tls),
);
