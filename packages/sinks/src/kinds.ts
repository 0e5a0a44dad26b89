/**
 * The kinds of sink and of target, for the configuration: `@longshore/sinks/kinds`. Apart from the code behind
 * them, so that reading a configuration does not load every client.
 */
import type { TargetKind } from './preheat/targets/options.js';

/** As in an endpoint's `kind`. */
export const SINK_KINDS = ['http', 'preheat'] as const;

/** An endpoint’s `kind`. */
export type SinkKind = (typeof SINK_KINDS)[number];

/** As in `preheat.targets[].kind`. */
export const TARGET_KINDS = [
  'pull-through',
  'kraken',
  'dragonfly',
  'kruise',
  'webhook',
] as const satisfies readonly TargetKind[];
