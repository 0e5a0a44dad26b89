/** Every kind of target, one line each. Add yours here; a test compares this list with the folders. */
import { type Clock, systemClock } from './clock.js';
import { openDragonfly } from './dragonfly/index.js';
import { openKraken } from './kraken/index.js';
import type { DragonflyOptions, KrakenOptions } from './options.js';
import type { Target } from './target.js';

/**
 * Opens no connection yet, and does not throw for options that cannot work (an unusable url, say): that is what
 * each call then comes to, so that it is seen where results are seen.
 */
export function openTarget(options: KrakenOptions | DragonflyOptions, clock: Clock = systemClock): Target {
  return options.kind === 'kraken' ? openKraken(options, clock) : openDragonfly(options, clock);
}
