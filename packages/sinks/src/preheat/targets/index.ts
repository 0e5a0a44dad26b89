/** Opens a target of any kind. */
import { type Clock, systemClock } from './clock.js';
import { type OptionsByKind, TARGETS, type TargetKind } from './kinds.js';
import type { Target } from './target.js';

type Openers = { [Kind in TargetKind]: (options: OptionsByKind[Kind], clock: Clock) => Target };

const openers = Object.fromEntries(
  await Promise.all(Object.entries(TARGETS).map(async ([kind, { driver }]) => [kind, (await driver()).open])),
) as Openers;

/**
 * Opens no connection yet, and does not throw for options that cannot work (an unusable url, say): that is what
 * each call then returns, so that it is seen where results are seen.
 */
export function openTarget<Kind extends TargetKind>(
  options: OptionsByKind[Kind] & { kind: Kind },
  clock: Clock = systemClock,
): Target {
  return openers[options.kind](options, clock);
}
