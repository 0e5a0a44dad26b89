/** The kinds of target, for the configuration. */
import type { TargetKind } from './targets/options.js';

/** As in `preheat.targets[].kind`. */
export const TARGET_KINDS = [
  'pull-through',
  'kraken',
  'dragonfly',
  'kruise',
  'webhook',
] as const satisfies readonly TargetKind[];
