import { aCache } from '../../../testing/cache.js';
import { describeTarget } from '../../../testing/target-contract.js';

for (const method of ['get', 'head', 'manifest'] as const) {
  describeTarget(
    `pull-through, ${method}`,
    (opening) => ({ ...opening, kind: 'pull-through', method }),
    (tls) => aCache(undefined, tls),
  );
}
