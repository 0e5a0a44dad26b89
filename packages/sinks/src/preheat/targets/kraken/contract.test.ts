import { krakenOrigin, krakenProxy, krakenTracker } from '../../../testing/kraken.js';
import { describeTarget } from '../../../testing/target-contract.js';

describeTarget(
  'kraken, origin',
  ({ url, ...more }) => ({ ...more, kind: 'kraken', origin: [url] }),
  (tls) => krakenOrigin({}, tls),
);
describeTarget(
  'kraken, tracker',
  ({ url, ...more }) => ({ ...more, kind: 'kraken', tracker: url }),
  (tls) => krakenTracker(() => 200, tls),
);
describeTarget('kraken, proxy', ({ url, ...more }) => ({ ...more, kind: 'kraken', proxy: url }), krakenProxy);
