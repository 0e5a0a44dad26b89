/** Every kind of target, one line each. Add yours here; a test compares this list with the folders. */
import { type Clock, systemClock } from './clock.js';
import { openDragonfly } from './dragonfly/index.js';
import { openKraken } from './kraken/index.js';
import { openKruise } from './kruise/index.js';
import type { TargetKind, TargetOptions } from './options.js';
import { openPullThrough } from './pull-through/index.js';
import type { Target } from './target.js';
import { openWebhook } from './webhook/index.js';

type OptionsOf<Kind> = Extract<TargetOptions, { kind: Kind }>;

const openers: { [Kind in TargetKind]: (options: OptionsOf<Kind>, clock: Clock) => Target } = {
  kraken: openKraken,
  dragonfly: openDragonfly,
  'pull-through': openPullThrough,
  kruise: openKruise,
  webhook: openWebhook,
};

/**
 * Opens no connection yet, and does not throw for options that cannot work (an unusable url, say): that is what
 * each call then comes to, so that it is seen where results are seen.
 */
export function openTarget<Kind extends TargetKind>(
  options: OptionsOf<Kind> & { kind: Kind },
  clock: Clock = systemClock,
): Target {
  return openers[options.kind](options, clock);
}
